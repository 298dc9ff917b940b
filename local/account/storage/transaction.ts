import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
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

/** Rows that are pulled chunk by chunk; null after the last. */
export interface Rows {
  fetchChunk(): Promise<DuckDBDataChunk | null>;
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
  #begun = false;
  /** Are there rows of a query outside DuckDB's transaction that nobody has read? They keep its snapshot. */
  #unread = false;

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
    const transaction = Transaction.ofReads(connection, versions, clock, id);
    await transaction.open();
    return transaction;
  }

  /**
   * For one query: DuckDB's transaction is begun by `open` only, since a single SELECT is one by itself. What others
   * commit in between is filtered out by the versions, as it is between BEGIN and the first read.
   */
  static ofReads(
    connection: DuckDBConnection,
    versions: TableVersions,
    clock: Clock,
    id: number,
  ): Transaction {
    return new Transaction(connection, versions, clock, id, versions.snapshot());
  }

  /** Tables that it has written and holds the lock of. */
  lockedTables(): number[] {
    return [...this.#written.keys()];
  }

  /** Begins DuckDB's transaction, if none is begun: before a second statement is run on the connection. */
  async open(): Promise<void> {
    if (this.#begun) return;
    await this.connection.run("BEGIN TRANSACTION");
    this.#begun = true;
  }

  /** Runs a query; `few` tells that it yields a row at most, which is then fetched with it. */
  async query(sql: string, few = false): Promise<Rows> {
    if (few) {
      const result = await this.connection.run(sql);
      let next = 0;
      return { fetchChunk: async () => (next < result.chunkCount ? result.getChunk(next++) : null) };
    }
    const prepared = await this.connection.prepare(sql);
    try {
      this.#unread = !this.#begun;
      const result = await prepared.stream();
      return {
        fetchChunk: async () => {
          const chunk = await result.fetchChunk();
          if (chunk && chunk.rowCount > 0) return chunk;
          this.#unread = false;
          return null;
        },
      };
    } finally {
      prepared.destroySync();
    }
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
    if (this.#begun) await this.connection.run("ROLLBACK");
    this.#begun = false;
    this.#snapshot = this.#versions.snapshot();
    await this.open();
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
    this.#begun = false;
    await this.open();
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
      // Outside a transaction it is refused, and ends a query whose rows nobody read.
      if (this.#begun || this.#unread) await this.connection.run("ROLLBACK");
    } catch {
      // DuckDB has already ended a transaction whose COMMIT failed.
    } finally {
      this.#versions.release(this.#holder, this.#written, false);
      for (const callback of this.#afterEnd) callback();
    }
  }
}
