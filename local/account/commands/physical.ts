import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnDef } from "../catalog/model.ts";
import { autoincrementSequence } from "../sql/dml/target.ts";
import { alterPhysicalTable, createPhysicalTable } from "../sql/index.ts";
import { quoteName, quoteText } from "../storage/duck-text.ts";
import { END_VERSION, physicalTable } from "../storage/storage.ts";
import { duckType } from "../types/physical.ts";

/** A constant for rows that are there already: text, or what DuckDB reads as it stands. */
export type Constant = { text: string } | { sql: string } | null;

export async function addPhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  column: ColumnDef,
  constant: Constant,
): Promise<void> {
  const value = constant === null ? undefined : "text" in constant ? quoteText(constant.text) : constant.sql;
  const fillSql = value === undefined ? undefined : `CAST(${value} AS ${duckType(column.type)})`;
  await alterPhysicalTable(connection, tableId, [
    { kind: "ADD COLUMN", column, ...(fillSql === undefined ? {} : { fillSql }) },
  ]);
}

export async function dropPhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  name: string,
): Promise<void> {
  await alterPhysicalTable(connection, tableId, [{ kind: "DROP COLUMN", name }]);
  await connection.run(`DROP SEQUENCE IF EXISTS ${autoincrementSequence(tableId, name)}`);
}

/** Renames a column; an AUTOINCREMENT one goes on from where it stood. */
export async function renamePhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  column: ColumnDef,
  to: string,
): Promise<void> {
  await alterPhysicalTable(connection, tableId, [{ kind: "RENAME COLUMN", from: column.name, to }]);
  if (!column.autoincrement) return;
  const start = await nextIdentity(connection, tableId, column);
  const sequence = autoincrementSequence(tableId, to);
  await connection.run(
    `CREATE SEQUENCE ${sequence} INCREMENT BY ${column.autoincrement.increment} MINVALUE -9223372036854775807 START WITH ${start}`,
  );
  await connection.run(`DROP SEQUENCE ${autoincrementSequence(tableId, column.name)}`);
}

/** The value that an AUTOINCREMENT column gives next. */
async function nextIdentity(
  connection: DuckDBConnection,
  tableId: number,
  column: ColumnDef,
): Promise<string> {
  const name = autoincrementSequence(tableId, column.name).slice("data.".length).replaceAll('"', "");
  const reader = await connection.runAndReadAll(
    `SELECT last_value FROM duckdb_sequences() WHERE schema_name = 'data' AND sequence_name = ${quoteText(name)}`,
  );
  const last = reader.getRows()[0]?.[0];
  const { start, increment } = column.autoincrement!;
  return last === null || last === undefined ? start : String(BigInt(String(last)) + BigInt(increment));
}

/** A new table of the same shape; its AUTOINCREMENT columns go on from where the original stands. */
export async function createPhysicalLike(
  connection: DuckDBConnection,
  from: number,
  to: number,
  columns: readonly ColumnDef[],
): Promise<void> {
  const continued = await Promise.all(
    columns.map(async (column) =>
      column.autoincrement
        ? {
            ...column,
            autoincrement: { ...column.autoincrement, start: await nextIdentity(connection, from, column) },
          }
        : column,
    ),
  );
  await createPhysicalTable(connection, to, continued);
}

export async function retypePhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  before: ColumnDef,
  after: ColumnDef,
): Promise<void> {
  if (duckType(before.type) !== duckType(after.type))
    await alterPhysicalTable(connection, tableId, [{ kind: "SET TYPE", column: after }]);
}

/** Live rows of a table as last committed. */
export async function countRows(connection: DuckDBConnection, tableId: number): Promise<number> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*) FROM ${physicalTable(tableId)} WHERE ${END_VERSION} IS NULL`,
  );
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

/** Does any live row hold NULL in the column? */
export async function hasNulls(
  connection: DuckDBConnection,
  tableId: number,
  name: string,
): Promise<boolean> {
  const reader = await connection.runAndReadAll(
    `SELECT 1 FROM ${physicalTable(tableId)} WHERE ${END_VERSION} IS NULL AND ${quoteName(name)} IS NULL LIMIT 1`,
  );
  return reader.getRows().length > 0;
}
