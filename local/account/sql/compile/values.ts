import { SnowflakeError } from "../../errors.ts";
import { duckType } from "../../types/physical.ts";
import { coerce } from "./cast.ts";
import { commonType } from "./common-type.ts";
import type { Env } from "./env.ts";
import type { OutputColumn } from "./scope.ts";
import { quoteName, type Typed } from "./typed.ts";

/** VALUES rows: columns COLUMN1, COLUMN2, …, typed by all rows. */
export function valuesTable(env: Env, rows: Typed[][]): { sql: string; columns: OutputColumn[] } {
  const width = rows[0]!.length;
  if (rows.some((r) => r.length !== width))
    throw new SnowflakeError(
      "002020",
      "21S01",
      "SQL compilation error:\nInsert value list does not match column list",
    );
  const columns: OutputColumn[] = Array.from({ length: width }, (_, i) => {
    const cells = rows.map((r) => r[i]!);
    const type = commonType(cells);
    const name = `COLUMN${i + 1}`;
    return { name, sqlName: name, type, nullable: cells.some((c) => c.nullable) };
  });
  const lines = rows.map(
    (r) =>
      `(${r.map((cell, i) => `CAST(${coerce(env, cell, columns[i]!.type).sql} AS ${duckType(columns[i]!.type)})`).join(", ")})`,
  );
  return {
    sql: `SELECT * FROM (VALUES ${lines.join(", ")}) AS v(${columns.map((c) => quoteName(c.sqlName)).join(", ")})`,
    columns,
  };
}
