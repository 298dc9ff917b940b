import { requirePrivilege, resolveObject } from "../../access/index.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import { mappedType } from "../../session/timestamp-type.ts";
import { physicalSequence } from "../../storage/storage.ts";
import { type DataType, isStructured, printDataType, varchar } from "../../types/data-type.ts";
import { duckType, isSemiStructured } from "../../types/physical.ts";
import type { CallExpr, Expr, Ident, OrderItem, PathStep, Query, WindowSpec } from "../parse/index.ts";
import { lineAndPosition } from "../parse/index.ts";
import { bindValue } from "./binds.ts";
import { castTo, coerce } from "./cast.ts";
import { collated, heeded, isCollated, keyOf, searchable } from "./collation.ts";
import { commonType } from "./common-type.ts";
import { type Env, noteColumn } from "./env.ts";
import {
  convertArgument,
  type FunctionDef,
  findFunction,
  unknownFunction,
  wrongArgumentCount,
} from "./functions/registry.ts";
import { parsedJson } from "./json-text.ts";
import { present } from "./marked.ts";
import { binary, comparable, compare, distinctFrom, numeric } from "./operators.ts";
import { newScope, type Scope, type ScopeColumn } from "./scope.ts";
import { innerType, taken } from "./structured.ts";
import { arrayJson, toJson } from "./to-json.ts";
import {
  booleanConstant,
  nullConstant,
  numberConstant,
  quoteName,
  quoteText,
  raise,
  type Typed,
  textConstant,
  typed,
} from "./typed.ts";

/** Compiling a query needs expressions and the other way round: query.ts puts its function here. */
export const hooks: {
  query: (
    env: Env,
    query: Query,
    parent: Scope | null,
  ) => { sql: string; columns: { sqlName: string; type: DataType; nullable: boolean }[] };
  /** A user-defined function's value; null when there is none of that name. */
  userFunction: (env: Env, scope: Scope, call: CallExpr) => Typed | null;
  /** A method of an instance, as a value. */
  method: (env: Env, scope: Scope, call: CallExpr) => Typed;
} = {
  method: () => {
    throw errors.internal("the methods of classes are not loaded");
  },
  userFunction: () => null,
  query: () => {
    throw errors.internal("the query compiler is not loaded");
  },
};

const BOOLEAN: DataType = { kind: "BOOLEAN" };

