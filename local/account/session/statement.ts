import type { SnowflakeError } from "../errors.ts";
import type { StoredResult } from "../results/result-store.ts";
import type { Bind, StatementContext } from "./context.ts";
import type { StatementClass } from "./engine.ts";
import type { Outcome } from "./outcome.ts";
import type { ParameterValue } from "./parameters.ts";
import type { Session } from "./session.ts";

/** One statement from its arrival to its end, as histories and monitors see it. */
export interface StatementRecord {
  queryId: string;
  text: string;
  class: StatementClass;
  session: Session;
  userId: number;
  roleId: number | null;
  warehouseId: number | null;
  databaseId: number | null;
  schemaId: number | null;
  queryTag: string;
  startedOn: number;
  endedOn: number | null;
  queuedMs: number;
  /** True once it ran on a warehouse. */
  usedWarehouse: boolean;
  status: "RUNNING" | "SUCCESS" | "FAIL";
  error: SnowflakeError | null;
  kind: Outcome["kind"] | null;
  rowsProduced: number;
  affected: Outcome["affected"] | null;
  outputs?: Outcome["outputs"];
  objectsAccessed: Set<number>;
  /** Those that the statement itself names. */
  directAccessed: Set<number>;
  /** Columns read, by the object's id. */
  columnsAccessed: Map<number, Set<string>>;
  objectsModified: Set<number>;
  transactionId: number | null;
}

export interface RunningStatement {
  readonly record: StatementRecord;
  readonly done: Promise<StoredResult>;
  abort(reason?: SnowflakeError): void;
}

/** Admission to warehouses; compute/ implements it. */
export interface Admission {
  /** Resumes, queues; the returned function gives the place back. */
  admit(
    warehouseId: number,
    statement: { queryId: string; queuedTimeoutSeconds: number; abort(reason: SnowflakeError): void },
    signal: AbortSignal,
  ): Promise<{ release(): void; queuedMs: number }>;
}

export interface RunOptions {
  binds?: Record<string, Bind>;
  /** A statement inside another one: does not wait for the session's own order. */
  nested?: boolean;
  /** Parameters of this request only (QUERY_TAG, STATEMENT_TIMEOUT_IN_SECONDS, …). */
  parameters?: Record<string, ParameterValue>;
  describeOnly?: boolean;
  /** Runs under this identifier (the parts of a multi-statement request know theirs ahead). */
  queryId?: string;
  signal?: AbortSignal;
  /** What the statement does when the account is its author (a refresh): its text is for the history. */
  work?(context: StatementContext): Promise<Outcome>;
}
