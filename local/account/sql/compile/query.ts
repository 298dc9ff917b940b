import { errors, SnowflakeError } from "../../errors.ts";
import type { DataType } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import type {
  CommonTable,
  Expr,
  GroupItem,
  OrderItem,
  Query,
  QueryBody,
  Select,
  SelectItem,
} from "../parse/index.ts";
import { lineAndPosition } from "../parse/index.ts";
import { castTo, coerce } from "./cast.ts";
import { isCollated, keyOf } from "./collation.ts";
import { commonType } from "./common-type.ts";
import { compileConnectBy } from "./connect-by.ts";
import { type Env, nextAlias } from "./env.ts";
import { compileExpr, findColumn, groupable, hooks, orderKey, representative } from "./expression.ts";
import { compileFrom } from "./from.ts";
import { LiftedPaths, liftsPaths } from "./lifted-paths.ts";
import { withOuterMarks } from "./outer-marks.ts";
import { probesKeys } from "./probed-keys.ts";
import { newScope, type OutputColumn, type Scope, uniqueNames } from "./scope.ts";
import { expandStar } from "./star.ts";
import { trackedInBranch, trackedItems } from "./tracked.ts";
import { nullConstant, quoteName, type Typed, typed } from "./typed.ts";
import { valuesTable } from "./values.ts";

export interface Compiled {
  sql: string;
  columns: OutputColumn[];
}

interface Tail {
  orderBy: Query["orderBy"];
  limit: Expr | null;
  offset: Expr | null;
}

const NO_TAIL: Tail = { orderBy: [], limit: null, offset: null };

/** Compiles a query. `parent` is the scope around it (correlation, common tables), or null at the top. */
export function compileQuery(env: Env, query: Query, parent: Scope | null): Compiled {
  if (query.with.length === 0) return compileBody(env, query.body, parent, query);
  const scope = newScope(parent);
  const parts = query.with.map((table) => compileCommonTable(env, scope, table));
  const body = compileBody(env, query.body, scope, query);
  const recursive = parts.some((p) => p.recursive) ? "RECURSIVE " : "";
  return { sql: `WITH ${recursive}${parts.map((p) => p.sql).join(", ")} ${body.sql}`, columns: body.columns };
}

hooks.query = compileQuery;

function renamed(columns: OutputColumn[], names: CommonTable["columns"]): OutputColumn[] {
  if (names.length === 0) return columns;
  if (names.length !== columns.length)
    throw new SnowflakeError(
      "002020",
      "21S01",
      `SQL compilation error:\nInvalid number of column aliases: expected ${columns.length} but got ${names.length}`,
    );
  return columns.map((c, i) => ({ ...c, name: names[i]!.name }));
}

function compileCommonTable(env: Env, scope: Scope, table: CommonTable): { sql: string; recursive: boolean } {
  const sqlName = nextAlias(env, "c");
  const body = table.query.body;
  const define = (columns: OutputColumn[]) => {
    const named = renamed(columns, table.columns);
    const unique = uniqueNames(named.map((c) => c.name));
    const defined = named.map((c, i) => ({ ...c, sqlName: unique[i]! }));
    scope.commonTables.set(table.name.name, { sqlName, columns: defined });
    return `${sqlName}(${unique.map(quoteName).join(", ")})`;
  };
  if (body.type === "set" && references(body.right, table.name.name)) {
    const anchor = compileBody(env, body.left, scope, NO_TAIL);
    // A recursive column's width is the anchor's type at its widest.
    const columns = anchor.columns.map((c) => ({ ...c, type: widest(c.type), nullable: true }));
    const head = define(columns);
    const step = compileBody(env, body.right, scope, NO_TAIL);
    if (body.op !== "UNION" || !body.all)
      throw errors.unsupported("recursive common table without UNION ALL");
    const left = reshape(env, anchor, columns);
    const right = reshape(env, step, columns);
    return { sql: `${head} AS (${left} UNION ALL ${right})`, recursive: true };
  }
  const compiled = compileQuery(env, table.query, scope);
  return { sql: `${define(compiled.columns)} AS (${compiled.sql})`, recursive: false };
}

