/** What a changed definition does to history: one statement that sets the old numbers beside the new ones. */
import type { Model } from "../../infra/platform.ts";
import { indent } from "../sql/print.ts";

export interface DefinitionComparison {
  /**
   * One row for each key whose values differ, newest first: the key's columns, each value before and after, and how many
   * rows differ in all.
   */
  statement: string;
  key: string[];
  values: string[];
}

/**
 * Both definitions are computed from the data of now, so a difference is the definition's and not the data's. At most
 * `limit` rows come back. Undefined where the keys differ (then no row has a counterpart) or no value is in both.
 */
export function compareDefinitions(
  before: Model,
  after: Model,
  limit: number,
): DefinitionComparison | undefined {
  if (before.key.join() !== after.key.join()) return undefined;
  const key = after.key;
  const named = (model: Model) => model.columns.map((column) => column.name.toLowerCase());
  const known = new Set(named(before));
  const values = named(after).filter((name) => !key.includes(name) && known.has(name));
  if (values.length === 0) return undefined;
  const columns = [
    ...key.map((name) => `COALESCE(after_change.${name}, before_change.${name}) AS ${name}`),
    ...values.flatMap((name) => [
      `before_change.${name} AS ${name}_before`,
      `after_change.${name} AS ${name}_after`,
    ]),
    "COUNT(*) OVER () AS differing",
  ];
  const on =
    key.length === 0
      ? "TRUE"
      : key.map((name) => `before_change.${name} IS NOT DISTINCT FROM after_change.${name}`).join(" AND ");
  const statement = [
    `WITH before_change AS (\n${indent(before.query)}\n), after_change AS (\n${indent(after.query)}\n)`,
    `SELECT\n${indent(columns.join(",\n"))}`,
    `FROM before_change FULL JOIN after_change ON ${on}`,
    `WHERE ${values.map((name) => `before_change.${name} IS DISTINCT FROM after_change.${name}`).join("\n  OR ")}`,
    ...(key.length === 0 ? [] : [`ORDER BY ${key.map((_, index) => `${index + 1} DESC`).join(", ")}`]),
    `LIMIT ${limit}`,
  ].join("\n");
  return { statement, key, values };
}
