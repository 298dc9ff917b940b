/**
 * Binds every name of a parsed query to a column of a known table, expands `*` and common table expressions, and
 * refuses what a model may not use. All problems are reported, not only the first.
 */
import { didYouMean, type ProblemCode } from "../../infra/errors.ts";
import { AGGREGATES, calledName, TAKES_UNIT } from "./functions.ts";
import { columnName, printQuery } from "./print.ts";
import {
  FLATTEN_COLUMNS,
  type Item,
  type Join,
  type Output,
  outputNames,
  type Query,
  type Select,
  type Source,
} from "./query.ts";
import type { Catalog, Relation } from "./relation.ts";
import {
  as,
  column as columnNode,
  conjuncts,
  identifier,
  isNode,
  type Json,
  kindOf,
  listAt,
  type Node,
  nodeAt,
  parseSql,
  rewrite,
  type Span,
  sameExpression,
  spanOf,
  textAt,
  verbatim,
  walk,
} from "./tree.ts";

export interface Finding {
  code: ProblemCode;
  span?: Span;
  message: string;
  given?: string;
  allowed?: string;
  hint?: string;
}

export type Report = (finding: Finding) => void;

export interface ResolveOptions {
  /** Reads raw tables without their contracts' conditions: for models that judge the records themselves. */
  unguarded?: boolean;
}

interface Scope {
  catalog: Catalog;
  unguarded: boolean;
  ctes: ReadonlyMap<string, Query>;
  /** Items of the enclosing SELECTs, for correlated subqueries. */
  outer: readonly Item[];
  report: Report;
}

/** The query with all names bound, or undefined where that was impossible; `report` then has been called. */
export function resolveQuery(
  statement: Node,
  catalog: Catalog,
  report: Report,
  options: ResolveOptions = {},
): Query | undefined {
  let failed = false;
  const scope: Scope = {
    catalog,
    unguarded: options.unguarded ?? false,
    ctes: new Map(),
    outer: [],
    report: (finding) => {
      failed = true;
      report(finding);
    },
  };
  const query = resolve(statement, scope);
  return failed ? undefined : query;
}

function resolve(node: Node, scope: Scope): Query | undefined {
  const paren = as(node, "paren") ?? as(node, "subquery");
  if (paren !== undefined) {
    const inner = nodeAt(paren, "this");
    return inner === undefined ? undefined : resolve(inner, scope);
  }
  const union = as(node, "union");
  if (union !== undefined) return resolveUnion(union, scope);
  const select = as(node, "select");
  if (select !== undefined) return resolveSelect(select, withCtes(select, scope));
  scope.report({
    code: "SQL_UNSUPPORTED",
    span: spanOf(node),
    message: `${kindOf(node).replaceAll("_", " ").toUpperCase()} is not possible here`,
    allowed: "one SELECT, or SELECTs joined by UNION ALL or UNION",
  });
  return undefined;
}

function resolveUnion(union: Node, outerScope: Scope): Query | undefined {
  const scope = withCtes(union, outerScope);
  refuseClauses(union, scope);
  const left = nodeAt(union, "left");
  const right = nodeAt(union, "right");
  if (left === undefined || right === undefined) return undefined;
  const [a, b] = [resolve(left, scope), resolve(right, scope)];
  if (a === undefined || b === undefined) return undefined;
  if (outputNames(a).length !== outputNames(b).length) {
    scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(right),
      message: "the two sides of UNION have different numbers of columns",
      given: `${outputNames(a).length} and ${outputNames(b).length}`,
    });
    return undefined;
  }
  return { kind: "union", all: union["all"] === true, left: a, right: b };
}