function widest(type: DataType): DataType {
  if (type.kind === "NUMBER") return { kind: "NUMBER", precision: 38, scale: type.scale };
  if (type.kind === "VARCHAR") return { kind: "VARCHAR", length: 16_777_216 };
  return type;
}

/** Does the tree read a table of that unqualified name? */
function references(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((item) => references(item, name));
  if (typeof node !== "object" || node === null) return false;
  const record = node as Record<string, unknown>;
  if (record["type"] === "table" && Array.isArray(record["name"])) {
    const parts = record["name"] as { name: string }[];
    if (parts.length === 1 && parts[0]!.name === name) return true;
  }
  return Object.values(record).some((value) => references(value, name));
}

/** The compiled rows with exactly these columns' names and physical types. */
function reshape(env: Env, compiled: Compiled, columns: readonly OutputColumn[]): string {
  if (compiled.columns.length !== columns.length)
    throw columnCountMismatch(columns.length, compiled.columns.length);
  const items = columns.map((target, i) => {
    const from = compiled.columns[i]!;
    const value = coerce(env, typed(quoteName(from.sqlName), from.type, from.nullable), target.type);
    return `CAST(${value.sql} AS ${duckType(target.type)}) AS ${quoteName(target.sqlName)}`;
  });
  return `SELECT ${items.join(", ")} FROM (${compiled.sql}) AS q`;
}

const columnCountMismatch = (left: number, right: number) =>
  new SnowflakeError(
    "001789",
    "42601",
    `SQL compilation error:\ninvalid number of result columns for set operator input branches, expected ${left}, got ${right}`,
  );

function compileBody(env: Env, body: QueryBody, parent: Scope | null, tail: Tail): Compiled {
  switch (body.type) {
    case "select":
      return compileSelect(env, body, parent, tail);
    case "query": {
      const inner = compileQuery(env, body, parent);
      return withTail(env, inner, parent, tail);
    }
    case "values": {
      const rows = body.rows.map((row) => row.map((item) => compileExpr(env, newScope(parent), item)));
      return withTail(env, valuesTable(env, rows), parent, tail);
    }
    case "set":
      return withTail(env, compileSet(env, body, parent), parent, tail);
  }
}

function compileSet(env: Env, body: Extract<QueryBody, { type: "set" }>, parent: Scope | null): Compiled {
  const left = compileBody(env, body.left, parent, NO_TAIL);
  const right = compileBody(env, body.right, parent, NO_TAIL);
  const pairs: { name: string; l: OutputColumn | null; r: OutputColumn | null }[] = [];
  if (body.byName) {
    for (const l of left.columns)
      pairs.push({ name: l.name, l, r: right.columns.find((c) => c.name === l.name) ?? null });
    for (const r of right.columns)
      if (!left.columns.some((c) => c.name === r.name)) pairs.push({ name: r.name, l: null, r });
  } else {
    if (left.columns.length !== right.columns.length)
      throw columnCountMismatch(left.columns.length, right.columns.length);
    left.columns.forEach((l, i) => {
      pairs.push({ name: l.name, l, r: right.columns[i]! });
    });
  }
  const value = (c: OutputColumn | null): Typed =>
    c ? { ...typed(quoteName(c.sqlName), c.type, c.nullable), isNull: c.isNull } : nullConstant();
  const unique = uniqueNames(pairs.map((p) => p.name));
  const columns: OutputColumn[] = pairs.map((p, i) => {
    const both = [value(p.l), value(p.r)];
    return {
      name: p.name,
      sqlName: unique[i]!,
      type: commonType(both),
      nullable: both.some((b) => b.nullable),
      isNull: both.every((b) => b.isNull),
    };
  });
  if (!(body.op === "UNION" && body.all) && columns.some(({ type }) => isCollated(type)))
    throw errors.unsupported(`${body.op} of texts with a collation`);
  const side = (compiled: Compiled, pick: "l" | "r") => {
    const items = pairs.map((p, i) => {
      const own = p[pick];
      const converted = coerce(env, value(own), columns[i]!.type).sql;
      return `${trackedInBranch(columns[i]!, pick, converted)} AS ${quoteName(columns[i]!.sqlName)}`;
    });
    return `SELECT ${items.join(", ")} FROM (${compiled.sql}) AS ${nextAlias(env, "u")}`;
  };
  const op = `${body.op}${body.all ? " ALL" : ""}`;
  return { sql: `(${side(left, "l")}) ${op} (${side(right, "r")})`, columns };
}

