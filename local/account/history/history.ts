import type { Ledger, ServerlessUse } from "../compute/ledger.ts";
import type { LoadedFile } from "../ingest/inbox.ts";
import type { Refresh } from "../schedule/refresh-log.ts";
import type { TaskRun } from "../schedule/task-run.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services } from "../session/context.ts";
import { registerAlertHistory } from "./alert-history.ts";
import { registerCopyHistory } from "./copy-history.ts";
import { registerDynamicTableHistory } from "./dynamic-table-history.ts";
import { registerQueryHistory } from "./query-history.ts";
import type { LoginEntry, QueryEntry, Recorder } from "./recorder.ts";
import { registerTaskHistory } from "./task-history.ts";
import { registerUsageHistory } from "./usage-history.ts";

/** What the history views read; Services.history is one. */
export interface History {
  queries(): QueryEntry[];
  logins(): readonly LoginEntry[];
  taskRuns(): readonly TaskRun[];
  /** Refreshes of dynamic tables, oldest first. */
  refreshes(): readonly Refresh[];
  hourlyCredits(from: number, to: number): { warehouseId: number; hour: number; credits: number }[];
  serverless(): readonly ServerlessUse[];
  /** Files that pipes (pipeId) and COPY (pipeId 0) loaded, into one table or all; the last ones first. */
  loads(tableId: number | null): Promise<LoadedFile[]>;
}

let registered = false;

/** Registers the views and table functions, once for all accounts of the process: they read the statement's own. */
export function registerHistory(): void {
  if (registered) return;
  registered = true;
  registerQueryHistory();
  registerTaskHistory();
  registerAlertHistory();
  registerDynamicTableHistory();
  registerUsageHistory();
  registerCopyHistory();
}

/** The history of one account, over the parts that keep it. */
export function openHistory(parts: {
  services: Services;
  recorder: Recorder;
  ledger: Ledger;
  pool: ConnectionPool;
  taskRuns(): readonly TaskRun[];
  refreshes(): readonly Refresh[];
}): History {
  const { services, recorder, ledger, pool } = parts;
  return {
    queries: () => recorder.queries(),
    logins: () => recorder.logins(),
    taskRuns: parts.taskRuns,
    refreshes: parts.refreshes,
    hourlyCredits: (from, to) => ledger.hourly(from, to, services.clock.now()),
    serverless: () => ledger.serverless(),
    async loads(tableId) {
      return pool.use(async (connection) => {
        const filter = tableId === null ? "" : `WHERE table_id = ${tableId}`;
        const reader = await connection.runAndReadAll(
          `SELECT * FROM (
             SELECT pipe_id, table_id, path, etag, stage_location, size, status, rows_parsed, rows_loaded, errors_seen,
               first_error, first_error_line, first_error_column, received_on, loaded_on
             FROM sys.pipe_file ${filter}
             UNION ALL
             SELECT NULL, table_id, path, etag, location, size, status, rows_parsed, rows_loaded, errors_seen,
               first_error, first_error_line, first_error_column, loaded_on, loaded_on
             FROM sys.copy_file ${filter})
           ORDER BY loaded_on DESC LIMIT 10000`,
        );
        return reader.getRowObjectsJson().map((row) => ({
          pipeId: row["pipe_id"] === null ? 0 : Number(row["pipe_id"]),
          tableId: Number(row["table_id"]),
          path: String(row["path"]),
          etag: String(row["etag"]),
          stageLocation: String(row["stage_location"]),
          size: Number(row["size"]),
          status: String(row["status"]) as LoadedFile["status"],
          rowsParsed: Number(row["rows_parsed"]),
          rowsLoaded: Number(row["rows_loaded"]),
          errorsSeen: Number(row["errors_seen"]),
          firstError: row["first_error"] === null ? null : String(row["first_error"]),
          firstErrorLine: row["first_error_line"] === null ? null : Number(row["first_error_line"]),
          firstErrorColumn: row["first_error_column"] === null ? null : String(row["first_error_column"]),
          receivedOn: Number(row["received_on"]),
          loadedOn: Number(row["loaded_on"]),
        }));
      });
    },
  };
}
