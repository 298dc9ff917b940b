import type { DuckDBConnection } from "@duckdb/node-api";
import { SnowflakeError } from "../errors.ts";

/**
 * Table versions. Every table has a strictly growing version; a writer takes the table's lock, gets the next
 * version, stamps its rows with it and holds the lock to its commit, so versions commit in order within a table.
 * Streams' offsets, Time Travel and CHANGES all read rows by these versions.
 */
export class TableVersions {
  #committed: ReadonlyMap<number, number> = new Map();
  readonly #locks = new Map<number, { holder: symbol; waiters: (() => void)[] }>();
  readonly #offsetMoves = new Map<number, number>();
  readonly #listeners: ((tableIds: number[]) => void)[] = [];
  #next = 1;

  /** Hears of the tables of each commit. */
  onCommit(listener: (tableIds: number[]) => void): void {
    this.#listeners.push(listener);
  }

  /** How often the stream's offset has moved since the account opened: while it is the same, so is the offset. */
  offsetMoves(streamId: number): number {
    return this.#offsetMoves.get(streamId) ?? 0;
  }

  /** Called right after the commit that moved the offsets. */
  offsetsMoved(streamIds: Iterable<number>): void {
    for (const streamId of streamIds) this.#offsetMoves.set(streamId, this.offsetMoves(streamId) + 1);
  }

  /** Loads the last committed version of each table. */
  async load(connection: DuckDBConnection): Promise<void> {
    const reader = await connection.runAndReadAll(
      "SELECT table_id, max(version) FROM sys.commit_ GROUP BY table_id",
    );
    const committed = new Map<number, number>();
    for (const [tableId, version] of reader.getRows()) {
      committed.set(Number(tableId), Number(version));
      this.#next = Math.max(this.#next, Number(version) + 1);
    }
    this.#committed = committed;
  }

  /**
   * Versions of the last commits, table by table; never changed once handed out. Take it BEFORE beginning the
   * DuckDB transaction that uses it: then all that it names is visible there, and what is newer is filtered out.
   */
  snapshot(): ReadonlyMap<number, number> {
    return this.#committed;
  }

  /** Waits for the table's write lock and returns a fresh version. Snowflake: LOCK_TIMEOUT, error 000625. */
  async lock(tableId: number, holder: symbol, timeoutMs: number): Promise<number> {
    const held = this.#locks.get(tableId);
    if (held && held.holder !== holder) {
      await new Promise<void>((resolve, reject) => {
        const grant = () => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(() => {
          held.waiters.splice(held.waiters.indexOf(grant), 1);
          reject(
            new SnowflakeError(
              "000625",
              "57014",
              "Statement has been aborted because the lock wait timeout elapsed.",
            ),
          );
        }, timeoutMs);
        held.waiters.push(grant);
      });
    }
    const lock = this.#locks.get(tableId);
    if (lock) lock.holder = holder;
    else this.#locks.set(tableId, { holder, waiters: [] });
    return this.#next++;
  }

  /** After the DuckDB commit succeeded (`versions`) or the transaction ended: publishes and releases. */
  release(holder: symbol, versions: ReadonlyMap<number, number>, committed: boolean): void {
    const published = committed && versions.size > 0;
    if (published) this.#committed = new Map([...this.#committed, ...versions]);
    for (const tableId of versions.keys()) {
      const lock = this.#locks.get(tableId);
      if (lock?.holder !== holder) continue;
      const next = lock.waiters.shift();
      if (next) next();
      else this.#locks.delete(tableId);
    }
    if (published) for (const listener of this.#listeners) listener([...versions.keys()]);
  }
}
