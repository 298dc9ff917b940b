import { SnowflakeError } from "../errors.ts";
import { findFunction } from "./compile/functions/index.ts";
import { lineAndPosition, type Query, type Select } from "./parse/index.ts";
import { callName, nodesOf } from "./restrictions.ts";

/** Aggregates that a materialized view may have. Source: "Working with Materialized Views", limitations on creating. */
const AGGREGATES = new Set([
  "APPROX_COUNT_DISTINCT",
  "HLL",
  "AVG",
  "BITAND_AGG",
  "BITOR_AGG",
  "BITXOR_AGG",
  "COUNT",
  "COUNT_IF",
  "MAX",
  "MIN",
  "STDDEV",
  "STDDEV_SAMP",
  "STDDEV_POP",
  "SUM",
  "VARIANCE",
  "VARIANCE_SAMP",
  "VAR_SAMP",
  "VARIANCE_POP",
  "VAR_POP",
]);

/** Context and time functions: their value is not that of the rows alone. */
const NOT_DETERMINISTIC = new Set(["GETDATE", "SYSDATE", "SYSTIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"]);
const isDeterministic = (name: string): boolean =>
  !NOT_DETERMINISTIC.has(name) &&
  (!name.startsWith("CURRENT_") || name === "CURRENT_DATABASE" || name === "CURRENT_SCHEMA") &&
  !["RANDOM", "RANDSTR", "UUID_STRING", "UNIFORM", "NORMAL", "ZIPF", "SEQ1", "SEQ2", "SEQ4", "SEQ8"].includes(
    name,
  );

/** 002212 with the reason, at its place in the statement. */
export function invalidMaterializedView(text: string, at: number, reason: string): SnowflakeError {
  const { line, position } = lineAndPosition(text, at);
  return new SnowflakeError(
    "002212",
    "42601",
    `SQL compilation error: error line ${line} at position ${position}\nInvalid materialized view definition. ${reason}`,
    { line, position },
  );
}

type Refuse = (node: object, reason: string) => never;

/**
 * Throws unless the query may define a materialized view. What it reads is the caller's to look up. `text` is the
 * query's own text. Source: "Working with Materialized Views", limitations on creating materialized views.
 */
export function checkMaterializedView(query: Query, text: string): void {
  const refuse: Refuse = (node, reason) => {
    throw invalidMaterializedView(text, (node as { start?: number }).start ?? 0, reason);
  };
  const { body } = query;
  if (query.with.length > 0) refuse(query, "Common table expressions are not allowed.");
  if (query.orderBy === "ALL" || query.orderBy.length > 0) refuse(query, "ORDER BY is not allowed.");
  if (query.limit || query.offset) refuse(query, "LIMIT is not allowed.");
  for (const node of nodesOf(body)) {
    if (node.type === "set" && (node["op"] !== "UNION" || !node["all"]))
      refuse(node, "Set operators other than UNION ALL are not allowed.");
    if (
      ["exists", "subquery", "quantified", "derived"].includes(node.type) ||
      (node.type === "in" && node["query"])
    )
      refuse(node, "Subqueries are not allowed.");
    if (node.type === "join" && !isLateralFlatten(node["right"]))
      refuse(node, "More than one table referenced in the view definition");
    if (node["timeTravel"] || node["changes"]) refuse(node, "Time Travel is not allowed.");
    if (node["sample"]) refuse(node, "SAMPLE is not allowed.");
    if (node.type === "select") checkSelect(node as unknown as Select, refuse);
    const name = callName(node);
    if (!name) continue;
    const [only] = name;
    const known = name.length === 1 ? findFunction(only!) : undefined;
    if (node["over"] || known?.role === "window")
      refuse(node, `Window function [${name.join(".")}] is not allowed.`);
    if (!known && only !== "FLATTEN")
      refuse(node, `User-defined function [${name.join(".")}] is not allowed.`);
    if (known?.role === "aggregate" && !AGGREGATES.has(only!))
      refuse(node, `Aggregate function [${only}] is not allowed.`);
    if (node["distinct"]) refuse(node, "DISTINCT cannot be combined with aggregate functions.");
    if (!isDeterministic(only!)) refuse(node, `Function [${only}] is not deterministic.`);
  }
}

function isLateralFlatten(node: unknown): boolean {
  const factor = node as { type?: string; call?: { name: { name: string }[] } };
  return factor.type === "tableFunction" && factor.call?.name.at(-1)?.name === "FLATTEN";
}

function checkSelect(select: Select, refuse: Refuse): void {
  if (!select.from) refuse(select, "A table must be referenced in the view definition");
  if (select.having) refuse(select, "HAVING is not allowed.");
  if (select.qualify) refuse(select, "QUALIFY is not allowed.");
  if (select.top) refuse(select, "TOP is not allowed.");
  if (select.connectBy) refuse(select, "CONNECT BY is not allowed.");
  const groupBy = select.groupBy ?? [];
  if (groupBy === "ALL") refuse(select, "GROUP BY ALL is not allowed.");
  const shown = select.items.map(({ expr }) => shape(expr));
  const aliases = select.items.map(({ alias }) => alias?.name);
  for (const item of groupBy) {
    if (item.type !== "expr") refuse(select, "GROUP BY GROUPING SETS, ROLLUP and CUBE are not allowed.");
    else {
      const { expr } = item;
      const byPosition = expr.type === "literal" && expr.kind === "number";
      const byAlias =
        expr.type === "column" && expr.parts.length === 1 && aliases.includes(expr.parts[0]!.name);
      if (!byPosition && !byAlias && !shown.includes(shape(expr)))
        refuse(expr, "All GROUP BY keys must be part of the SELECT list.");
    }
  }
}

/** An expression without its places in the text, to compare; a column by its last name. */
const shape = (expr: unknown): string =>
  JSON.stringify(expr, (key, value) => {
    if (key === "start" || key === "end" || key === "quoted") return undefined;
    if (key === "parts" && Array.isArray(value)) return value.slice(-1);
    return value;
  });

/** Column names that a materialized view may not have. Source: "Working with Materialized Views", column names. */
export const isForbiddenColumn = (name: string): boolean =>
  name.startsWith("SYSTEM$") ||
  name.startsWith("METADATA$") ||
  name.includes("$SYS_FACADE$") ||
  name === "SYS_MV_SOURCE_PARTITION";
