/** What the compiler knows of Snowflake's functions, by the parser's kind or the function's name, lower-case. */
import { isNode, kindOf, type Node, nodeAt, textAt } from "./tree.ts";

/** The function that a node calls, lower-case, or its kind where it is another expression. */
export function calledName(node: Node): string {
  const kind = kindOf(node);
  if (kind !== "function") return kind;
  const call = nodeAt(node, kind);
  return call === undefined ? kind : (textAt(call, "name") ?? kind).toLowerCase();
}

/** Positional arguments of `{function: {name, args}}`. */
export function callArguments(node: Node): readonly Node[] {
  const call = nodeAt(node, "function");
  const args = call?.["args"];
  return Array.isArray(args) ? args.filter(isNode) : [];
}

export const AGGREGATES: ReadonlySet<string> = new Set([
  "count",
  "count_if",
  "sum",
  "avg",
  "min",
  "max",
  "median",
  "mode",
  "any_value",
  "min_by",
  "max_by",
  "arg_min",
  "arg_max",
  "array_agg",
  "array_unique_agg",
  "object_agg",
  "list_agg",
  "listagg",
  "within_group",
  "stddev",
  "stddev_pop",
  "stddev_samp",
  "variance",
  "var_pop",
  "var_samp",
  "corr",
  "covar_pop",
  "covar_samp",
  "percentile_cont",
  "percentile_disc",
  "approx_count_distinct",
  "approx_distinct",
  "approx_percentile",
  "hll",
  "bool_and",
  "bool_or",
  "booland_agg",
  "boolor_agg",
  "logical_and",
  "logical_or",
  "hash_agg",
  "aggregate_function",
]);

/** Their answer changes without any change of what they read, so no stream tells when to compute again. */
export const VOLATILE: ReadonlySet<string> = new Set([
  "random",
  "rand",
  "randstr",
  "uuid_string",
  "uuid",
  "seq1",
  "seq2",
  "seq4",
  "seq8",
  "current_date",
  "current_time",
  "current_timestamp",
  "current_user",
  "current_role",
  "current_session",
  "current_warehouse",
  "getdate",
  "sysdate",
  "systimestamp",
  "systimestamp",
  "localtime",
  "localtimestamp",
]);

/** Their first argument is a word, not a column: `DATEADD(day, …)`. */
export const TAKES_UNIT: ReadonlySet<string> = new Set([
  "dateadd",
  "timeadd",
  "timestampadd",
  "datediff",
  "timediff",
  "timestampdiff",
  "date_trunc",
  "date_part",
  "timestamp_trunc",
]);
