import { asRole, nameParts, resolveObject } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import { findFunction } from "./compile/functions/index.ts";
import { compileQuery } from "./compile/query.ts";
import {
  type Expr,
  parseQuery,
  type Query,
  type QueryBody,
  type Select,
  type TableExpr,
} from "./parse/index.ts";
import { withCompiled } from "./run/query.ts";

/** One operator of a plan. */
export interface Operator {
  id: number;
  parent: number | null;
  operation: string;
  /** What it reads: a table's full name. */
  object: { name: string; id: number } | null;
  alias: string | null;
  expressions: string[];
}

const RELATIONS = ["TABLE", "VIEW", "STREAM", "DYNAMIC_TABLE", "MATERIALIZED_VIEW"] as const;
const JOINS = {
  INNER: "InnerJoin",
  LEFT: "LeftOuterJoin",
  RIGHT: "RightOuterJoin",
  FULL: "FullOuterJoin",
  CROSS: "CartesianJoin",
  ASOF: "AsofJoin",
} as const;

/**
 * The operators of a query in the order in which it is written, views expanded: names and rights are checked as for
 * running it. Snowflake's optimizer moves filters, orders joins and leaves operators out; this plan does none of it.
 * Source: "EXPLAIN".
 */
export async function explainQuery(
  ctx: StatementContext,
  text: string,
): Promise<{ operators: Operator[]; columns: ReadonlyMap<number, ReadonlySet<string>> }> {
  const query = parseQuery(text);
  const own = Object.create(ctx, { text: { value: text, enumerable: true } }) as StatementContext;
  const columns = await ctx.inTransaction([], (transaction) =>
    withCompiled(
      own,
      transaction,
      (env) => compileQuery(env, query, null),
      async (_, shared) => shared.columns,
    ),
  );
  const plan = new Plan();
  const top = plan.add("Result", null, { expressions: plan.resultOf(own, query) });
  plan.query(own, query, top, new Map());
  return { operators: plan.operators, columns };
}

type CommonTables = ReadonlyMap<string, { ctx: StatementContext; query: Query; tables: CommonTables }>;

class Plan {
  readonly operators: Operator[] = [];

  add(operation: string, parent: number | null, more: Partial<Operator> = {}): number {
    const id = this.operators.length;
    this.operators.push({ id, parent, operation, object: null, alias: null, expressions: [], ...more });
    return id;
  }

  /** The select list as written. */
  resultOf(ctx: StatementContext, query: Query): string[] {
    let body: QueryBody = query.body;
    while (body.type === "set" || body.type === "query") body = body.type === "set" ? body.left : body.body;
    return body.type === "select" ? body.items.map((item) => textOf(ctx, item.expr)) : [];
  }

  query(ctx: StatementContext, query: Query, parent: number, outer: CommonTables): void {
    const tables = new Map(outer);
    for (const one of query.with)
      tables.set(one.name.name, { ctx, query: one.query, tables: new Map(tables) });
    let at = parent;
    const order = query.orderBy === "ALL" ? ["ALL"] : query.orderBy.map(({ expr }) => textOf(ctx, expr));
    const limit = query.limit ? [`rowCount: ${textOf(ctx, query.limit)}`] : [];
    if (order.length > 0)
      at = this.add(query.limit ? "SortWithLimit" : "Sort", at, {
        expressions: [`sortKey: [${order.join(", ")}]`, ...limit],
      });
    else if (query.limit) at = this.add("Limit", at, { expressions: limit });
    this.#body(ctx, query.body, at, tables);
  }