/** Compiles one expression in its scope. Exhaustive over the node types: a new one does not compile unhandled. */
export function compileExpr(env: Env, scope: Scope, node: Expr): Typed {
  switch (node.type) {
    case "literal":
      switch (node.kind) {
        case "string":
          return textConstant(node.value);
        case "number":
          return numberConstant(node.value);
        case "boolean":
          return booleanConstant(node.value === "TRUE");
        case "null":
          return nullConstant();
        case "binary":
          return typed(`unhex('${node.value}')`, { kind: "BINARY", length: 8_388_608 }, false);
      }
      break;
    case "column":
      if (node.outer) throw errors.unsupported("(+) outside of WHERE");
      return compileColumn(env, scope, node.parts, node.start);
    case "positional":
      return compilePositional(env, scope, node);
    case "variable":
      return compileVariable(env, node.name);
    case "bind":
      return bindValue(env, node.index);
    case "path":
      return compilePath(env, scope, compileExpr(env, scope, node.base), node.steps);
    case "cast": {
      const from = compileExpr(env, scope, node.expr);
      const to = mappedType(env.ctx.services.catalog, env.ctx.session, node.to);
      if (node.isTry && from.type.kind !== "VARCHAR" && !from.isNull)
        throw new SnowflakeError(
          "001065",
          "22023",
          `SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of types ${from.type.kind} and ${to.kind}`,
        );
      // A NULL that was given a type keeps it.
      return { ...castTo(env, from, to, node.isTry), isNull: false };
    }
    case "unary": {
      const operand = compileExpr(env, scope, node.expr);
      if (node.op === "NOT") {
        const value = castTo(env, operand, BOOLEAN);
        return typed(`(NOT ${value.sql})`, BOOLEAN, value.nullable);
      }
      const value = numeric(env, operand);
      if (node.op === "+") return value;
      if (value.constant?.kind === "number")
        return {
          ...value,
          sql: `(-${value.sql})`,
          constant: { kind: "number", value: `-${value.constant.value}` },
        };
      return typed(`(-${value.sql})`, value.type, value.nullable);
    }
    case "binary": {
      if (node.left.type === "tuple" && node.right.type === "tuple") return compareTuples(env, scope, node);
      return binary(env, node.op, compileExpr(env, scope, node.left), compileExpr(env, scope, node.right));
    }
    case "is": {
      const operand = compileExpr(env, scope, node.expr);
      const not = node.not ? "NOT " : "";
      if (node.what === "NULL")
        return typed(`(${operand.zoned?.instant ?? operand.sql} IS ${not}NULL)`, BOOLEAN, false);
      return typed(`(${castTo(env, operand, BOOLEAN).sql} IS ${not}${node.what})`, BOOLEAN, false);
    }
    case "distinctFrom":
      return distinctFrom(
        env,
        compileExpr(env, scope, node.left),
        compileExpr(env, scope, node.right),
        node.not,
      );
    case "between": {
      const value = compileExpr(env, scope, node.expr);
      const low = compare(env, ">=", value, compileExpr(env, scope, node.low));
      const high = compare(env, "<=", value, compileExpr(env, scope, node.high));
      const both = `(${low.sql} AND ${high.sql})`;
      return typed(node.not ? `(NOT ${both})` : both, BOOLEAN, low.nullable || high.nullable);
    }
    case "in":
      return compileIn(env, scope, node);
    case "like":
      return compileLike(env, scope, node);
    case "quantified": {
      const left = compileExpr(env, scope, node.left);
      const query = hooks.query(env, node.query, scope);
      const type = query.columns[0]!.type;
      if (isCollated(left.type) || isCollated(type)) throw errors.unsupported("ANY or ALL with a collation");
      const [l] = comparable(env, [left, typed("x", type)]);
      return typed(`(${l} ${node.op} ${node.quantifier} (${query.sql}))`, BOOLEAN);
    }
    case "case":
      return compileCase(env, scope, node);
    case "exists":
      return typed(`EXISTS (${hooks.query(env, node.query, scope).sql})`, BOOLEAN, false);
    case "subquery": {
      const query = hooks.query(env, node.query, scope);
      if (query.columns.length !== 1)
        throw new SnowflakeError(
          "001052",
          "22023",
          "SQL compilation error:\nSingle-row subquery must return one column.",
        );
      return typed(`(${query.sql})`, query.columns[0]!.type);
    }
    case "call":
      return compileCall(env, scope, node);
    case "interval":
      return { ...nullConstant(), isNull: false, sql: "NULL", interval: node.parts };
    case "array": {
      const items = node.items.map((item) => compileExpr(env, scope, item));
      return typed(arrayJson(items), { kind: "ARRAY" }, false);
    }
    case "object": {
      const entries = node.entries.flatMap(({ key, value }) => [
        castTo(env, compileExpr(env, scope, key), varchar()).sql,
        toJson(compileExpr(env, scope, value)),
      ]);
      return typed(
        entries.length === 0 ? "CAST('{}' AS JSON)" : `json_object(${entries.join(", ")})`,
        { kind: "OBJECT" },
        false,
      );
    }
    case "collate":
      return collate(env, compileExpr(env, scope, node.expr), node.collation);
    case "connectByRoot":
      return hierarchical(scope, node, "CONNECT_BY_ROOT");
    case "prior": {
      if (node.expr.type === "column")
        for (let at: Scope | null = scope; at; at = at.parent) {
          const found = at.prior?.(node.expr.parts.at(-1)!.name);
          if (found) return found;
        }
      throw errors.unsupported("PRIOR outside of CONNECT BY");
    }
    case "star":
    case "tuple":
    case "lambda":
      throw new SnowflakeError(
        "001003",
        "42000",
        `SQL compilation error:\nsyntax error line ${lineAndPosition(env.ctx.text, node.start).line} at position ${lineAndPosition(env.ctx.text, node.start).position} unexpected '${node.type === "star" ? "*" : "("}'.`,
      );
  }
  throw errors.internal("unhandled expression");
}

