import type { ColumnDef } from "../../catalog/model.ts";
import { duckType } from "../../types/physical.ts";
import { commonType } from "../compile/common-type.ts";
import type { Env } from "../compile/env.ts";
import { type Typed, typed } from "../compile/typed.ts";
import { fullRow, type Table } from "./target.ts";

/** Rows that one statement of DuckDB inserts at most. */
const ROWS_A_STATEMENT = 5000;

export type Cell = Typed | "DEFAULT";

/**
 * SELECTs of the rows of INSERT … VALUES. Where every column holds constants of one kind, which is how drivers and
 * generated files insert, the constants go in as they are and each column is converted and checked once.
 */
export function valueSelects(
  env: Env,
  table: Table,
  columns: readonly ColumnDef[],
  rows: readonly (readonly Cell[])[],
  version: number,
): string[] {
  const kinds = columns.map((_, i) => uniform(rows, i));
  const selects: string[] = [];
  if (rows.length < 10 || kinds.some((k) => k === null)) {
    // UNION ALL is planned branch by branch: keep the statements short.
    const lines = rows.map(
      (row) => `SELECT ${[...fullRow(env, table, columns, row), String(version)].join(", ")}`,
    );
    for (let at = 0; at < lines.length; at += 500)
      selects.push(lines.slice(at, at + 500).join(" UNION ALL "));
    return selects;
  }
  const types = kinds as Typed["type"][];
  const values = types.map((type, i): Typed => {
    const cells = rows.map((row) => row[i] as Typed);
    return {
      ...typed(
        `s.k${i}`,
        type,
        cells.some((c) => c.nullable),
      ),
      isNull: cells.every((c) => c.isNull),
    };
  });
  const items = [...fullRow(env, table, columns, values), String(version)].join(", ");
  const casts = types.map((type, i) => `CAST(k${i} AS ${duckType(type)}) AS k${i}`).join(", ");
  const names = types.map((_, i) => `k${i}`).join(", ");
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const lines = rows
      .slice(at, at + ROWS_A_STATEMENT)
      .map((row) => `(${row.map((cell) => plain(cell as Typed)).join(", ")})`);
    selects.push(
      `SELECT ${items} FROM (SELECT ${casts} FROM (VALUES ${lines.join(", ")}) AS v(${names})) AS s`,
    );
  }
  return selects;
}

/** The type that a column's constants share, or null when one is no constant or of another kind. */
function uniform(rows: readonly (readonly Cell[])[], index: number): Typed["type"] | null {
  let kind: string | null = null;
  const cells: Typed[] = [];
  for (const row of rows) {
    const cell = row[index]!;
    if (cell === "DEFAULT" || (!cell.isNull && cell.constant === undefined)) return null;
    if (!cell.isNull) {
      if (kind !== null && cell.type.kind !== kind) return null;
      kind = cell.type.kind;
    }
    cells.push(cell);
  }
  return commonType(cells);
}

const plain = (cell: Typed): string => {
  if (cell.isNull) return "NULL";
  return cell.constant?.kind === "number" && cell.type.kind === "NUMBER" ? cell.constant.value : cell.sql;
};