function withCtes(select: Node, scope: Scope): Scope {
  const clause = nodeAt(select, "with");
  if (clause === undefined) return scope;
  if (clause["recursive"] === true)
    scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(clause),
      message: "a recursive WITH is not possible",
    });
  let ctes = new Map(scope.ctes);
  for (const cte of listAt(clause, "ctes")) {
    const name = identifier(cte["alias"]);
    const body = nodeAt(cte, "this");
    if (name === undefined || body === undefined) continue;
    const query = resolve(body, { ...scope, ctes });
    if (query === undefined) continue;
    const renamed = listAt(cte, "columns").map((one) => identifier(one) ?? "");
    ctes = new Map(ctes).set(name, renamed.length === 0 ? query : rename(query, renamed));
  }
  return { ...scope, ctes };
}

const rename = (query: Query, names: readonly string[]): Query =>
  query.kind === "union"
    ? { ...query, left: rename(query.left, names), right: rename(query.right, names) }
    : { ...query, outputs: query.outputs.map((output, i) => ({ ...output, name: names[i] ?? output.name })) };

/** Clauses that have no meaning for a set of rows, or that no stream can follow. */
const REFUSED_CLAUSES: Record<string, string> = {
  order_by: "ORDER BY: the rows of a table have no order",
  limit: "LIMIT: which rows remain is not defined",
  offset: "OFFSET: which rows remain is not defined",
  fetch: "FETCH: which rows remain is not defined",
  top: "TOP: which rows remain is not defined",
  sample: "SAMPLE: which rows remain is not defined",
  connect: "CONNECT BY",
  into: "INTO",
  windows: "WINDOW: write the window where it is used",
  distinct_on: "DISTINCT ON: use QUALIFY",
};

function refuseClauses(select: Node, scope: Scope): void {
  for (const [key, what] of Object.entries(REFUSED_CLAUSES)) {
    const clause = select[key];
    if (clause === null || clause === undefined || (Array.isArray(clause) && clause.length === 0)) continue;
    scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(clause),
      message: `${what} is not possible in a model`,
    });
  }
}

function resolveSelect(select: Node, scope: Scope): Select | undefined {
  refuseClauses(select, scope);
  const items = resolveItems(select, scope);
  if (items === undefined) return undefined;
  const binder = new Binder(items, scope);
  const outputs = resolveOutputs(select, items, binder);
  const clause = (key: string): Node[] => {
    const holder = nodeAt(select, key);
    const condition = holder === undefined ? undefined : nodeAt(holder, "this");
    return conjuncts(condition).map((node) => binder.bind(node, outputs));
  };
  const where = withGuards(clause("where_clause"), items, binder);
  const having = clause("having");
  const qualify = clause("qualify");
  const grouping = resolveGrouping(select, outputs, binder);
  const grouped =
    grouping !== undefined || having.length > 0 || outputs.some((one) => hasAggregate(one.expression));
  return {
    kind: "select",
    items,
    outputs,
    distinct: select["distinct"] === true,
    where,
    groupBy: grouping ?? [],
    grouped,
    having,
    qualify,
    nestedReads: binder.nestedReads,
  };
}

/** The SELECT's own conditions, and those of its tables' contracts that are not among them. */
function withGuards(own: readonly Node[], items: readonly Item[], binder: Binder): Node[] {
  const where = [...own];
  for (const item of items) {
    if (item.source.kind !== "table" || binder.scope.unguarded) continue;
    const alias = columnName(item.alias);
    for (const text of item.source.relation.guard?.(alias) ?? []) {
      const condition = binder.bind(parseCondition(text), []);
      if (!where.some((one) => sameExpression(one, condition))) where.push(condition);
    }
  }
  return where;
}

const CONDITIONS = new Map<string, Node>();

function parseCondition(text: string): Node {
  const known = CONDITIONS.get(text);
  if (known !== undefined) return known;
  const parsed = parseSql(`select 1 as one from guarded where ${text}`);
  const select = "error" in parsed ? undefined : as(parsed.statements[0], "select");
  const holder = select === undefined ? undefined : nodeAt(select, "where_clause");
  const condition = holder === undefined ? undefined : nodeAt(holder, "this");
  if (condition === undefined) throw new Error(`not a condition: ${text}`);
  CONDITIONS.set(text, condition);
  return condition;
}