function invalid(env: Env, parts: Ident[], start: number): SnowflakeError {
  const { line, position } = lineAndPosition(env.ctx.text, start);
  const name = parts.map((p) => (p.quoted ? `"${p.name}"` : p.name)).join(".");
  return errors.invalidIdentifier(name, line, position);
}

/** The column that the name means here, or undefined; throws 002028 when several match. */
export function findColumn(scope: Scope, parts: Ident[]): ScopeColumn | undefined {
  const name = parts.at(-1)!.name;
  if (parts.length === 1) {
    const merged = scope.merged.get(name);
    if (merged) return merged;
  }
  const qualifier = parts.slice(0, -1).map((p) => p.name);
  let found: ScopeColumn | undefined;
  for (const relation of scope.relations) {
    if (qualifier.length > 0) {
      if (relation.name !== qualifier.at(-1)) continue;
      const path = qualifier.slice(0, -1);
      const own = relation.path.slice(relation.path.length - path.length);
      if (path.length > relation.path.length || path.some((p, i) => p !== own[i])) continue;
    }
    const matches = relation.columns.filter((c) => c.name === name);
    if (matches.length === 0) continue;
    if (found || matches.length > 1) throw errors.ambiguousColumn(name);
    found = matches[0];
  }
  return found;
}

const columnValue = ({ sql, type, nullable, textAt }: ScopeColumn): Typed => ({
  sql,
  type,
  nullable,
  ...(textAt && { textAt }),
});

function compileColumn(env: Env, scope: Scope, parts: Ident[], start: number): Typed {
  const name = parts.at(-1)!.name;
  for (let at: Scope | null = scope; at; at = at.parent) {
    if (parts.length === 1) {
      const parameter = at.lambda?.get(name);
      if (parameter) return parameter;
    }
    const column = findColumn(at, parts);
    if (column) {
      noteColumn(env, column.origin);
      const value = columnValue(column);
      return at.representatives?.has(column.sql) && !at.aggregating
        ? { ...value, sql: representative(column.sql) }
        : value;
    }
    if (parts.length === 1) {
      const alias = at.aliases.get(name);
      if (alias) return alias.resolve();
    }
  }
  if (parts.length > 1 && (name === "NEXTVAL" || name === "CURRVAL") && !parts.at(-1)!.quoted)
    return nextValue(env, parts.slice(0, -1), name);
  throw invalid(env, parts, start);
}

/** `sequence.NEXTVAL`: a new number for each row. */
function nextValue(env: Env, parts: Ident[], name: string): Typed {
  if (name === "CURRVAL") throw errors.unsupported("CURRVAL");
  const sequence = resolveObject(
    env.ctx,
    "SEQUENCE",
    parts.map((p) => p.name),
    { search: true },
  );
  requirePrivilege(env.ctx, "USAGE", sequence);
  return typed(
    `CAST(nextval('${physicalSequence(sequence.id)}') AS BIGINT)`,
    { kind: "NUMBER", precision: 19, scale: 0 },
    false,
  );
}

function compilePositional(env: Env, scope: Scope, node: Extract<Expr, { type: "positional" }>): Typed {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const candidates = at.relations.filter(
      (r) => r.positional && (node.qualifier === null || r.name === node.qualifier.name),
    );
    if (candidates.length > 1) throw errors.ambiguousColumn(`$${node.index}`);
    if (candidates[0]) return candidates[0].positional!(node.index);
    const only = at.relations.length === 1 ? at.relations[0] : undefined;
    const column = only?.columns[node.index - 1];
    if (column && (node.qualifier === null || only?.name === node.qualifier.name))
      return { sql: column.sql, type: column.type, nullable: column.nullable };
  }
  const { line, position } = lineAndPosition(env.ctx.text, node.start);
  throw errors.invalidIdentifier(`$${node.index}`, line, position);
}

