import { findFunction } from "./compile/functions/index.ts";
import type { Expr, Query } from "./parse/index.ts";
import { callName, nodesOf } from "./restrictions.ts";

/** Functions of the moment: allowed in filters. */
const TIMES = new Set([
  ...["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "GETDATE", "LOCALTIME", "LOCALTIMESTAMP"],
  ...["SYSDATE", "SYSTIMESTAMP"],
]);
/** Functions of chance, of numbering and of the session. */
const NEVER = new Set([
  ...["RANDOM", "RANDSTR", "UNIFORM", "NORMAL", "ZIPF", "UUID_STRING", "SEQ1", "SEQ2", "SEQ4", "SEQ8"],
  ...["CURRENT_ACCOUNT", "CURRENT_REGION", "CURRENT_ROLE", "CURRENT_WAREHOUSE", "CURRENT_SESSION"],
]);
const FILTERS = ["where", "having", "qualify"];

/**
 * Why a dynamic table with the query cannot be refreshed incrementally, or null. Source: "Supported queries for
 * dynamic tables".
 */
export function notIncremental(query: Query): string | null {
  for (const node of nodesOf(query)) {
    if (node.type === "set" && node["op"] !== "UNION") return `the set operator ${node["op"]}`;
    if (["exists", "subquery", "quantified"].includes(node.type) || (node.type === "in" && node["query"]))
      return "a subquery outside of the FROM clause";
    if (node.type === "derived" && node["lateral"]) return "LATERAL";
    if (node.type === "join" && node["kind"] === "ASOF") return "ASOF JOIN";
    if (node.type === "join" && isOuter(node["kind"]) && !isEquality(node["on"] as Expr | null))
      return "an outer join with a condition other than equality";
    if (node["connectBy"]) return "CONNECT BY";
    if (node["limit"] || node["top"]) return "LIMIT";
    const called = callName(node);
    if (called) {
      const name = called.join(".");
      if (node["type"] === "call" && called.length === 1 && name === "FLATTEN") continue;
      if (called.length > 1 || !findFunction(name)) return `the function ${name}`;
    }
    const name = named(node);
    if (name && NEVER.has(name)) return `the function ${name}`;
    if (node.type !== "select") continue;
    const shown = Object.entries(node).filter(([key]) => !FILTERS.includes(key) && key !== "from");
    for (const inner of nodesOf(shown.map(([, value]) => value))) {
      const time = named(inner);
      if (time && TIMES.has(time)) return `the function ${time} outside of a filter`;
    }
  }
  if (query.limit || query.offset) return "LIMIT";
  return null;
}

const isOuter = (kind: unknown): boolean => kind === "LEFT" || kind === "RIGHT" || kind === "FULL";

/** Nothing but equalities, all of which must hold; USING and NATURAL are such. */
function isEquality(on: Expr | null): boolean {
  if (on === null) return true;
  if (on.type !== "binary") return false;
  return on.op === "=" || (on.op === "AND" && isEquality(on.left) && isEquality(on.right));
}

/** What the node calls, also without parentheses. */
function named(node: Record<string, unknown> & { type: string }): string | null {
  const called = callName(node);
  if (called) return called.join(".");
  const parts = node.type === "column" ? (node["parts"] as { name: string }[]) : [];
  return parts.length === 1 ? parts[0]!.name : null;
}
