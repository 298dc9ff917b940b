import type { Value } from "../../session/outcome.ts";
import { duckType } from "../../types/physical.ts";
import type { Source } from "./from.ts";
import { literalOf } from "./literal.ts";
import type { OutputColumn } from "./scope.ts";
import { quoteName } from "./typed.ts";

/** Rows as a table of constants; an empty one keeps its columns. */
export function rowsSource(
  columns: readonly OutputColumn[],
  rows: readonly Value[][],
  name: string[],
): Source {
  const names = columns.map((c) => quoteName(c.sqlName)).join(", ");
  const none = `SELECT ${columns.map((c) => `CAST(NULL AS ${duckType(c.type)}) AS ${quoteName(c.sqlName)}`).join(", ")} WHERE FALSE`;
  if (rows.length === 0) return { sql: `(${none})`, columns: [...columns], name };
  const lines = rows.map((row) => `(${row.map((v, i) => literalOf(v, columns[i]!.type)).join(", ")})`);
  return { sql: `(SELECT * FROM (VALUES ${lines.join(", ")}) AS v(${names}))`, columns: [...columns], name };
}
