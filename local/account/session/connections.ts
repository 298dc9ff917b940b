import type { DuckDBConnection } from "@duckdb/node-api";
import type { Storage } from "../storage/storage.ts";

/** DuckDB connections for statements that commit by themselves: one each, reused, so that sessions run in parallel. */
export class ConnectionPool {
  readonly #storage: Storage;
  readonly #idle: DuckDBConnection[] = [];
  readonly #keep: number;
  #closed = false;

  constructor(storage: Storage, keep = 16) {
    this.#storage = storage;
    this.#keep = keep;
  }

  async acquire(): Promise<DuckDBConnection> {
    return this.#idle.pop() ?? (await this.#storage.connect());
  }

  release(connection: DuckDBConnection): void {
    if (this.#closed || this.#idle.length >= this.#keep) connection.closeSync();
    else this.#idle.push(connection);
  }

  /** Lends a connection to `work`. */
  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      return await work(connection);
    } finally {
      this.release(connection);
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.closeSync();
  }
}
