import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBPendingResult } from "@duckdb/node-api";
import bindings, { type PendingResult } from "@duckdb/node-bindings";

/** Looks without a pause at first, for statements that are done at once. */
const TURNS = 10;
const LONGEST_PAUSE_MS = 8;

/**
 * Runs one statement on DuckDB's own threads alone. `run` also gives it the calling thread, which, when there is no
 * work for it, asks again and again until the others are done: a processor's time for nothing, as long as a statement
 * is the work of one thread. For small statements `run` is quicker.
 */
export async function runQuietly(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBMaterializedResult> {
  const prepared = await connection.prepare(sql);
  try {
    const pending = prepared.start();
    for (let look = 0; isRunning(pending); look++)
      if (look < TURNS) await turn();
      else await delay(Math.min(look - TURNS + 1, LONGEST_PAUSE_MS));
    return (await pending.getResult()) as DuckDBMaterializedResult;
  } finally {
    prepared.destroySync();
  }
}

/** The package's own `runTask` would do the work on Node's thread; what only looks is in its bindings. */
function isRunning(pending: DuckDBPendingResult): boolean {
  const { pending_result } = pending as unknown as { pending_result: PendingResult };
  const state = bindings.pending_execute_check_state(pending_result);
  return state !== bindings.PendingState.RESULT_READY && state !== bindings.PendingState.ERROR;
}
