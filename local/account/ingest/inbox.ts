import type { DuckDBConnection } from "@duckdb/node-api";
import type { ConnectionPool } from "../session/connections.ts";
import type { StagedFile } from "../session/context.ts";
import type { FileLoad } from "../session/engine.ts";
import { quoteText, textOrNull } from "../storage/duck-text.ts";

/** Days that a pipe remembers the files it loaded, and that events wait for a paused pipe. */
export const PIPE_HISTORY_MS = 14 * 86_400_000;

export const INGEST_TABLES = `
  CREATE TABLE IF NOT EXISTS sys.setting (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.pipe_event (
    pipe_id BIGINT NOT NULL, path VARCHAR NOT NULL, size BIGINT NOT NULL, etag VARCHAR NOT NULL,
    last_modified BIGINT NOT NULL, received_on BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.pipe_file (
    pipe_id BIGINT NOT NULL, table_id BIGINT NOT NULL, path VARCHAR NOT NULL, etag VARCHAR NOT NULL,
    stage_location VARCHAR NOT NULL, size BIGINT NOT NULL, status VARCHAR NOT NULL, rows_parsed BIGINT NOT NULL,
    rows_loaded BIGINT NOT NULL, errors_seen BIGINT NOT NULL, first_error VARCHAR, first_error_line BIGINT,
    first_error_column VARCHAR, received_on BIGINT NOT NULL, loaded_on BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.channel (
    table_id BIGINT NOT NULL, pipe VARCHAR NOT NULL, name VARCHAR NOT NULL, sequencer BIGINT NOT NULL,
    row_sequencer BIGINT NOT NULL, offset_token VARCHAR, rows_inserted BIGINT NOT NULL, rows_failed BIGINT NOT NULL,
    created_on BIGINT NOT NULL, committed_on BIGINT NOT NULL, PRIMARY KEY (table_id, pipe, name));
`;

export interface PendingFile extends StagedFile {
  pipeId: number;
  receivedOn: number;
}

/** One file's fate, as COPY_HISTORY tells it. */
export interface LoadedFile extends FileLoad {
  pipeId: number;
  tableId: number;
  etag: string;
  stageLocation: string;
  size: number;
  receivedOn: number;
  loadedOn: number;
}

/** Files that wait for their pipe: on disk before their message leaves the queue, gone with the load's commit. */
export class Inbox {
  readonly #pool: ConnectionPool;
  readonly #pending = new Map<number, Map<string, PendingFile>>();

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async load(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(INGEST_TABLES);
      const reader = await connection.runAndReadAll(
        "SELECT pipe_id, path, size, etag, last_modified, received_on FROM sys.pipe_event ORDER BY received_on",
      );
      for (const [pipeId, path, size, etag, lastModified, receivedOn] of reader.getRows())
        this.#remember({
          pipeId: Number(pipeId),
          path: String(path),
          size: Number(size),
          md5: String(etag),
          etag: String(etag),
          lastModified: Number(lastModified),
          receivedOn: Number(receivedOn),
        });
    });
  }

  /** Keeps files for their pipes; those that a pipe waits for already are not taken twice. */
  async add(files: PendingFile[]): Promise<void> {
    const fresh = files.filter((file) => !this.#pending.get(file.pipeId)?.has(file.path));
    if (fresh.length === 0) return;
    await this.#pool.use(async (connection) => {
      const appender = await connection.createAppender("pipe_event", "sys");
      for (const file of fresh) {
        appender.appendBigInt(BigInt(file.pipeId));
        appender.appendVarchar(file.path);
        appender.appendBigInt(BigInt(file.size));
        appender.appendVarchar(file.etag ?? "");
        appender.appendBigInt(BigInt(file.lastModified));
        appender.appendBigInt(BigInt(file.receivedOn));
        appender.endRow();
      }
      appender.closeSync();
    });
    for (const file of fresh) this.#remember(file);
  }

  pending(pipeId: number): PendingFile[] {
    return [...(this.#pending.get(pipeId)?.values() ?? [])];
  }

  pipes(): number[] {
    return [...this.#pending].filter(([, files]) => files.size > 0).map(([pipeId]) => pipeId);
  }

  /** In the load's transaction: the files are done. Call `forget` after its commit. */
  async settle(connection: DuckDBConnection, pipeId: number, paths: string[]): Promise<void> {
    await connection.run(
      `DELETE FROM sys.pipe_event WHERE pipe_id = ${pipeId} AND path IN (${paths.map(quoteText).join(",")})`,
    );
  }

  forget(pipeId: number, paths: string[]): void {
    for (const path of paths) this.#pending.get(pipeId)?.delete(path);
  }

  async drop(pipeId: number): Promise<void> {
    this.#pending.delete(pipeId);
    await this.#pool.use(async (connection) => {
      await connection.run(`DELETE FROM sys.pipe_event WHERE pipe_id = ${pipeId}`);
    });
  }

  #remember(file: PendingFile): void {
    const files = this.#pending.get(file.pipeId) ?? new Map<string, PendingFile>();
    files.set(file.path, file);
    this.#pending.set(file.pipeId, files);
  }
}

/** Paths among `paths` that the pipe has loaded within its memory. */
export async function alreadyLoaded(
  connection: DuckDBConnection,
  pipeId: number,
  paths: string[],
  now: number,
): Promise<Set<string>> {
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT path FROM sys.pipe_file WHERE pipe_id = ${pipeId} AND loaded_on > ${now - PIPE_HISTORY_MS}
     AND status <> 'LOAD_FAILED' AND path IN (${paths.map(quoteText).join(",")})`,
  );
  return new Set(reader.getRows().map(([path]) => String(path)));
}

export async function recordLoads(connection: DuckDBConnection, loads: LoadedFile[]): Promise<void> {
  if (loads.length === 0) return;
  const rows = loads.map(
    (l) =>
      `(${l.pipeId}, ${l.tableId}, ${quoteText(l.path)}, ${quoteText(l.etag)}, ${quoteText(l.stageLocation)}, ${l.size},
        '${l.status}', ${l.rowsParsed}, ${l.rowsLoaded}, ${l.errorsSeen}, ${textOrNull(l.firstError)}, ${l.firstErrorLine},
        ${textOrNull(l.firstErrorColumn)}, ${l.receivedOn}, ${l.loadedOn})`,
  );
  await connection.run(`INSERT INTO sys.pipe_file VALUES ${rows.join(",")}`);
}