/** ORDER BY and LIMIT over rows whose names are the only ones in sight. */
function withTail(env: Env, inner: Compiled, parent: Scope | null, tail: Tail): Compiled {
  if (tail.orderBy.length === 0 && tail.limit === null && tail.offset === null) return inner;
  const alias = nextAlias(env, "q");
  const scope = newScope(parent);
  scope.relations.push({
    name: null,
    path: [],
    columns: inner.columns.map((c) => ({
      name: c.name,
      sql: `${alias}.${quoteName(c.sqlName)}`,
      type: c.type,
      nullable: c.nullable,
    })),
  });
  const order = orderClause(
    env,
    scope,
    tail.orderBy,
    inner.columns.map((c) => typed(`${alias}.${quoteName(c.sqlName)}`, c.type)),
  );
  return {
    sql: `SELECT * FROM (${inner.sql}) AS ${alias}${order}${limitClause(env, scope, tail)}`,
    columns: inner.columns,
  };
}

function orderClause(env: Env, scope: Scope, items: Query["orderBy"], outputs: readonly Typed[]): string {
  if (items === "ALL")
    return ` ORDER BY ${outputs.map((o) => orderKey(o, { descending: false, nulls: null })).join(", ")}`;
  if (items.length === 0) return "";
  return ` ORDER BY ${items.map((item) => orderKey(orderValue(env, scope, item, outputs), item)).join(", ")}`;
}

function orderValue(env: Env, scope: Scope, item: OrderItem, outputs: readonly Typed[]): Typed {
  const { expr } = item;
  if (expr.type === "literal" && expr.kind === "number" && /^[0-9]+$/.test(expr.value)) {
    const output = outputs[Number(expr.value) - 1];
    if (!output)
      throw new SnowflakeError(
        "001023",
        "22003",
        `SQL compilation error:\nORDER BY column number ${expr.value} is out of range. It should be between 1 and ${outputs.length}.`,
      );
    return output;
  }
  return compileExpr(env, scope, expr);
}

function limitClause(env: Env, scope: Scope, tail: Tail): string {
  const constant = (expr: Expr, what: string): string => {
    const value = compileExpr(env, scope, expr);
    if (value.isNull) return "NULL";
    if (value.constant?.kind !== "number" || !/^[0-9]+$/.test(value.constant.value))
      throw new SnowflakeError(
        "001015",
        "22023",
        `SQL compilation error:\nInvalid ${what} value: it must be a constant non-negative integer.`,
      );
    return value.constant.value;
  };
  let sql = "";
  if (tail.limit) {
    const limit = constant(tail.limit, "LIMIT");
    if (limit !== "NULL") sql += ` LIMIT ${limit}`;
  }
  if (tail.offset) {
    const offset = constant(tail.offset, "OFFSET");
    if (offset !== "NULL") sql += ` OFFSET ${offset}`;
  }
  return sql;
}

interface Item {
  name: string;
  value: () => Typed;
}