  #body(ctx: StatementContext, body: QueryBody, parent: number, tables: CommonTables): void {
    switch (body.type) {
      case "query":
        this.query(ctx, body, parent, tables);
        return;
      case "values":
        this.add("ValuesClause", parent, { expressions: [`${body.rows.length} rows`] });
        return;
      case "set": {
        let at = parent;
        if (body.op === "UNION" && !body.all) at = this.add("Aggregate", at, { expressions: ["DISTINCT"] });
        at = this.add(body.op === "UNION" ? "UnionAll" : body.op === "EXCEPT" ? "Except" : "Intersect", at);
        this.#body(ctx, body.left, at, tables);
        this.#body(ctx, body.right, at, tables);
        return;
      }
      case "select":
        this.#select(ctx, body, parent, tables);
        return;
    }
  }

  #select(ctx: StatementContext, select: Select, parent: number, tables: CommonTables): void {
    let at = parent;
    const text = (expr: Expr) => textOf(ctx, expr);
    const filter = (expr: Expr | null) => {
      if (expr) at = this.add("Filter", at, { expressions: [text(expr)] });
    };
    if (select.top) at = this.add("Limit", at, { expressions: [`rowCount: ${text(select.top)}`] });
    if (select.distinct) at = this.add("Aggregate", at, { expressions: ["DISTINCT"] });
    filter(select.qualify);
    const calls = callsIn([select.items, select.qualify]);
    const windows = calls.filter((call) => call.over !== null);
    if (windows.length > 0)
      at = this.add("WindowFunction", at, { expressions: windows.map((call) => text(call)) });
    filter(select.having);
    const aggregates = callsIn([select.items, select.having, select.qualify]).filter(
      (call) => call.over === null && findFunction(call.name.at(-1)!.name)?.role === "aggregate",
    );
    if (select.groupBy || aggregates.length > 0) {
      const keys =
        select.groupBy === "ALL"
          ? ["ALL"]
          : (select.groupBy ?? []).map((item) => (item.type === "expr" ? text(item.expr) : item.type));
      at = this.add(select.groupBy && keys.some((key) => key in SETS) ? "GroupingSets" : "Aggregate", at, {
        expressions: [
          ...(aggregates.length > 0
            ? [`aggExprs: [${aggregates.map((call) => text(call)).join(", ")}]`]
            : []),
          ...(keys.length > 0 ? [`groupKeys: [${keys.join(", ")}]`] : []),
        ],
      });
    }
    filter(select.where);
    if (select.from) this.#from(ctx, select.from, at, tables);
    else this.add("ValuesClause", at, { expressions: ["1 rows"] });
  }

  #from(ctx: StatementContext, from: TableExpr, parent: number, tables: CommonTables): void {
    const alias = "alias" in from ? (from.alias?.name.name ?? null) : null;
    switch (from.type) {
      case "join": {
        const on = from.on ? [`joinKey: (${textOf(ctx, from.on)})`] : [];
        const using = from.using ? [`joinKey: (${from.using.map((one) => one.name).join(", ")})`] : [];
        const at = this.add(JOINS[from.kind], parent, { expressions: [...on, ...using] });
        this.#from(ctx, from.left, at, tables);
        this.#from(ctx, from.right, at, tables);
        return;
      }
      case "group":
        this.#from(ctx, from.inner, parent, tables);
        return;
      case "derived":
        this.query(ctx, from.query, parent, tables);
        return;
      case "tableFunction": {
        const name = from.call.name.at(-1)!.name;
        const operation =
          name === "FLATTEN" ? "Flatten" : name === "GENERATOR" ? "Generator" : "TableFunction";
        this.add(operation, parent, { alias, expressions: [textOf(ctx, from.call)] });
        return;
      }
      case "values":
        this.add("ValuesClause", parent, { alias, expressions: [`${from.rows.length} rows`] });
        return;
      case "stage":
      case "directory":
        this.add("ExternalScan", parent, { alias, expressions: [`@${from.location}`] });
        return;
      case "table":
        this.#table(ctx, from, alias, parent, tables);
        return;
    }
  }

  #table(
    ctx: StatementContext,
    from: Extract<TableExpr, { type: "table" }>,
    alias: string | null,
    parent: number,
    tables: CommonTables,
  ): void {
    const common = from.name.length === 1 ? tables.get(from.name[0]!.name) : undefined;
    if (common) {
      const inner = new Map(common.tables);
      inner.delete(from.name[0]!.name);
      this.query(common.ctx, common.query, parent, inner);
      return;
    }
    const parts = from.name.map((part) => part.name);
    const object = findRelation(ctx, parts);
    const view = object?.kind === "VIEW" ? (object as CatalogObject<"VIEW">) : null;
    // A secure view's query is not told.
    if (view && !view.props.isSecure) {
      const owner = asRole(ctx, view.owner, view.props.context);
      const inner = Object.create(owner, { text: { value: view.props.query } }) as StatementContext;
      this.query(inner, parseQuery(view.props.query), parent, new Map());
      return;
    }
    if (object)
      this.add("TableScan", parent, {
        alias,
        object: { name: nameParts(ctx, object).join("."), id: object.id },
      });
    else this.add("InternalObject", parent, { alias, expressions: [parts.join(".")] });
  }
}

const SETS = { rollup: true, cube: true, groupingSets: true };

/** A table or view of the account; undefined for a system view and a name that is computed. */
function findRelation(ctx: StatementContext, parts: readonly string[]): CatalogObject | undefined {
  if (parts.length === 0) return undefined;
  try {
    return resolveObject(ctx, RELATIONS, parts, { search: true, label: "Object" }) as CatalogObject;
  } catch {
    return undefined;
  }
}

type Call = Extract<Expr, { type: "call" }>;
/** Calls of an expression, without those of queries within it. */
function callsIn(tree: unknown): Call[] {
  if (Array.isArray(tree)) return tree.flatMap(callsIn);
  if (typeof tree !== "object" || tree === null) return [];
  const node = tree as { type?: string };
  if (node.type === "query") return [];
  const inner = Object.values(node).flatMap(callsIn);
  return node.type === "call" ? [node as Call, ...inner] : inner;
}

const textOf = (ctx: StatementContext, node: { start: number; end: number }): string =>
  ctx.text.slice(node.start, node.end);