function resolveItems(select: Node, scope: Scope): Item[] | undefined {
  const items: Item[] = [];
  const from = nodeAt(select, "from");
  const add = (node: Node, join: Join, on: readonly Node[]): void => {
    const item = resolveItem(node, join, items, scope);
    if (item === undefined) return;
    if (items.some((other) => other.alias === item.alias)) {
      scope.report({
        code: "SQL_UNSUPPORTED",
        span: spanOf(node),
        message: `two tables of this SELECT are called ${item.alias.toLowerCase()}`,
        hint: "Give one of them an alias.",
      });
      return;
    }
    items.push(item);
    item.on = on.flatMap((condition) => conjuncts(new Binder(items, scope).bind(condition, [])));
  };
  let count = 0;
  if (from !== undefined)
    listAt(from, "expressions").forEach((node, index) => {
      count++;
      add(node, index === 0 ? "from" : "cross", []);
    });
  for (const join of listAt(select, "joins")) {
    count++;
    const node = nodeAt(join, "this");
    const kind = joinKind(textAt(join, "kind") ?? "", join, scope);
    const on = nodeAt(join, "on");
    if (node !== undefined && kind !== undefined) add(node, kind, on === undefined ? [] : [on]);
  }
  if (count === 0) {
    scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(select),
      message: "a model reads from at least one table",
    });
  }
  return items.length === count && count > 0 ? items : undefined;
}

function joinKind(kind: string, join: Node, scope: Scope): Join | undefined {
  if (listAt(join, "using").length > 0) {
    scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(join["using"]),
      message: "USING is not possible in a model",
      hint: "Write the condition with ON, so that each column says which table it is of.",
    });
    return undefined;
  }
  const known: Record<string, Join> = {
    Inner: "inner",
    Left: "left",
    Right: "right",
    Full: "full",
    Cross: "cross",
    Implicit: "cross",
  };
  const found = known[kind];
  if (found === undefined)
    scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(join),
      message: `a join of the kind ${kind.toUpperCase()} is not possible in a model`,
      allowed: "JOIN, LEFT JOIN, RIGHT JOIN, FULL JOIN, CROSS JOIN",
    });
  return found;
}

function resolveItem(node: Node, join: Join, before: readonly Item[], scope: Scope): Item | undefined {
  const table = as(node, "table");
  if (table !== undefined) {
    const source = resolveTable(table, scope);
    const alias = identifier(table["alias"]) ?? identifier(table["name"]) ?? "";
    return source === undefined ? undefined : { alias, join, on: [], source };
  }
  const subquery = as(node, "subquery");
  if (subquery !== undefined) {
    const alias = identifier(subquery["alias"]);
    const body = nodeAt(subquery, "this");
    const query = body === undefined ? undefined : resolve(body, { ...scope, outer: [] });
    if (alias === undefined) {
      scope.report({
        code: "SQL_UNSUPPORTED",
        span: spanOf(node),
        message: "a subquery in FROM needs an alias",
      });
      return undefined;
    }
    return query === undefined ? undefined : { alias, join, on: [], source: { kind: "query", query } };
  }
  const flatten = flattenCall(node);
  if (flatten !== undefined) {
    const call = new Binder(before, scope).bind(flatten.call, []);
    return { alias: flatten.alias, join, on: [], source: { kind: "flatten", call } };
  }
  scope.report({
    code: "SQL_UNSUPPORTED",
    span: spanOf(node),
    message: `${kindOf(node).replaceAll("_", " ")} is not possible in FROM`,
    allowed: "tables, subqueries, LATERAL FLATTEN(…)",
  });
  return undefined;
}

