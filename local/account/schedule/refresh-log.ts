import type { DuckDBConnection } from "@duckdb/node-api";
import type { ConnectionPool } from "../session/connections.ts";
import { quoteText } from "../storage/duck-text.ts";
import type { WorkTracker } from "../work-tracker.ts";

export type RefreshTrigger = "SCHEDULED" | "MANUAL" | "CREATION";

/** One refresh of a dynamic table. Times in milliseconds. Source: "DYNAMIC_TABLE_REFRESH_HISTORY". */
export interface Refresh {
  tableId: number;
  state: "EXECUTING" | "SUCCEEDED" | "FAILED" | "UPSTREAM_FAILED";
  stateCode: string;
  stateMessage: string | null;
  queryId: string | null;
  dataTimestamp: number;
  startedOn: number;
  endedOn: number | null;
  /** Data timestamp of the refresh before plus the lag; null for the first one and without a lag. */
  completionTarget: number | null;
  inserted: number;
  deleted: number;
  action: "NO_DATA" | "REINITIALIZE" | "FULL" | "INCREMENTAL" | null;
  trigger: RefreshTrigger;
  targetLagSeconds: number | null;
}

/** What a dynamic table holds, and how its refreshes went. */
export interface RefreshState {
  tableId: number;
  /** Null before the first refresh. */
  dataTimestamp: number | null;
  /** Version of the table's own rows at that timestamp. */
  version: number;
  /** Versions of the tables that were read. */
  inputs: [tableId: number, version: number][];
  /** Scheduled refreshes that failed one after another. */
  failures: number;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS sys.dynamic_refresh (table_id BIGINT NOT NULL, data_timestamp BIGINT NOT NULL, body VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.dynamic_state (table_id BIGINT PRIMARY KEY, body VARCHAR NOT NULL);
`;

const KEPT = 20_000;
/** Refreshes that found nothing wait in memory until there are so many: a kill forgets that they found nothing. */
const MOST_WAITING = 500;

const quote = (value: unknown) => quoteText(JSON.stringify(value));
const insertRefresh = (refreshes: readonly Refresh[]) =>
  `INSERT INTO sys.dynamic_refresh VALUES ${refreshes.map((r) => `(${r.tableId}, ${r.dataTimestamp}, ${quote(r)})`).join(", ")}`;
const putState = (state: RefreshState) =>
  `INSERT OR REPLACE INTO sys.dynamic_state VALUES (${state.tableId}, ${quote(state)})`;

/** Refreshes and states of dynamic tables, on disk and (the last ones) in memory. */
export class RefreshLog {
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #states = new Map<number, RefreshState>();
  #recent: Refresh[] = [];
  #waiting: Refresh[] = [];
  #writes: Promise<void> = Promise.resolve();

  constructor(pool: ConnectionPool, tracker: WorkTracker) {
    this.#pool = pool;
    this.#tracker = tracker;
  }

  async load(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(TABLES);
      const states = await connection.runAndReadAll("SELECT body FROM sys.dynamic_state");
      for (const [body] of states.getRows()) {
        const state = JSON.parse(String(body)) as RefreshState;
        this.#states.set(state.tableId, state);
      }
      const refreshes = await connection.runAndReadAll(
        `SELECT body FROM (SELECT rowid AS n, body FROM sys.dynamic_refresh ORDER BY n DESC LIMIT ${KEPT}) ORDER BY n`,
      );
      this.#recent = refreshes.getRows().map(([body]) => JSON.parse(String(body)) as Refresh);
    });
  }

  /** Oldest first; those that run are among them. */
  recent(): readonly Refresh[] {
    return this.#recent;
  }

  state(tableId: number): RefreshState | undefined {
    return this.#states.get(tableId);
  }

  /** A clone's state, within the change that makes it: its rows are there before any version. */
  async copyState(connection: DuckDBConnection, fromId: number, toId: number): Promise<void> {
    const from = this.#states.get(fromId);
    if (!from) return;
    const state = { ...from, tableId: toId, version: 0, failures: 0 };
    await connection.run(putState(state));
    this.#states.set(toId, state);
  }

  /** Keeps a refresh that begins (or is over at once); it is written when it ends. */
  add(refresh: Refresh): void {
    this.#recent.push(refresh);
    if (this.#recent.length > KEPT + 2000) this.#recent.splice(0, 2000);
  }

  /** Writes a refresh's end and the state after it, in the transaction that writes its rows. */
  async write(connection: DuckDBConnection, refresh: Refresh, state: RefreshState): Promise<void> {
    await connection.run(insertRefresh([refresh]));
    await connection.run(putState(state));
  }

  /** After that transaction's commit. */
  written(state: RefreshState): void {
    this.#states.set(state.tableId, state);
  }

  /** Writes an end without rows (a failure), in a transaction of its own. */
  save(refresh: Refresh, state: RefreshState): Promise<void> {
    this.#states.set(state.tableId, state);
    return this.#write([...this.#takeWaiting(), refresh], [state]);
  }

  /** Notes a refresh that found nothing new. */
  later(refresh: Refresh, state: RefreshState): void {
    this.#states.set(state.tableId, state);
    this.#waiting.push(refresh);
    if (this.#waiting.length >= MOST_WAITING) void this.flush().catch(() => {});
  }

  /** Writes what waits. */
  flush(): Promise<void> {
    const refreshes = this.#takeWaiting();
    const states = [...new Set(refreshes.map((r) => r.tableId))].map((id) => this.#states.get(id)!);
    return refreshes.length === 0 ? this.#writes : this.#write(refreshes, states);
  }

  #takeWaiting(): Refresh[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #write(refreshes: Refresh[], states: RefreshState[]): Promise<void> {
    const write = this.#writes
      .catch(() => {})
      .then(() =>
        this.#pool.use(async (connection) => {
          await connection.run(insertRefresh(refreshes));
          for (const state of states) await connection.run(putState(state));
        }),
      );
    this.#writes = write;
    return this.#tracker.track(write);
  }
}