/** Name of an unaliased expression: the column's own, else its text in upper case. */
function itemName(env: Env, item: SelectItem): string {
  if (item.alias) return item.alias.name;
  const { expr } = item;
  if (expr.type === "column") return expr.parts.at(-1)!.name;
  return env.ctx.text.slice(expr.start, expr.end).toUpperCase();
}

function compileSelect(env: Env, given: Select, parent: Scope | null, tail: Tail): Compiled {
  const select = withOuterMarks(given);
  const scope = newScope(parent);
  for (const window of select.windows) scope.windows.set(window.name, window.spec);
  if (liftsPaths(select)) scope.lifted = new LiftedPaths(env);
  scope.probed = probesKeys(select);
  let from = select.from ? compileFrom(env, select.from, scope) : null;
  if (select.connectBy) from = compileConnectBy(env, select, scope, from!);

  const items: Item[] = [];
  for (const item of select.items) {
    if (item.expr.type === "star") {
      for (const { name, column } of expandStar(env, scope, item.expr))
        items.push({ name, value: () => column });
      continue;
    }
    const { expr } = item;
    let value: Typed | null = null;
    let busy = false;
    const resolve = () => {
      if (value) return value;
      if (busy) throw circular(env, item);
      busy = true;
      try {
        value = compileExpr(env, scope, expr);
      } finally {
        busy = false;
      }
      return value;
    };
    items.push({ name: itemName(env, item), value: resolve });
    if (item.alias && !scope.aliases.has(item.alias.name)) {
      // `SELECT a + 1 AS a`: inside its own expression the name is the column's.
      scope.aliases.set(item.alias.name, { resolve });
    }
  }
  const representatives = collatedGroups(env, scope, select);
  if (representatives.size > 0) scope.representatives = representatives;
  const values = items.map((item) => {
    const value = item.value();
    return representatives.has(value.sql) ? { ...value, sql: representative(value.sql) } : value;
  });
  const unique = uniqueNames(items.map((item) => item.name));
  const columns: OutputColumn[] = items.map((item, i) => ({
    name: item.name,
    sqlName: unique[i]!,
    type: values[i]!.type,
    nullable: values[i]!.nullable,
    isNull: values[i]!.isNull,
  }));
  const condition = (expr: Expr) => castTo(env, compileExpr(env, scope, expr), { kind: "BOOLEAN" }).sql;

  const tracked = trackedItems(env, scope.relations);
  const alike = values.some(({ type }) => isCollated(type));
  if (alike && select.groupBy === "ALL") throw errors.unsupported("GROUP BY ALL of texts with a collation");
  const on = alike ? `ON (${values.map((v) => groupable(v)).join(", ")}) ` : "";
  let sql = `SELECT ${select.distinct ? `DISTINCT ${on}` : ""}`;
  sql += values
    .map((v, i) => `${v.isNull ? `CAST(NULL AS ${duckType(v.type)})` : v.sql} AS ${quoteName(unique[i]!)}`)
    .concat(tracked.map(({ sql: value, column }) => `${value} AS ${quoteName(column.sqlName)}`))
    .join(", ");
  columns.push(...tracked.map(({ column }) => column));
  if (from) sql += ` FROM ${from}`;
  if (select.where) sql += ` WHERE ${condition(select.where)}`;
  if (select.groupBy === "ALL") sql += " GROUP BY ALL";
  else if (select.groupBy) sql += ` GROUP BY ${groupClause(env, scope, select.groupBy, values)}`;
  if (select.having) sql += ` HAVING ${condition(select.having)}`;
  if (select.qualify) sql += ` QUALIFY ${condition(select.qualify)}`;

  sql += selectOrder(env, scope, tail.orderBy, items, values, unique, select.distinct);
  const limit = select.top ? { ...tail, limit: select.top } : tail;
  sql += limitClause(env, scope, limit);
  return { sql: scope.lifted ? scope.lifted.settle(sql) : sql, columns };
}

function circular(env: Env, item: SelectItem): SnowflakeError {
  const { line, position } = lineAndPosition(env.ctx.text, item.expr.start);
  return errors.invalidIdentifier(item.alias?.name ?? "", line, position);
}