export function compileVariable(env: Env, name: string): Typed {
  const literal = env.ctx.session.variables.get(name.startsWith(":") ? name.slice(1) : name);
  if (literal === undefined)
    throw new SnowflakeError(
      "000630",
      "0A000",
      `SQL compilation error: error line 0 at position -1\nSession variable '$${name}' does not exist`,
    );
  const match = /^'((?:[^']|'')*)'$/.exec(literal.trim());
  if (match) return textConstant(match[1]!.replaceAll("''", "'"));
  if (/^-?[0-9.]+$/.test(literal.trim())) {
    const value = literal.trim();
    if (!value.startsWith("-")) return numberConstant(value);
    const positive = numberConstant(value.slice(1));
    return { ...positive, sql: `(-${positive.sql})`, constant: { kind: "number", value } };
  }
  if (/^(true|false)$/i.test(literal.trim())) return booleanConstant(/^t/i.test(literal.trim()));
  if (/^null$/i.test(literal.trim())) return nullConstant();
  return variableExpression(env, literal);
}

/** A variable whose value is an expression of constants, as SET keeps it: `'2020-01-01'::DATE`. */
function variableExpression(env: Env, literal: string): Typed {
  return compileExpr(env, newScope(null), hooksParse(literal));
}

let parseHook: ((text: string) => Expr) | null = null;
export const setExpressionParser = (parse: (text: string) => Expr): void => {
  parseHook = parse;
};
const hooksParse = (source: string): Expr => {
  if (!parseHook) throw errors.internal("the parser is not loaded");
  return parseHook(source);
};

