import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";

type Control = "BEGIN TRANSACTION" | "COMMIT" | "ROLLBACK";

const prepared = new WeakMap<DuckDBConnection, Map<Control, Promise<DuckDBPreparedStatement>>>();

/**
 * Begins or ends the connection's transaction. Every statement of every client does both, so they are parsed and
 * prepared once a connection: one step in DuckDB's threads instead of three.
 */
export async function control(connection: DuckDBConnection, statement: Control): Promise<void> {
  let own = prepared.get(connection);
  if (!own) {
    own = new Map();
    prepared.set(connection, own);
  }
  let ready = own.get(statement);
  if (!ready) {
    // While a transaction is aborted nothing can be prepared, only run: all three are made at the first need.
    for (const one of ["BEGIN TRANSACTION", "COMMIT", "ROLLBACK"] as const)
      if (!own.has(one)) own.set(one, connection.prepare(one));
    ready = own.get(statement)!;
  }
  await (await ready).run();
}
