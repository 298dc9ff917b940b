import type { DuckDBConnection } from "@duckdb/node-api";
import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { Clock } from "../clock.ts";
import type { History } from "../history/history.ts";
import type { Alerts } from "../schedule/alerts.ts";
import type { Notifications } from "../schedule/notifications.ts";
import type { Accessed } from "../sql/compile/env.ts";
import type { Storage } from "../storage/storage.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { TableVersions } from "../storage/versions.ts";
import type { Outcome, ResultColumn, Value } from "./outcome.ts";
import type { Session } from "./session.ts";

/** A bind variable as it came over the wire, its text typed by the driver (`FIXED`, `TEXT`, …). */
export interface Bind {
  type: string;
  value: string | null | (string | null)[];
}

/** The parts of the account that every statement may use. Built once, in account.ts. */
export interface Services {
  readonly storage: Storage;
  readonly versions: TableVersions;
  readonly catalog: Catalog;
  readonly clock: Clock;
  /** Account identity: `ORG-ACCOUNT`, locator, region as CURRENT_REGION() prints it. */
  readonly identity: { organization: string; name: string; locator: string; region: string };
  /** Whether requests of this machine pass every network policy. */
  readonly admitLoopback?: boolean;
  /** Stage files. The internal stages live under a folder; s3:// goes through the configured endpoint. */
  readonly files: FileStore;
  /** compute/, schedule/, ingest/ register here what commands/ needs of them. */
  readonly runtime: Runtime;
  /** Runs one statement as the session would: used by scripting blocks, tasks, EXECUTE IMMEDIATE. */
  execute(session: Session, text: string, binds?: Record<string, Bind>): Promise<Outcome>;
  /** What the views of INFORMATION_SCHEMA and ACCOUNT_USAGE tell of the past. */
  readonly history?: History;
  readonly alerts?: Alerts;
  readonly notifications?: Notifications;
  /** Results of earlier statements, for RESULT_SCAN. */
  readonly results: {
    /** Undefined when unknown, gone, or another user's. Rows may be read once per call of `rows`. */
    find(
      session: Session,
      queryId: string,
    ): { columns: ResultColumn[]; rows(): AsyncIterable<Value[][]> } | undefined;
  };
}

/** One statement in execution. */
export interface StatementContext {
  readonly services: Services;
  readonly session: Session;
  readonly queryId: string;
  readonly text: string;
  readonly binds: Record<string, Bind>;
  /** Time that CURRENT_TIMESTAMP yields all through the statement (ms). */
  readonly startedOn: number;
  /** Within a policy's body: what it protects. */
  readonly governs?: { objectId: number; column: string | null };
  readonly signal: AbortSignal;
  /**
   * Runs `work` in the session's transaction or, in autocommit, in one of its own that commits after it.
   * `writes` lists ids of tables it will write: their locks are taken before the snapshot. `reads` tells that it runs
   * one query (`Transaction.ofReads`).
   */
  inTransaction<T>(
    writes: number[],
    work: (transaction: Transaction) => Promise<T>,
    reads?: "ONE_QUERY",
  ): Promise<T>;
  /** Runs `work` on the session's warehouse (resumes, queues, bills). Error 000606 without one. */
  onWarehouse<T>(work: () => Promise<T>): Promise<T>;
  /** Facts for QUERY_HISTORY and ACCESS_HISTORY. */
  note(fact: { accessed?: Accessed; objectsModified?: number[]; rowsProduced?: number }): void;
}

export interface StagedFile {
  /** Path relative to the stage's location. */
  path: string;
  size: number;
  md5: string;
  lastModified: number;
  etag?: string;
}

/** Where staged files are: a local folder for internal stages, S3 for external ones. */
export interface FileStore {
  list(location: string, prefix: string): AsyncIterable<StagedFile>;
  /** A local path that DuckDB can read until `release` is called. */
  fetch(location: string, path: string): Promise<{ localPath: string; release(): Promise<void> }>;
  put(location: string, path: string, localPath: string): Promise<StagedFile>;
  remove(location: string, path: string): Promise<void>;
}