/** `LATERAL FLATTEN(…) f` and `TABLE(FLATTEN(…)) f`. */
function flattenCall(node: Node): { call: Node; alias: string } | undefined {
  const lateral = as(node, "lateral");
  if (lateral !== undefined) {
    const call = nodeAt(lateral, "this");
    if (call === undefined || calledName(call) !== "flatten") return undefined;
    return { call, alias: identifier(lateral["alias"]) ?? "FLATTEN" };
  }
  const aliased = as(node, "alias");
  const outer = aliased === undefined ? node : nodeAt(aliased, "this");
  const table = outer === undefined ? undefined : as(outer, "function");
  if (table === undefined || textAt(table, "name")?.toLowerCase() !== "table") return undefined;
  const call = listAt(table, "args")[0];
  if (call === undefined || calledName(call) !== "flatten") return undefined;
  return { call, alias: (aliased === undefined ? undefined : identifier(aliased["alias"])) ?? "FLATTEN" };
}

function resolveTable(table: Node, scope: Scope): Source | undefined {
  const parts = [table["catalog"], table["schema"], table["name"]]
    .map(identifier)
    .filter((part) => part !== undefined);
  const written = parts.join(".").toLowerCase();
  if (parts.length === 1) {
    const cte = scope.ctes.get(parts[0]!);
    if (cte !== undefined) return { kind: "query", query: cte };
  }
  const relation = scope.catalog.get(written);
  if (relation !== undefined) return { kind: "table", relation };
  const byLastPart = [...scope.catalog.keys()].filter((name) => name.endsWith(`.${written}`));
  scope.report({
    code: "SQL_UNKNOWN_TABLE",
    span: spanOf(table),
    message: `there is no table ${written}`,
    hint:
      byLastPart.length > 0
        ? `Did you mean "${byLastPart[0]}"?`
        : (didYouMean(written, scope.catalog.keys()) ??
          "Tables are written database.schema.table, e.g. core.customer.account."),
  });
  return undefined;
}

/** Names of an item's columns, stored form. */
export function itemColumns(item: Item): string[] {
  switch (item.source.kind) {
    case "table":
      return [...item.source.relation.columns.keys()];
    case "query":
      return outputNames(item.source.query);
    case "flatten":
      return FLATTEN_COLUMNS.map((column) => column.name);
  }
}

function resolveOutputs(select: Node, items: readonly Item[], binder: Binder): Output[] {
  const outputs: Output[] = [];
  const add = (name: string, expression: Node, span: Span | undefined): void => {
    if (outputs.some((output) => output.name === name)) {
      binder.scope.report({
        code: "MODEL_COLUMNS",
        span,
        message: `two columns are called ${name.toLowerCase()}`,
        hint: "Give one of them another name with AS.",
      });
      return;
    }
    outputs.push({ name, expression });
  };
  for (const node of listAt(select, "expressions")) {
    const star = as(node, "star");
    if (star !== undefined) {
      const of = identifier(star["table"]);
      for (const item of items.filter((one) => of === undefined || one.alias === of))
        for (const name of itemColumns(item)) add(name, columnNode(item.alias, name), spanOf(node));
      continue;
    }
    const alias = as(node, "alias");
    const body = (alias === undefined ? undefined : nodeAt(alias, "this")) ?? node;
    const bare = as(node, "column");
    const name = alias !== undefined ? identifier(alias["alias"]) : identifier(bare?.["name"]);
    const expression = binder.bind(body, outputs);
    if (name === undefined) {
      binder.scope.report({
        code: "MODEL_COLUMNS",
        span: spanOf(node),
        message: "an expression in SELECT needs a name",
        hint: "Add AS and a name.",
      });
      continue;
    }
    add(name, expression, spanOf(node));
  }
  return outputs;
}