/** In ORDER BY an output's name wins over a column of the tables. */
function selectOrder(
  env: Env,
  scope: Scope,
  orderBy: Query["orderBy"],
  items: readonly Item[],
  values: readonly Typed[],
  unique: readonly string[],
  distinct: boolean,
): string {
  if (orderBy !== "ALL" && orderBy.length === 0) return "";
  const own = newScope(scope);
  const named = new Map<string, Typed>();
  items.forEach((item, i) => {
    if (!named.has(item.name))
      named.set(item.name, distinct ? { ...values[i]!, sql: quoteName(unique[i]!) } : values[i]!);
  });
  own.lambda = named;
  own.windows = scope.windows;
  const outputs = values.map((v, i) => (distinct ? { ...v, sql: quoteName(unique[i]!) } : v));
  return orderClause(env, own, orderBy, outputs);
}

/** SQL of the collated texts that the SELECT groups by. */
function collatedGroups(env: Env, scope: Scope, select: Select): Set<string> {
  const found = new Set<string>();
  if (select.groupBy === "ALL") return found;
  for (const item of select.groupBy ?? []) {
    if (item.type !== "expr") continue;
    let { expr } = item;
    if (expr.type === "literal") expr = select.items[Number(expr.value) - 1]?.expr ?? expr;
    else if (expr.type === "column" && expr.parts.length === 1 && !findColumn(scope, expr.parts)) {
      const { name } = expr.parts[0]!;
      expr = select.items.find(({ alias }) => alias?.name === name)?.expr ?? expr;
    }
    if (expr.type === "star") continue;
    const value = compileExpr(env, scope, expr);
    if (isCollated(value.type)) found.add(value.sql);
  }
  return found;
}

/** What a group's key is: of a text with a collation what its likes share. */
function groupKey(scope: Scope, value: Typed): string {
  if (!isCollated(value.type)) return value.sql;
  for (const sql of scope.representatives ?? [])
    if (value.sql === sql || value.sql === representative(sql)) return keyOf({ ...value, sql });
  throw errors.unsupported("this GROUP BY of texts with a collation");
}

function groupClause(env: Env, scope: Scope, items: readonly GroupItem[], values: readonly Typed[]): string {
  const one = (expr: Expr): string => {
    if (expr.type === "literal" && expr.kind === "number" && /^[0-9]+$/.test(expr.value)) {
      const value = values[Number(expr.value) - 1];
      if (!value)
        throw new SnowflakeError(
          "001023",
          "22003",
          `SQL compilation error:\nGROUP BY column number ${expr.value} is out of range. It should be between 1 and ${values.length}.`,
        );
      return groupKey(scope, value);
    }
    // A column of the tables wins over an alias of the same name.
    if (expr.type === "column" && expr.parts.length === 1 && !findColumn(scope, expr.parts)) {
      const alias = scope.aliases.get(expr.parts[0]!.name);
      if (alias) return groupKey(scope, alias.resolve());
    }
    const value = compileExpr(env, scope, expr);
    if (isCollated(value.type)) return groupKey(scope, value);
    return value.constant ? `(${value.sql})::${duckType(value.type)}` : value.sql;
  };
  const item = (g: GroupItem): string => {
    switch (g.type) {
      case "expr":
        return one(g.expr);
      case "tuple":
        return `(${g.items.map(one).join(", ")})`;
      case "rollup":
      case "cube":
        return `${g.type.toUpperCase()} (${g.sets.map((s) => (s.length === 1 ? one(s[0]!) : `(${s.map(one).join(", ")})`)).join(", ")})`;
      case "groupingSets":
        return `GROUPING SETS (${g.sets.map((s) => (s.type === "expr" ? `(${one(s.expr)})` : item(s))).join(", ")})`;
    }
  };
  return items.map(item).join(", ");
}