/** The run that a task's session belongs to. */
export interface RunningTask {
  readonly taskId: number;
  readonly rootTaskId: number;
  /** TASK_RUNTIME_INFO and the like: upper-case name to value. */
  readonly info: Readonly<Record<string, string | null>>;
  /** CONFIG of the root task (JSON text), for SYSTEM$GET_TASK_GRAPH_CONFIG. */
  readonly config: string | null;
  setReturnValue(value: string): void;
  /** SYSTEM$GET_PREDECESSOR_RETURN_VALUE; without a name the only enabled predecessor. Undefined: no such predecessor. */
  predecessorReturnValue(name: string | null): string | null | undefined;
  /** SYSTEM$PREDECESSORS_STATE; null for an unknown keyword. */
  predecessorsState(which: string): boolean | null;
  /** SYSTEM$TASK_COMPLETION_STATE; undefined when the task is not in the graph. */
  completionState(name: string): string | undefined;
}

/** What the running parts offer to commands. Each method's owner is the folder of that name. */
export interface Runtime {
  compute: {
    resume(warehouseId: number): Promise<void>;
    suspend(warehouseId: number): Promise<void>;
    /** Live figures for SHOW WAREHOUSES. */
    state(warehouseId: number): {
      state: "STARTED" | "SUSPENDED" | "RESUMING" | "SUSPENDING";
      running: number;
      queued: number;
      startedClusters: number;
      resumedOn: number | null;
    };
    /** Credits used in the monitor's running window. */
    monitorUsage(monitorId: number): { usedCredits: number; windowStart: number };
    abortAll(warehouseId: number): Promise<void>;
  };
  schedule: {
    /** EXECUTE TASK [RETRY LAST]: queues one run of the graph. */
    executeTask(taskId: number, retryLast: boolean, config: string | null): Promise<void>;
    /** What SYSTEM$ functions tell a task of its own run; undefined outside of tasks. */
    taskOf(sessionId: string): RunningTask | undefined;
    /** Cancels the task's (for a root: its graph's) running statements. */
    cancelTask(taskId: number): void;
    /** A task changed, was resumed, suspended or dropped. */
    taskChanged(taskId: number): void;
  };
  dynamicTables: {
    /**
     * Refreshes the tables, and before them those that they read, as of now. Throws the first one's error; when an
     * upstream one failed, 002753.
     */
    refresh(tableIds: readonly number[], trigger: "MANUAL" | "CREATION"): Promise<void>;
    /** Data timestamp of the last refresh (ms); null before the first one, undefined without a refresher. */
    dataTimestamp(tableId: number): number | null | undefined;
    /** A clone was made, within the change on this connection: it holds what the original holds. */
    cloned(connection: DuckDBConnection, fromId: number, toId: number): Promise<void>;
    /** Ids of what the table's query reads: tables, views and dynamic tables. */
    inputs(tableId: number): Promise<number[]>;
    /** Ids of the dynamic tables that the table reads, and of those that read it, directly or not. */
    upstream(tableId: number): Promise<number[]>;
    downstream(tableId: number): Promise<number[]>;
  };
  materializedViews: {
    /** Version of the table that the view's rows of that version are of. */
    sourceVersion(viewId: number, version: number): number | undefined;
    lastFilled(viewId: number): { on: number; sourceVersion: number } | undefined;
    /** Makes the view's rows those of its query, within the transaction. */
    fill(
      context: StatementContext,
      transaction: Transaction,
      view: CatalogObject<"MATERIALIZED_VIEW">,
    ): Promise<void>;
  };
  statements: {
    /** SYSTEM$CANCEL_QUERY: true when it was running. The caller has checked privileges with `owner`. */
    cancel(queryId: string): boolean;
    /** User of a live session. */
    sessionUser(sessionId: string): number | undefined;
    /** The user and session of a running statement. */
    running(): {
      queryId: string;
      userId: number;
      sessionId: string;
      warehouseId: number | null;
      text: string;
    }[];
    /**
     * SYSTEM$CANCEL_ALL_QUERIES(session), which a driver calls in the session itself: all but `asking`, its own
     * statement. SYSTEM$ABORT_SESSION ends the session too. Returns how many.
     */
    cancelSession(sessionId: string, end: boolean, asking?: string): number;
  };
  ingest: {
    /** SYSTEM$PIPE_STATUS as JSON-ready data. */
    pipeStatus(pipeId: number): Record<string, Value | number | string | null>;
    /** Makes (once) the queue of the account for auto-ingest pipes on this bucket; returns its ARN. */
    notificationChannel(stageUrl: string): Promise<string>;
    /** ALTER PIPE … REFRESH: queues staged files; returns (file, status) rows. */
    refreshPipe(pipeId: number, prefix: string, modifiedAfter: number | null): Promise<[string, string][]>;
    pipeChanged(pipeId: number): void;
  };
}
