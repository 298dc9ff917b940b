/** What a changed definition does to history: one statement that sets the old numbers beside the new ones. */
import type { Model } from "../../infra/platform.ts";
import { indent } from "../sql/print.ts";

/**
 * For each key where they differ, each value before and after. Both definitions are computed from the data of now, so
 * a difference is the definition's and not the data's. Undefined where the keys differ: then no row has a counterpart.
 */
export function compareDefinitions(before: Model, after: Model): string | undefined {
  if (before.key.join() !== after.key.join()) return undefined;
  const key = after.key;
  const values = after.columns
    .map((column) => column.name.toLowerCase())
    .filter((name) => !key.includes(name));
  const known = new Set(before.columns.map((column) => column.name.toLowerCase()));
  const both = values.filter((name) => known.has(name));
  if (both.length === 0) return undefined;
  const columns = [
    ...key.map((name) => `COALESCE(after_change.${name}, before_change.${name}) AS ${name}`),
    ...both.flatMap((name) => [
      `before_change.${name} AS ${name}_before`,
      `after_change.${name} AS ${name}_after`,
    ]),
  ];
  const on =
    key.length === 0
      ? "TRUE"
      : key.map((name) => `before_change.${name} IS NOT DISTINCT FROM after_change.${name}`).join(" AND ");
  return [
    `WITH before_change AS (\n${indent(before.query)}\n), after_change AS (\n${indent(after.query)}\n)`,
    `SELECT\n${indent(columns.join(",\n"))}`,
    `FROM before_change FULL JOIN after_change ON ${on}`,
    `WHERE ${both.map((name) => `before_change.${name} IS DISTINCT FROM after_change.${name}`).join("\n  OR ")}`,
    ...(key.length === 0 ? [] : [`ORDER BY ${key.map((_, index) => index + 1).join(", ")}`]),
  ].join("\n");
}