const escapeKey = (key: string): string => `"${key.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const constantKey = (env: Env, scope: Scope, index: Expr): string | null =>
  compileExpr(env, scope, index).constant?.value ?? null;

/** `v:a.b[0]`: one JSON path where keys are constants, GET where they are computed. */
export function compilePath(env: Env, scope: Scope, base: Typed, steps: PathStep[]): Typed {
  const variant: DataType = { kind: "VARIANT" };
  let current: Typed = base.isNull ? { ...castTo(env, base, variant), isNull: false } : base;
  if (!isSemiStructured(current.type))
    throw new SnowflakeError(
      "001007",
      "22023",
      `SQL compilation error: error line 1 at position 0\nInvalid argument types for function 'GET': (${current.type.kind})`,
    );
  let inner: DataType | null = isStructured(current.type) ? current.type : null;
  for (const step of steps) {
    inner = inner && innerType(inner, "key" in step ? step.key : constantKey(env, scope, step.index));
    let piece: string | null = null;
    let dynamic: Typed | null = null;
    if ("key" in step) piece = `.${escapeKey(step.key)}`;
    else {
      const index = compileExpr(env, scope, step.index);
      if (index.constant?.kind === "number" && /^[0-9]+$/.test(index.constant.value))
        piece = `[${index.constant.value}]`;
      else if (index.constant?.kind === "string") piece = `.${escapeKey(index.constant.value)}`;
      else dynamic = index;
    }
    if (piece !== null) {
      const from = current.extract ?? { base: current.sql, path: "$", textAt: current.textAt };
      const path = from.path + piece;
      const taken = `(${from.base} -> ${quoteText(path)})`;
      current = {
        sql: piece.endsWith("]") ? present(taken) : taken,
        type: variant,
        nullable: true,
        extract: { ...from, path },
      };
    } else current = { ...getElement(env, current, dynamic!), type: variant };
  }
  return taken(env, current, inner);
}

/** GET with a computed key or index. */
export function getElement(env: Env, base: Typed, key: Typed): Typed {
  const variant: DataType = { kind: "VARIANT" };
  if (key.type.kind === "NUMBER" || key.type.kind === "FLOAT") {
    const index = castTo(env, key, { kind: "NUMBER", precision: 18, scale: 0 }).sql;
    return typed(
      `CASE WHEN ${index} >= 0 THEN ${present(`json_extract(${base.sql}, '$[' || CAST(${index} AS VARCHAR) || ']')`)} END`,
      variant,
    );
  }
  const name = castTo(env, key, varchar()).sql;
  return typed(
    `json_extract(${base.sql}, '$."' || replace(replace(${name}, '\\', '\\\\'), '"', '\\"') || '"')`,
    variant,
  );
}

function compareTuples(env: Env, scope: Scope, node: Extract<Expr, { type: "binary" }>): Typed {
  const left = node.left.type === "tuple" ? node.left.items : [];
  const right = node.right.type === "tuple" ? node.right.items : [];
  if (left.length !== right.length || (node.op !== "=" && node.op !== "<>"))
    throw errors.unsupported("comparison of these row values");
  const parts = left.map(
    (item, i) => compare(env, "=", compileExpr(env, scope, item), compileExpr(env, scope, right[i]!)).sql,
  );
  const all = `(${parts.join(" AND ")})`;
  return typed(node.op === "=" ? all : `(NOT ${all})`, BOOLEAN);
}

function compileIn(env: Env, scope: Scope, node: Extract<Expr, { type: "in" }>): Typed {
  const left = node.expr.type === "tuple" ? node.expr.items : [node.expr];
  const operands = left.map((item) => compileExpr(env, scope, item));
  const not = node.not ? "NOT " : "";
  if (node.query) {
    const query = hooks.query(env, node.query, scope);
    if (query.columns.length !== operands.length)
      throw new SnowflakeError(
        "002057",
        "42601",
        "SQL compilation error:\nInvalid number of columns in subquery",
      );
    const source = query.columns.map((c) =>
      typed(`"${c.sqlName.replaceAll('"', '""')}"`, c.type, c.nullable),
    );
    const pairs = operands.map((operand, i) => comparable(env, [operand, source[i]!]));
    const plain = pairs.every((pair, i) => pair[1] === source[i]!.sql);
    const inner = plain ? query.sql : `SELECT ${pairs.map((p) => p[1]).join(", ")} FROM (${query.sql}) AS q`;
    const outer = pairs.length === 1 ? pairs[0]![0] : `(${pairs.map((p) => p[0]).join(", ")})`;
    return typed(`(${outer} ${not}IN (${inner}))`, BOOLEAN);
  }
  const list = node.list!;
  if (operands.length > 1) {
    const options = list.map((item) => {
      if (item.type !== "tuple" || item.items.length !== operands.length)
        throw errors.unsupported("IN with rows of different lengths");
      const parts = item.items.map(
        (one, i) => compare(env, "=", operands[i]!, compileExpr(env, scope, one)).sql,
      );
      return `(${parts.join(" AND ")})`;
    });
    return typed(`(${not}(${options.join(" OR ")}))`, BOOLEAN);
  }
  const values = list.map((item) => compileExpr(env, scope, item));
  const [first, ...rest] = comparable(env, [operands[0]!, ...values]);
  return typed(
    `(${first} ${not}IN (${rest.join(", ")}))`,
    BOOLEAN,
    operands[0]!.nullable || values.some((v) => v.nullable),
  );
}

