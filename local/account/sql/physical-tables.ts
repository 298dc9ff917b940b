import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnDef } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable, ROW_ID } from "../storage/storage.ts";
import { duckType } from "../types/physical.ts";
import { initialStreamOffset } from "./compile/stream-position.ts";
import { quoteName } from "./compile/typed.ts";
import { autoincrementSequence } from "./dml/target.ts";

/** DuckDB's side of CREATE and ALTER TABLE. Call within the transaction of the catalogue's change. */
export async function createPhysicalTable(
  connection: DuckDBConnection,
  tableId: number,
  columns: readonly ColumnDef[],
): Promise<void> {
  const taken = new Set<string>();
  for (const { name } of columns) {
    if (taken.has(name.toLowerCase()))
      throw errors.unsupported(`columns that differ only by case ('${name}')`);
    taken.add(name.toLowerCase());
  }
  const own = columns.map((c) => `${quoteName(c.name)} ${duckType(c.type)}`);
  const hidden = [`${BEGIN_VERSION} BIGINT`, `${END_VERSION} BIGINT`, `${ROW_ID} BIGINT`];
  await connection.run(`CREATE TABLE ${physicalTable(tableId)} (${[...own, ...hidden].join(", ")})`);
  for (const column of columns) await createAutoincrement(connection, tableId, column);
}

async function createAutoincrement(
  connection: DuckDBConnection,
  tableId: number,
  column: ColumnDef,
): Promise<void> {
  if (!column.autoincrement) return;
  const { start, increment } = column.autoincrement;
  const step = BigInt(increment);
  const bounds =
    step < 0n
      ? "MINVALUE -9223372036854775807 MAXVALUE 9223372036854775807"
      : "MINVALUE -9223372036854775807";
  await connection.run(
    `CREATE SEQUENCE IF NOT EXISTS ${autoincrementSequence(tableId, column.name)} INCREMENT BY ${step} ${bounds} START WITH ${BigInt(start)}`,
  );
}

export type PhysicalChange =
  | {
      kind: "ADD COLUMN";
      column: ColumnDef /** DuckDB SQL of the value that existing rows get. */;
      fillSql?: string;
    }
  | { kind: "DROP COLUMN"; name: string }
  | { kind: "RENAME COLUMN"; from: string; to: string }
  | { kind: "SET TYPE"; column: ColumnDef };

export async function alterPhysicalTable(
  connection: DuckDBConnection,
  tableId: number,
  changes: readonly PhysicalChange[],
): Promise<void> {
  const table = physicalTable(tableId);
  for (const change of changes)
    switch (change.kind) {
      case "ADD COLUMN": {
        const name = quoteName(change.column.name);
        await connection.run(`ALTER TABLE ${table} ADD COLUMN ${name} ${duckType(change.column.type)}`);
        await createAutoincrement(connection, tableId, change.column);
        const fill =
          change.fillSql ??
          (change.column.autoincrement
            ? `nextval('${autoincrementSequence(tableId, change.column.name)}')`
            : undefined);
        if (fill) await connection.run(`UPDATE ${table} SET ${name} = ${fill}`);
        break;
      }
      case "DROP COLUMN":
        await connection.run(`ALTER TABLE ${table} DROP COLUMN ${quoteName(change.name)}`);
        break;
      case "RENAME COLUMN":
        await connection.run(
          `ALTER TABLE ${table} RENAME COLUMN ${quoteName(change.from)} TO ${quoteName(change.to)}`,
        );
        break;
      case "SET TYPE":
        await connection.run(
          `ALTER TABLE ${table} ALTER COLUMN ${quoteName(change.column.name)} TYPE ${duckType(change.column.type)}`,
        );
        break;
    }
}

export async function dropPhysicalTable(connection: DuckDBConnection, tableId: number): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${physicalTable(tableId)}`);
}

/** Puts a new stream at its table's version (the last committed one); call within the change that creates it. */
export async function createStreamOffset(
  connection: DuckDBConnection,
  streamId: number,
  version: number,
  showInitialRows: boolean,
  now: number,
): Promise<void> {
  await connection.run(
    `INSERT OR REPLACE INTO sys.stream_offset VALUES (${streamId}, ${initialStreamOffset(version, showInitialRows)}, ${now})`,
  );
}
