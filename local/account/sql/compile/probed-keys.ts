import type { Expr, Select } from "../parse/index.ts";

/**
 * Whether a SELECT reads one table and looks for its rows' keys in a subquery (`WHERE k IN (SELECT …)`).
 *
 * DuckDB takes every condition on a scan for one that keeps a fifth of the rows, so a table's live rows, which are nearly
 * all, look fewer than the keys of a small change, and it would hash the table to look up the keys. Written as the union of
 * rows that have not ended and of those that ended later, the second nearly always none, they look like what they are.
 */
export function probesKeys({ from, where }: Select): boolean {
  return from?.type === "table" && where !== null && conjuncts(where).some(isLookup);
}

const isLookup = (expr: Expr): boolean => expr.type === "in" && expr.query !== null && !expr.not;

function conjuncts(expr: Expr): Expr[] {
  return expr.type === "binary" && expr.op === "AND"
    ? [...conjuncts(expr.left), ...conjuncts(expr.right)]
    : [expr];
}
