import type { DuckDBConnection } from "@duckdb/node-api";
import type { Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import { quoteText } from "./duck-text.ts";
import type { TableVersions } from "./versions.ts";

/** How far a stream was read: a version of its table and, for a view or a stage, what else tells it, as JSON. */
export interface StreamPosition {
  version: number;
  more: string | null;
}

export async function writePosition(
  connection: DuckDBConnection,
  streamId: number,
  { version, more }: StreamPosition,
  now: number,
): Promise<void> {
  await connection.run(`INSERT OR REPLACE INTO sys.stream_offset VALUES (${streamId}, ${version}, ${now})`);
  if (more !== null)
    await connection.run(
      `INSERT OR REPLACE INTO sys.stream_position VALUES (${streamId}, ${quoteText(more)})`,
    );
}

/**
 * One Snowflake transaction over one DuckDB transaction. What must be exactly once (rows, stream offsets, load
 * history, channel offsets) is written through `connection` before `commit`, so that one commit covers it all.
 */
export class Transaction {
  readonly connection: DuckDBConnection;
  readonly id: number;
  readonly startedOn: number;
  readonly #versions: TableVersions;
  readonly #clock: Clock;
  readonly #holder = Symbol("transaction");
  readonly #written = new Map<number, number>();
  readonly #consumed = new Map<number, StreamPosition>();
  #snapshot: ReadonlyMap<number, number>;
  readonly #afterCommit: (() => void)[] = [];
  readonly #afterEnd: (() => void)[] = [];

  private constructor(
    connection: DuckDBConnection,
    versions: TableVersions,
    clock: Clock,
    id: number,
    snapshot: ReadonlyMap<number, number>,
  ) {
    this.connection = connection;
    this.#versions = versions;
    this.#snapshot = snapshot;
    this.#clock = clock;
    this.id = id;
    this.startedOn = clock.now();
  }

  static async begin(
    connection: DuckDBConnection,
    versions: TableVersions,
    clock: Clock,
    id: number,
  ): Promise<Transaction> {
    const snapshot = versions.snapshot();
    await connection.run("BEGIN TRANSACTION");
    return new Transaction(connection, versions, clock, id, snapshot);
  }

  /** Has it written or consumed anything that a rollback would undo? */
  get isDirty(): boolean {
    return this.#written.size > 0 || this.#consumed.size > 0;
  }

  /**
   * READ COMMITTED: each statement sees what was committed before it began. A transaction that has not written
   * takes a new DuckDB snapshot; one that has keeps its own (DuckDB isolates by snapshot).
   */
  async beginStatement(): Promise<void> {
    if (this.isDirty || this.#snapshot === this.#versions.snapshot()) return;
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    await this.connection.run("ROLLBACK");
    this.#snapshot = this.#versions.snapshot();
    await this.connection.run("BEGIN TRANSACTION");
  }

  /** The version up to which this transaction reads a table: its own writes included. */
  readVersion(tableId: number): number {
    return this.#written.get(tableId) ?? this.#snapshot.get(tableId) ?? 0;
  }

  /** The version of a table that others had committed when this statement began: without its own writes. */
  snapshotVersion(tableId: number): number {
    return this.#snapshot.get(tableId) ?? 0;
  }

  /**
   * The version that this transaction's writes to the table carry. The first call for a table waits for its lock;
   * call it before the statement reads anything, since what others committed meanwhile must be seen.
   */
  async writeVersion(tableId: number, lockTimeoutMs = 43_200_000): Promise<number> {
    const own = this.#written.get(tableId);
    if (own !== undefined) return own;
    const version = await this.#versions.lock(tableId, this.#holder, lockTimeoutMs);
    const wasDirty = this.isDirty;
    this.#written.set(tableId, version);
    const stale = this.#versions.snapshot().get(tableId) !== this.#snapshot.get(tableId);
    if (stale && wasDirty)
      throw errors.internal("the table was changed by another transaction after this one began to write");
    if (stale) await this.#refresh();
    return version;
  }

  /**
   * Takes several tables' locks, in one order everywhere so that two statements cannot wait for each other, and then
   * at most one new snapshot that sees what others committed while it waited.
   */
  async lockTables(tableIds: readonly number[], lockTimeoutMs = 43_200_000): Promise<void> {
    const wasDirty = this.isDirty;
    let stale = false;
    for (const tableId of [...new Set(tableIds)].sort((a, b) => a - b)) {
      if (this.#written.has(tableId)) continue;
      this.#written.set(tableId, await this.#versions.lock(tableId, this.#holder, lockTimeoutMs));
      stale ||= this.#versions.snapshot().get(tableId) !== this.#snapshot.get(tableId);
    }
    if (stale && wasDirty)
      throw errors.internal("the table was changed by another transaction after this one began to write");
    if (stale) await this.#refresh();
  }

  /**
   * Begins DuckDB's transaction anew after a failed statement, which aborts it; locks and versions stay. Only where
   * nothing was written through the connection before.
   */
  async restart(): Promise<void> {
    await this.connection.run("ROLLBACK");
    await this.connection.run("BEGIN TRANSACTION");
  }

  /** Streams consumed so far; `restore` takes them back after a statement that failed. */
  consumed(): ReadonlyMap<number, StreamPosition> {
    return new Map(this.#consumed);
  }

  /**
   * Back to an empty DuckDB transaction after a failed statement aborted it; locks and versions stay, and so do the
   * streams that statements before it consumed. Their writes are the caller's to repeat.
   */
  async restore(consumed: ReadonlyMap<number, StreamPosition>): Promise<void> {
    this.#consumed.clear();
    for (const [streamId, position] of consumed) this.#consumed.set(streamId, position);
    await this.restart();
  }

  /** Has a failed statement aborted DuckDB's transaction? */
  async isAborted(): Promise<boolean> {
    try {
      await this.connection.run("SELECT 1");
      return false;
    } catch {
      return true;
    }
  }

  /** A DML read the stream up to there: its offset moves when this transaction commits. */
  consumeStream(streamId: number, position: StreamPosition): void {
    this.#consumed.set(streamId, position);
  }

  /** Runs after a successful commit (memory that mirrors committed state). */
  onCommit(callback: () => void): void {
    this.#afterCommit.push(callback);
  }

  /** Runs after commit or rollback (locks, temporary files). */
  onEnd(callback: () => void): void {
    this.#afterEnd.push(callback);
  }

  async commit(): Promise<void> {
    const now = this.#clock.now();
    try {
      for (const [tableId, version] of this.#written)
        await this.connection.run(`INSERT INTO sys.commit_ VALUES (${tableId}, ${version}, ${now})`);
      for (const [streamId, position] of this.#consumed)
        await writePosition(this.connection, streamId, position, now);
      await this.connection.run("COMMIT");
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    this.#versions.offsetsMoved(this.#consumed.keys());
    this.#versions.release(this.#holder, this.#written, true);
    for (const callback of this.#afterCommit) callback();
    for (const callback of this.#afterEnd) callback();
  }

  async rollback(): Promise<void> {
    await this.#abandon();
  }

  async #abandon(): Promise<void> {
    try {
      await this.connection.run("ROLLBACK");
    } catch {
      // DuckDB has already ended a transaction whose COMMIT failed.
    } finally {
      this.#versions.release(this.#holder, this.#written, false);
      for (const callback of this.#afterEnd) callback();
    }
  }
}