function compileLike(env: Env, scope: Scope, node: Extract<Expr, { type: "like" }>): Typed {
  const whole = compileExpr(env, scope, node.expr);
  const subject = castTo(env, whole, varchar()).sql;
  const escapeSql = node.escape
    ? ` ESCAPE ${castTo(env, compileExpr(env, scope, node.escape), varchar()).sql}`
    : "";
  const one = (pattern: Expr) => {
    const given = compileExpr(env, scope, pattern);
    const value = castTo(env, given, varchar()).sql;
    if (isCollated(whole.type) || isCollated(given.type)) {
      if (node.kind === "RLIKE") throw errors.unsupported("a collation in RLIKE");
      const [text, like] = searchable(node.kind, [whole, given]);
      return `(${text} ${node.kind} ${like}${escapeSql})`;
    }
    if (node.kind === "RLIKE") return `regexp_full_match(${subject}, ${value})`;
    return `(${subject} ${node.kind} ${value}${escapeSql})`;
  };
  const [only] = node.patterns;
  if (node.quantifier && node.patterns.length === 1 && only?.type === "subquery") {
    const query = hooks.query(env, only.query, scope);
    const type = query.columns[0]!.type;
    if (isCollated(whole.type) || isCollated(type))
      throw errors.unsupported("LIKE ANY or ALL with a collation");
    const column = `q.${quoteName(query.columns[0]!.sqlName)}`;
    const matches = `(${subject} ${node.kind} ${castTo(env, typed(column, type), varchar()).sql}${escapeSql})`;
    const rows = (condition: string) => `EXISTS (SELECT 1 FROM (${query.sql}) AS q WHERE ${condition})`;
    const sql = node.quantifier === "ANY" ? rows(matches) : `NOT ${rows(`NOT ${matches}`)}`;
    return typed(`(${node.not ? "NOT " : ""}(${sql}))`, BOOLEAN);
  }
  const joined = node.patterns.map(one).join(node.quantifier === "ALL" ? " AND " : " OR ");
  return typed(node.not ? `(NOT (${joined}))` : `(${joined})`, BOOLEAN);
}

type Case = Extract<Expr, { type: "case" }>;

/** `CASE WHEN CHECK_JSON(x) IS NULL THEN PARSE_JSON(x)`, the documented way to load lines that may be broken: one parse. */
function checkedJson(env: Env, scope: Scope, node: Case): Typed | undefined {
  const [only] = node.whens;
  if (node.operand !== null || node.whens.length !== 1 || only?.when.type !== "is") return undefined;
  const { when, result } = only;
  const argument = (expr: Expr, name: string) =>
    expr.type === "call" && expr.name.length === 1 && expr.name[0]!.name === name && expr.args.length === 1
      ? expr.args[0]
      : undefined;
  const checked = when.what === "NULL" && !when.not ? argument(when.expr, "CHECK_JSON") : undefined;
  const read = argument(result, "PARSE_JSON");
  if (!checked || !read) return undefined;
  const value = compileExpr(env, scope, checked);
  if (value.type.kind !== "VARCHAR" || value.isNull || compileExpr(env, scope, read).sql !== value.sql)
    return undefined;
  const variant: DataType = { kind: "VARIANT" };
  const json = parsedJson(env, value.sql, true);
  if (!node.otherwise) return typed(json, variant);
  const otherwise = compileExpr(env, scope, node.otherwise);
  if (commonType([typed(json, variant), otherwise]).kind !== "VARIANT") return undefined;
  // Blank text passes the check and is NULL.
  return typed(
    `coalesce(${json}, CASE WHEN trim(${value.sql}) <> '' THEN ${coerce(env, otherwise, variant).sql} END)`,
    variant,
  );
}

function compileCase(env: Env, scope: Scope, node: Case): Typed {
  const json = checkedJson(env, scope, node);
  if (json) return json;
  const operand = node.operand ? compileExpr(env, scope, node.operand) : null;
  const whens = node.whens.map(({ when, result }) => ({
    when: compileExpr(env, scope, when),
    result: compileExpr(env, scope, result),
  }));
  const otherwise = node.otherwise ? compileExpr(env, scope, node.otherwise) : null;
  const results = [...whens.map((w) => w.result), ...(otherwise ? [otherwise] : [])];
  const type = commonType(results);
  const value = (t: Typed) => coerce(env, t, type).sql;
  const branches = whens.map(({ when, result }) => {
    const condition = operand ? compare(env, "=", operand, when).sql : castTo(env, when, BOOLEAN).sql;
    return `WHEN ${condition} THEN ${value(result)}`;
  });
  const tail = otherwise ? ` ELSE ${value(otherwise)}` : "";
  return typed(
    `CASE ${branches.join(" ")}${tail} END`.replace(/^(.*)$/s, "($1)"),
    type,
    otherwise === null || results.some((r) => r.nullable),
  );
}