/** The GROUP BY expressions, or undefined where there is no such clause. */
function resolveGrouping(select: Node, outputs: readonly Output[], binder: Binder): Node[] | undefined {
  const clause = nodeAt(select, "group_by");
  if (clause === undefined) return undefined;
  for (const key of ["cube", "rollup", "grouping_sets", "totals"]) {
    const value = clause[key];
    if (
      value === undefined ||
      value === null ||
      value === false ||
      (Array.isArray(value) && value.length === 0)
    )
      continue;
    binder.scope.report({
      code: "SQL_UNSUPPORTED",
      span: spanOf(value),
      message: `${key.replaceAll("_", " ").toUpperCase()} is not possible in a model`,
    });
  }
  if (clause["all"] === true)
    return outputs.filter((output) => !hasAggregate(output.expression)).map((output) => output.expression);
  return listAt(clause, "expressions").map((node) => {
    const literal = as(node, "literal");
    const position =
      literal !== undefined && literal["literal_type"] === "number" ? Number(literal["value"]) : undefined;
    const output = position === undefined ? undefined : outputs[position - 1];
    return output === undefined ? binder.bind(node, outputs) : output.expression;
  });
}

/** Aggregates outside of windows. */
export function hasAggregate(node: Node): boolean {
  let found = false;
  walk(node, (inner) => {
    if (as(inner, "window_function") !== undefined) return false;
    if (Object.keys(inner).length === 1 && AGGREGATES.has(calledName(inner))) found = true;
    return !found;
  });
  return found;
}

/** Replaces names by bound columns in one SELECT's expressions. */
class Binder {
  readonly nestedReads: Relation[] = [];
  readonly items: readonly Item[];
  readonly scope: Scope;

  constructor(items: readonly Item[], scope: Scope) {
    this.items = items;
    this.scope = scope;
  }

  /** `outputs` may be named by their aliases where no column has the name, as Snowflake allows. */
  bind(node: Node, outputs: readonly Output[]): Node {
    return rewrite(node, (inner) => {
      const column = as(inner, "column");
      if (column !== undefined) return this.bindColumn(inner, column, outputs);
      if (as(inner, "dot") !== undefined) {
        this.scope.report({
          code: "SQL_UNSUPPORTED",
          span: spanOf(inner),
          message: "a column is written alias.column",
        });
        return inner;
      }
      return this.bindNested(inner) ?? this.bindUnit(inner, outputs);
    });
  }

  private bindColumn(node: Node, column: Node, outputs: readonly Output[]): Node {
    const name = identifier(column["name"]) ?? "";
    const table = identifier(column["table"]);
    const at = { span: spanOf(column["table"]) ?? spanOf(column) };
    for (const items of [this.items, this.scope.outer]) {
      if (table !== undefined) {
        const item = items.find((one) => one.alias === table);
        if (item === undefined) continue;
        if (itemColumns(item).includes(name)) return columnNode(item.alias, name);
        this.unknownColumn(name, { span: spanOf(column["name"]) }, itemColumns(item), itemName(item));
        return node;
      }
      const having = items.filter((item) => itemColumns(item).includes(name));
      if (having.length > 1) {
        this.scope.report({
          code: "SQL_AMBIGUOUS_COLUMN",
          ...at,
          message: `${name.toLowerCase()} is a column of ${having.map((item) => item.alias.toLowerCase()).join(" and of ")}`,
          hint: `Write ${having[0]!.alias.toLowerCase()}.${name.toLowerCase()} or ${having[1]!.alias.toLowerCase()}.${name.toLowerCase()}.`,
        });
        return node;
      }
      const output = items === this.items ? outputs.find((one) => one.name === name) : undefined;
      if (having.length === 1) {
        const found = columnNode(having[0]!.alias, name);
        // Snowflake takes the column; whoever wrote the name may have meant the output.
        if (output !== undefined && !sameExpression(output.expression, found))
          this.scope.report({
            code: "SQL_AMBIGUOUS_COLUMN",
            ...at,
            message: `${name.toLowerCase()} is a column of ${having[0]!.alias.toLowerCase()}, and an output of this SELECT that is something else`,
            hint: `Write ${having[0]!.alias.toLowerCase()}.${name.toLowerCase()}, or the output's expression.`,
          });
        return found;
      }
      if (items === this.items) {
        if (output !== undefined) return parenthesised(output.expression);
      }
    }
    if (table !== undefined) {
      const aliases = this.items.map((item) => item.alias.toLowerCase());
      this.scope.report({
        code: "SQL_UNKNOWN_TABLE",
        ...at,
        message: `no table of this SELECT is called ${table.toLowerCase()}`,
        allowed: aliases.join(", "),
        hint: didYouMean(table, aliases),
      });
      return node;
    }
    const everything = [...this.items.flatMap(itemColumns), ...outputs.map((output) => output.name)];
    this.unknownColumn(name, at, everything, this.items.map(itemName).join(", "));
    return node;
  }

