import type { DuckDBConnection } from "@duckdb/node-api";
import type { ConnectionPool } from "../session/connections.ts";
import { textOrNull } from "../storage/duck-text.ts";

/** One streaming channel. Its offset token commits with the rows that it stands for. */
export interface Channel {
  tableId: number;
  pipe: string;
  name: string;
  /** Grows with every opening: a writer that another one replaced is refused. */
  sequencer: number;
  /** Grows with every append. */
  rowSequencer: number;
  offsetToken: string | null;
  rowsInserted: number;
  rowsFailed: number;
  createdOn: number;
  committedOn: number;
}

const key = (tableId: number, pipe: string, name: string) => `${tableId}/${pipe}/${name}`;

/** The account's channels: in memory as committed, on disk in sys.channel. */
export class Channels {
  readonly #pool: ConnectionPool;
  readonly #channels = new Map<string, Channel>();

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async load(): Promise<void> {
    await this.#pool.use(async (connection) => {
      const reader = await connection.runAndReadAll(
        `SELECT table_id, pipe, name, sequencer, row_sequencer, offset_token, rows_inserted, rows_failed, created_on,
         committed_on FROM sys.channel`,
      );
      for (const [
        tableId,
        pipe,
        name,
        seq,
        rowSeq,
        offset,
        inserted,
        failed,
        created,
        committed,
      ] of reader.getRows())
        this.put({
          tableId: Number(tableId),
          pipe: String(pipe),
          name: String(name),
          sequencer: Number(seq),
          rowSequencer: Number(rowSeq),
          offsetToken: offset === null ? null : String(offset),
          rowsInserted: Number(inserted),
          rowsFailed: Number(failed),
          createdOn: Number(created),
          committedOn: Number(committed),
        });
    });
  }

  get(tableId: number, pipe: string, name: string): Channel | undefined {
    return this.#channels.get(key(tableId, pipe, name));
  }

  list(): Channel[] {
    return [...this.#channels.values()];
  }

  put(channel: Channel): void {
    this.#channels.set(key(channel.tableId, channel.pipe, channel.name), channel);
  }

  /** Writes the channel within the caller's transaction; `put` it after the commit. */
  async write(connection: DuckDBConnection, c: Channel): Promise<void> {
    await connection.run(
      `INSERT OR REPLACE INTO sys.channel VALUES (${c.tableId}, ${textOrNull(c.pipe)}, ${textOrNull(c.name)}, ${c.sequencer},
       ${c.rowSequencer}, ${textOrNull(c.offsetToken)}, ${c.rowsInserted}, ${c.rowsFailed}, ${c.createdOn}, ${c.committedOn})`,
    );
  }

  async drop(c: Channel): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(
        `DELETE FROM sys.channel WHERE table_id = ${c.tableId} AND pipe = ${textOrNull(c.pipe)} AND name = ${textOrNull(c.name)}`,
      );
    });
    this.#channels.delete(key(c.tableId, c.pipe, c.name));
  }
}