export function compileOrder(env: Env, scope: Scope, items: readonly OrderItem[]): string {
  return items.map((item) => orderKey(compileExpr(env, scope, item.expr), item)).join(", ");
}

/** NULLs are the largest values: last when ascending, first when descending. A VARIANT sorts numbers as numbers. */
export function orderKey(value: Typed, item: Pick<OrderItem, "descending" | "nulls">): string {
  const direction = item.descending ? "DESC" : "ASC";
  const nulls = item.nulls ?? (item.descending ? "FIRST" : "LAST");
  const suffix = ` ${direction} NULLS ${nulls}`;
  if (value.type.kind === "TIMESTAMP_TZ" && !value.isNull) return `(${value.sql}).t${suffix}`;
  if (isSemiStructured(value.type))
    return `TRY_CAST((${value.sql} ->> '$') AS DOUBLE) ${direction} NULLS LAST, CAST(${value.sql} AS VARCHAR)${suffix}`;
  if (isCollated(value.type)) return `${keyOf(value)}${suffix}`;
  // DuckDB refuses a bare constant here.
  return `${value.constant ? `CAST(${value.sql} AS ${duckType(value.type)})` : value.sql}${suffix}`;
}

export function compileWindow(
  env: Env,
  scope: Scope,
  over: NonNullable<CallExpr["over"]>,
  defaultFrame = "",
): string {
  const spec = "name" in over ? namedWindow(scope, over.name) : over;
  const base = spec.base === null ? null : namedWindow(scope, spec.base);
  const partition = [...(base?.partitionBy ?? []), ...spec.partitionBy];
  const order = [...(base?.orderBy ?? []), ...spec.orderBy];
  const frame = spec.frame ?? base?.frame ?? null;
  const parts: string[] = [];
  if (partition.length > 0)
    parts.push(`PARTITION BY ${partition.map((p) => groupable(compileExpr(env, scope, p))).join(", ")}`);
  if (order.length > 0) parts.push(`ORDER BY ${compileOrder(env, scope, order)}`);
  if (frame) {
    const bound = (b: typeof frame.from) =>
      "offset" in b ? `${frameOffset(compileExpr(env, scope, b.offset))} ${b.kind}` : b.kind;
    parts.push(`${frame.unit} BETWEEN ${bound(frame.from)} AND ${bound(frame.to)}`);
  } else if (defaultFrame !== "") parts.push(defaultFrame);
  return `OVER (${parts.join(" ")})`;
}

/** Rows, or a distance: a number, or an interval of time. */
const frameOffset = (offset: Typed): string =>
  offset.interval
    ? offset.interval.map((part) => `INTERVAL (${Number(part.amount)}) ${part.unit}`).join(" + ")
    : offset.sql;

function namedWindow(scope: Scope, name: string): WindowSpec {
  const found = scope.windows.get(name);
  if (!found) throw errors.doesNotExist("Window", name);
  return found;
}

/** A value as GROUP BY, PARTITION BY and DISTINCT see it: a TIMESTAMP_TZ is its instant. */
export const groupable = (value: Typed): string =>
  value.type.kind === "TIMESTAMP_TZ" && !value.isNull ? `(${value.sql}).t` : keyOf(value);

/** One value of a group of texts that are alike. */
export const representative = (sql: string): string => `any_value(${sql})`;

/** COLLATE: another collation for the text, or, with an empty one, none. */
export function collate(env: Env, value: Typed, spec: string): Typed {
  const text = castTo(env, value, varchar());
  const { constant: _, ...plain } = text;
  return { ...plain, type: collated(text.type, spec, true) };
}

/** What a hierarchical query carries along for the node. */
function hierarchical(scope: Scope, node: object, name: string): Typed {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.hierarchy?.get(node);
    if (found) return found;
  }
  throw errors.unsupported(`${name} outside of CONNECT BY`);
}

