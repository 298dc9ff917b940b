import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnDef } from "../catalog/model.ts";
import { BEGIN_VERSION, END_VERSION, identitySequence, physicalTable, ROW_ID } from "../storage/storage.ts";
import { duckType } from "../types/physical.ts";

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Makes a table's rows' place with the hidden version columns, and the sequences of its AUTOINCREMENT columns. */
export async function createPhysicalTable(
  connection: DuckDBConnection,
  tableId: number,
  columns: readonly ColumnDef[],
): Promise<void> {
  for (const column of columns) await createIdentity(connection, column);
  const own = columns.map((c) => `${quote(c.name)} ${duckType(c.type)}`);
  const hidden = [BEGIN_VERSION, END_VERSION, ROW_ID].map((name) => `${name} BIGINT`);
  await connection.run(`CREATE TABLE ${physicalTable(tableId)} (${[...own, ...hidden].join(", ")})`);
}

async function createIdentity(connection: DuckDBConnection, column: ColumnDef): Promise<void> {
  const { autoincrement } = column;
  if (!autoincrement?.sequence) return;
  await connection.run(
    `CREATE SEQUENCE ${autoincrement.sequence} START ${autoincrement.start} INCREMENT ${autoincrement.increment}` +
      (Number(autoincrement.increment) < 0
        ? " MINVALUE -9223372036854775807 MAXVALUE 9223372036854775807"
        : ""),
  );
}

/** Gives each AUTOINCREMENT column its sequence's name. */
export function nameSequences(tableId: number, columns: readonly ColumnDef[], used = 0): ColumnDef[] {
  let n = used;
  return columns.map((column) =>
    column.autoincrement
      ? { ...column, autoincrement: { ...column.autoincrement, sequence: identitySequence(tableId, n++) } }
      : column,
  );
}

/** A constant for rows that are there already: text, or what DuckDB reads as it stands. */
export type Constant = { text: string } | { sql: string } | null;

export async function addPhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  column: ColumnDef,
  constant: Constant,
): Promise<void> {
  const type = duckType(column.type);
  await createIdentity(connection, column);
  const value = constant === null ? "" : "text" in constant ? text(constant.text) : constant.sql;
  await connection.run(`ALTER TABLE ${physicalTable(tableId)} ADD COLUMN ${quote(column.name)} ${type}`);
  const { sequence } = column.autoincrement ?? {};
  const filled = sequence ? `nextval('${sequence}')` : value === "" ? null : `CAST(${value} AS ${type})`;
  if (filled) await connection.run(`UPDATE ${physicalTable(tableId)} SET ${quote(column.name)} = ${filled}`);
}

export async function dropPhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  name: string,
): Promise<void> {
  await connection.run(`ALTER TABLE ${physicalTable(tableId)} DROP COLUMN ${quote(name)}`);
}

export async function renamePhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  from: string,
  to: string,
): Promise<void> {
  await connection.run(`ALTER TABLE ${physicalTable(tableId)} RENAME COLUMN ${quote(from)} TO ${quote(to)}`);
}

export async function retypePhysicalColumn(
  connection: DuckDBConnection,
  tableId: number,
  before: ColumnDef,
  after: ColumnDef,
): Promise<void> {
  const type = duckType(after.type);
  if (duckType(before.type) === type) return;
  await connection.run(
    `ALTER TABLE ${physicalTable(tableId)} ALTER COLUMN ${quote(after.name)} SET DATA TYPE ${type}`,
  );
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
    `SELECT 1 FROM ${physicalTable(tableId)} WHERE ${END_VERSION} IS NULL AND ${quote(name)} IS NULL LIMIT 1`,
  );
  return reader.getRows().length > 0;
}
