import { SnowflakeError } from "../errors.ts";
import { findFunction } from "./compile/functions/index.ts";
import type { Query } from "./parse/index.ts";
import { callName, nodesOf } from "./restrictions.ts";

const unsupported = (what: string) =>
  new SnowflakeError(
    "002203",
    "42601",
    `SQL compilation error:\nChange tracking is not supported on queries with ${what}.`,
  );

/** Where a query may stand in a view with a stream: the FROM clause and WITH. */
const SUBQUERIES = new Set(["exists", "subquery", "quantified"]);

/**
 * Throws unless changes of the view's rows follow from changes of its tables': projections, filters, inner and cross
 * joins and UNION ALL only. Source: "Introduction to streams", streams on views.
 */
export function checkViewTracking(query: Query): void {
  for (const node of nodesOf(query)) {
    const has = (key: string) => {
      const value = node[key];
      return Array.isArray(value) ? value.length > 0 : Boolean(value);
    };
    if (node.type === "set" && (node["op"] !== "UNION" || !node["all"])) {
      const all = node["all"] ? " ALL" : "";
      throw unsupported(`'${node["op"]}${all}'`);
    }
    if (node.type === "join" && node["kind"] !== "INNER" && node["kind"] !== "CROSS")
      throw unsupported(`joins of type '[${node["kind"]}${node["kind"] === "ASOF" ? "" : "_OUTER"}_JOIN]'`);
    if (SUBQUERIES.has(node.type) || (node.type === "in" && has("query")))
      throw unsupported("'subqueries outside of the FROM clause'");
    if (node.type === "derived" && has("lateral")) throw unsupported("'LATERAL'");
    if (["tableFunction", "values", "stage", "directory", "pivot", "unpivot"].includes(node.type))
      throw unsupported(`'${node.type === "tableFunction" ? "table functions" : node.type.toUpperCase()}'`);
    if (has("sample")) throw unsupported("'SAMPLE'");
    if (has("pivots")) throw unsupported("'PIVOT'");
    if (has("timeTravel") || has("changes")) throw unsupported("'AT | BEFORE'");
    if (node.type === "group" && has("alias")) throw unsupported("'an alias of a join'");
    if (node.type === "select") checkSelect(has);
    if (has("limit") || has("offset")) throw unsupported("'LIMIT'");
    if ((node.type === "select" || node.type === "query") && has("orderBy")) throw unsupported("'ORDER BY'");
    const name = callName(node);
    if (name) checkCall(name, has("over"));
  }
  if (query.orderBy === "ALL" || query.orderBy.length > 0) throw unsupported("'ORDER BY'");
  if (query.limit || query.offset) throw unsupported("'LIMIT'");
  for (const { query: common } of query.with) checkViewTracking(common);
}

function checkSelect(has: (key: string) => boolean): void {
  if (has("distinct")) throw unsupported("'DISTINCT'");
  if (has("groupBy") || has("having")) throw unsupported("'GROUP BY'");
  if (has("qualify")) throw unsupported("'QUALIFY'");
  if (has("top")) throw unsupported("'LIMIT'");
  if (has("connectBy")) throw unsupported("'CONNECT BY'");
}

function checkCall(name: readonly string[], windowed: boolean): void {
  const known = name.length === 1 ? findFunction(name[0]!) : undefined;
  const printed = name.join(".");
  if (!known) throw unsupported(`the user-defined function '${printed}'`);
  if (windowed || known.role === "window") throw unsupported("'window functions'");
  if (known.role === "aggregate") throw unsupported("'aggregates'");
  if (NOT_DETERMINISTIC.has(printed) || printed.startsWith("CURRENT_"))
    throw unsupported(`the non-deterministic function '${printed}'`);
}

const NOT_DETERMINISTIC = new Set([
  ...["GETDATE", "SYSDATE", "SYSTIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"],
  ...["RANDOM", "RANDSTR", "UUID_STRING", "UNIFORM", "NORMAL", "ZIPF", "SEQ1", "SEQ2", "SEQ4", "SEQ8"],
]);