export function compileCall(env: Env, scope: Scope, call: CallExpr): Typed {
  if (call.instance) return hooks.method(env, scope, call);
  const qualified = call.name.length > 1;
  const name = call.name.at(-1)!.name;
  if (!qualified && name === "SYS_CONNECT_BY_PATH") return hierarchical(scope, call, name);
  // Functions of the SNOWFLAKE database are registered by their whole names.
  const parts = call.name.map((part) => part.name);
  const def = !qualified
    ? findFunction(name)
    : parts[0] === "SNOWFLAKE" && parts.length === 3
      ? findFunction(parts.join("."))
      : undefined;
  if (!def) {
    const user = hooks.userFunction(env, scope, call);
    if (user) return user;
    throw unknownFunction(call.name.map((p) => p.name).join("."));
  }
  if (def.role === "window" && !call.over)
    throw new SnowflakeError(
      "002017",
      "42601",
      `SQL compilation error:\nWindow function ${name} requires an OVER clause`,
    );
  if (def.role === "scalar" && (call.over || call.distinct || call.withinGroup))
    throw new SnowflakeError(
      "002303",
      "42601",
      `SQL compilation error:\nInvalid function type [${name}] for window function.`,
    );
  if (call.named.length > 0 && !def.raw) return compileCall(env, scope, positional(call, def));
  const context = {
    env,
    scope,
    call,
    compile: (expr: Expr, inner: Scope = scope) => heeded(name, call.distinct, compileExpr(env, inner, expr)),
  };
  const emit = () =>
    def.raw
      ? def.raw(context)
      : takingTypes(
          env,
          scope,
          call,
          () => compileArguments(env, scope, call, def),
          (args) => def.emit(args, context),
        );
  if (def.role !== "aggregate" || call.over) return emit();
  const before = scope.aggregating ?? 0;
  scope.aggregating = before + 1;
  try {
    return emit();
  } finally {
    scope.aggregating = before;
  }
}

/** The call with the arguments given by name in their places. */
function positional(call: CallExpr, def: FunctionDef): CallExpr {
  const name = call.name.at(-1)!.name;
  if (!def.argumentNames) throw errors.unsupported(`named arguments of ${name}`);
  const args = [...call.args];
  for (const given of call.named) {
    const at = def.argumentNames.indexOf(given.name);
    if (at < 0 || args[at]) throw errors.unsupported(`argument ${given.name} of ${name}`);
    args[at] = given.value;
  }
  if (args.includes(undefined as never) || Object.keys(args).length < args.length)
    throw errors.unsupported(`${name} without an argument before a named one`);
  return { ...call, args, named: [] };
}

function compileArguments(env: Env, scope: Scope, call: CallExpr, def: FunctionDef): Typed[] {
  const given = call.args.length;
  if (given < def.min || (!def.variadic && given > def.params.length))
    throw wrongArgumentCount(call, def, given);
  return call.args.map((arg, i) => {
    const kind = def.params[Math.min(i, def.params.length - 1)] ?? "any";
    const value = heeded(def.name, call.distinct, compileExpr(env, scope, arg));
    return takingTypes(
      env,
      scope,
      call,
      () => value,
      (one) => convertArgument(env, one, kind),
    );
  });
}

/** What a function makes of its arguments; a conversion that there is not is told as a wrong type of argument. */
function takingTypes<T, R>(env: Env, scope: Scope, call: CallExpr, given: () => T, work: (given: T) => R): R {
  const args = given();
  try {
    return work(args);
  } catch (error) {
    if (!(error instanceof SnowflakeError) || error.code !== "002262") throw error;
    const types = call.args.map((one) => printDataType(compileExpr(env, scope, one).type)).join(", ");
    const { line, position } = lineAndPosition(env.ctx.text, call.start);
    throw new SnowflakeError(
      "001044",
      "42P13",
      `SQL compilation error: error line ${line} at position ${position}\nInvalid argument types for function '${call.name.at(-1)!.name}': (${types})`,
    );
  }
}

export { raise };
