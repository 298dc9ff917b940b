import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** Hidden columns of every physical table: the versions between which a row is live, and its identity. */
export const BEGIN_VERSION = "__firn_begin";
export const END_VERSION = "__firn_end";
export const ROW_ID = "__firn_row_id";

/** Physical name of a Snowflake table's rows. Renames, drops and UNDROP never move data. */
export const physicalTable = (tableId: number): string => `data.t${tableId}`;

/** The DuckDB sequence behind a CREATE SEQUENCE. */
export const physicalSequence = (sequenceId: number): string => `data.s${sequenceId}`;

/** Grows with every change to the system tables or to how rows are kept. */
const FORMAT = 1;

const SYSTEM_TABLES = `
  CREATE SCHEMA IF NOT EXISTS sys;
  CREATE SCHEMA IF NOT EXISTS data;
  CREATE SEQUENCE IF NOT EXISTS sys.row_id;
  CREATE TABLE IF NOT EXISTS sys.object (
    id BIGINT PRIMARY KEY, kind VARCHAR NOT NULL, parent BIGINT NOT NULL, name VARCHAR NOT NULL,
    owner BIGINT, comment VARCHAR, created_on BIGINT NOT NULL, dropped_on BIGINT, props VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.grant_ (
    id BIGINT PRIMARY KEY, body VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.commit_ (
    table_id BIGINT NOT NULL, version BIGINT NOT NULL, committed_on BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.copy_file (
    table_id BIGINT NOT NULL, location VARCHAR NOT NULL, path VARCHAR NOT NULL, etag VARCHAR NOT NULL, size BIGINT NOT NULL,
    last_modified BIGINT NOT NULL, loaded_on BIGINT NOT NULL, status VARCHAR NOT NULL, rows_parsed BIGINT NOT NULL,
    rows_loaded BIGINT NOT NULL, errors_seen BIGINT NOT NULL, first_error VARCHAR, first_error_line BIGINT,
    first_error_column VARCHAR);
  CREATE TABLE IF NOT EXISTS sys.stream_offset (
    stream_id BIGINT PRIMARY KEY, version BIGINT NOT NULL, moved_on BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.stream_position (stream_id BIGINT PRIMARY KEY, position VARCHAR NOT NULL);
`;

/** One DuckDB file: rows, catalogue, offsets, load history and ledger, so that one commit covers them all. */
export class Storage {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /** Opens or creates the account's file; `:memory:` keeps nothing. DuckDB replays its log after a kill. */
  static async open(
    path: string,
    options: { memoryLimit?: string; threads?: number; temporary?: string } = {},
  ): Promise<Storage> {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    const config: Record<string, string> = {
      preserve_insertion_order: "true",
      // Every thread is DuckDB's own: a caller that only waits (quiet-run.ts) leaves it all of them.
      external_threads: "0",
      // A checkpoint packs the last rows of each growing table again. After a kill so long a log is replayed in a second.
      checkpoint_threshold: "128MiB",
    };
    if (options.memoryLimit) config["memory_limit"] = options.memoryLimit;
    // Where what does not fit into memory goes; DuckDB's own choice for `:memory:` is the working folder.
    if (options.temporary) config["temp_directory"] = options.temporary;
    if (options.threads) config["threads"] = String(options.threads);
    const storage = new Storage(await DuckDBInstance.create(path, config));
    const connection = await storage.connect();
    try {
      await checkFormat(connection, path);
      await connection.run(SYSTEM_TABLES);
    } finally {
      connection.closeSync();
    }
    return storage;
  }

  /** A connection of one's own: a session holds one, so its transaction is its own. */
  async connect(): Promise<DuckDBConnection> {
    return this.#instance.connect();
  }

  close(): void {
    this.#instance.closeSync();
  }
}

/** Refuses data that another version of this program wrote in another way; marks a new file. */
async function checkFormat(connection: DuckDBConnection, path: string): Promise<void> {
  const first = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()[0]?.[0];
  const tables = Number(await first("SELECT count(*) FROM duckdb_tables()"));
  if (tables === 0) {
    await connection.run(`CREATE SCHEMA sys; CREATE TABLE sys.format AS SELECT ${FORMAT} AS version`);
    return;
  }
  const known = Number(
    await first("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'sys' AND table_name = 'format'"),
  );
  const version = known === 0 ? 0 : Number(await first("SELECT max(version) FROM sys.format"));
  if (version !== FORMAT)
    throw new Error(
      `The account's data in ${path} has format ${version}; this version reads format ${FORMAT} only. Run the version that wrote it, or remove the folder to start afresh (for a stack: npx firn down --erase).`,
    );
}