  private unknownColumn(name: string, at: { span?: Span }, known: readonly string[], of: string): void {
    const lower = known.map((one) => one.toLowerCase());
    const near = didYouMean(name, lower);
    this.scope.report({
      code: "SQL_UNKNOWN_COLUMN",
      ...at,
      message: `there is no column ${name.toLowerCase()} in ${of}`,
      hint: near ?? `Its columns: ${[...new Set(lower)].join(", ")}.`,
    });
  }

  /** A subquery within an expression is resolved by itself and stands as final text. */
  private bindNested(node: Node): Node | undefined {
    const inside = (body: Json): string | undefined => {
      if (!isNode(body)) return undefined;
      const query = resolve(body, { ...this.scope, outer: [...this.items, ...this.scope.outer] });
      if (query === undefined) return "NULL";
      this.collectReads(query);
      return printQuery(query)
        .split("\n")
        .map((line) => line.trim())
        .join(" ");
    };
    const membership = as(node, "in");
    if (membership !== undefined && isNode(membership["query"])) {
      const text = inside(membership["query"]) ?? "NULL";
      const left = nodeAt(membership, "this");
      return {
        in: {
          ...membership,
          this: left === undefined ? null : this.bind(left, []),
          query: null,
          expressions: [verbatim(text)],
        },
      };
    }
    const exists = as(node, "exists");
    if (exists !== undefined)
      return { exists: { ...exists, this: verbatim(inside(exists["this"]) ?? "NULL") } };
    const scalar = as(node, "subquery");
    if (scalar !== undefined)
      return { paren: { this: verbatim(inside(scalar["this"]) ?? "NULL"), trailing_comments: [] } };
    return undefined;
  }

  private collectReads(query: Query): void {
    if (query.kind === "union") {
      this.collectReads(query.left);
      this.collectReads(query.right);
      return;
    }
    for (const item of query.items) {
      if (item.source.kind === "table") this.nestedReads.push(item.source.relation);
      if (item.source.kind === "query") this.collectReads(item.source.query);
    }
    this.nestedReads.push(...query.nestedReads);
  }

  /** `DATEADD(day, …)`: the first argument is a word. */
  private bindUnit(node: Node, outputs: readonly Output[]): Node | undefined {
    const call = as(node, "function");
    if (call === undefined || !TAKES_UNIT.has(calledName(node))) return undefined;
    const [unit, ...rest] = listAt(call, "args");
    const word = unit === undefined ? undefined : as(unit, "column");
    if (word === undefined) return undefined;
    const name = identifier(word["name"]) ?? "DAY";
    return { function: { ...call, args: [verbatim(name), ...rest.map((one) => this.bind(one, outputs))] } };
  }
}

const parenthesised = (node: Node): Node =>
  ["column", "literal", "function", "cast", "paren", "null", "boolean"].includes(kindOf(node))
    ? node
    : { paren: { this: node, trailing_comments: [] } };

const itemName = (item: Item): string =>
  item.source.kind === "table" ? item.source.relation.logical : item.alias.toLowerCase();
