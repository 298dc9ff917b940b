import type { LoginAttempt } from "../account.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services } from "../session/context.ts";
import { SYSTEM_USER } from "../session/manager.ts";
import type { StatementRecord } from "../session/statement.ts";
import type { WorkTracker } from "../work-tracker.ts";

/** What QUERY_HISTORY and ACCESS_HISTORY tell of a statement. Names are those at the time. Times in milliseconds. */
export interface QueryEntry {
  queryId: string;
  text: string;
  type: string;
  databaseId: number | null;
  databaseName: string | null;
  schemaId: number | null;
  schemaName: string | null;
  sessionId: string;
  userId: number;
  userName: string;
  roleId: number | null;
  roleName: string | null;
  warehouseId: number | null;
  warehouseName: string | null;
  warehouseSize: string | null;
  warehouseType: string | null;
  queryTag: string;
  status: "RUNNING" | "SUCCESS" | "FAIL";
  errorCode: string | null;
  errorMessage: string | null;
  startedOn: number;
  endedOn: number | null;
  queuedMs: number;
  rowsProduced: number;
  inserted: number;
  updated: number;
  deleted: number;
  transactionId: number | null;
  objectsAccessed: number[];
  /** Those that the statement itself names; absent in entries of older versions. */
  directAccessed?: number[];
  /** Columns read, by the object's id. */
  columnsAccessed?: [number, string[]][];
  objectsModified: number[];
}

export interface LoginEntry {
  eventId: number;
  on: number;
  userName: string;
  clientIp: string;
  clientType: string;
  clientVersion: string;
  factor: string | null;
  success: boolean;
  errorCode: string | null;
  errorMessage: string | null;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS sys.query_history (ended_on BIGINT NOT NULL, body VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.login_history (event_on BIGINT NOT NULL, body VARCHAR NOT NULL);
`;

/** Entries kept in memory and on disk, per kind. */
const KEEP = 20_000;
const FLUSH_MS = 1000;
const YEAR_MS = 366 * 86_400_000;

/** Keeps statements and log-ins: the last ones in memory, all of a year on disk, written in batches. */
export class Recorder {
  readonly #services: Services;
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #running = new Map<string, QueryEntry>();
  #queries: QueryEntry[] = [];
  #logins: LoginEntry[] = [];
  #newQueries: QueryEntry[] = [];
  #newLogins: LoginEntry[] = [];
  #flush: NodeJS.Timeout | undefined;
  #events = 0;

  constructor(services: Services, pool: ConnectionPool, tracker: WorkTracker) {
    this.#services = services;
    this.#pool = pool;
    this.#tracker = tracker;
  }

  async start(): Promise<void> {
    const old = this.#services.clock.now() - YEAR_MS;
    await this.#pool.use(async (connection) => {
      await connection.run(TABLES);
      await connection.run(`DELETE FROM sys.query_history WHERE ended_on < ${old}`);
      await connection.run(`DELETE FROM sys.login_history WHERE event_on < ${old}`);
      const read = async <T>(table: string, column: string) => {
        const reader = await connection.runAndReadAll(
          `SELECT body FROM (SELECT * FROM sys.${table} ORDER BY ${column} DESC LIMIT ${KEEP}) ORDER BY ${column}`,
        );
        return reader.getRows().map(([body]) => JSON.parse(String(body)) as T);
      };
      this.#queries = await read<QueryEntry>("query_history", "ended_on");
      this.#logins = await read<LoginEntry>("login_history", "event_on");
    });
    this.#flush = setInterval(() => void this.#tracker.track(this.flush()).catch(() => {}), FLUSH_MS);
    this.#flush.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#flush);
    await this.flush();
  }

  /** Oldest first; those that run come last. */
  queries(): QueryEntry[] {
    return [...this.#queries, ...this.#running.values()];
  }

  logins(): readonly LoginEntry[] {
    return this.#logins;
  }

  statement(record: StatementRecord): void {
    const entry = this.#describe(record);
    if (record.status === "RUNNING") {
      this.#running.set(record.queryId, entry);
      return;
    }
    this.#running.delete(record.queryId);
    this.#queries.push(entry);
    this.#newQueries.push(entry);
    if (this.#queries.length > KEEP * 1.1) this.#queries.splice(0, this.#queries.length - KEEP);
  }

  login(attempt: LoginAttempt): void {
    const on = this.#services.clock.now();
    const entry: LoginEntry = {
      eventId: on * 1000 + (this.#events++ % 1000),
      on,
      userName: attempt.userName,
      clientIp: attempt.client.ip,
      clientType: attempt.driver,
      clientVersion: attempt.client.version,
      factor: attempt.factor,
      success: attempt.error === null,
      errorCode: attempt.error?.code ?? null,
      errorMessage: attempt.error ? "INCORRECT_USERNAME_PASSWORD" : null,
    };
    if (attempt.error && attempt.error.code !== "390100") entry.errorMessage = attempt.error.message;
    this.#logins.push(entry);
    this.#newLogins.push(entry);
    if (this.#logins.length > KEEP * 1.1) this.#logins.splice(0, this.#logins.length - KEEP);
  }

  async flush(): Promise<void> {
    const queries = this.#newQueries;
    const logins = this.#newLogins;
    this.#newQueries = [];
    this.#newLogins = [];
    if (queries.length === 0 && logins.length === 0) return;
    await this.#pool.use(async (connection) => {
      const append = async (table: string, rows: [number, unknown][]) => {
        if (rows.length === 0) return;
        const appender = await connection.createAppender(table, "sys");
        for (const [on, body] of rows) {
          appender.appendBigInt(BigInt(on));
          appender.appendVarchar(JSON.stringify(body));
          appender.endRow();
        }
        appender.closeSync();
      };
      await append(
        "query_history",
        queries.map((entry) => [entry.endedOn ?? 0, entry]),
      );
      await append(
        "login_history",
        logins.map((entry) => [entry.on, entry]),
      );
    });
  }

  #describe(record: StatementRecord): QueryEntry {
    const { catalog } = this.#services;
    const name = (id: number | null) => (id === null ? null : (catalog.get(id)?.name ?? null));
    const warehouse =
      record.usedWarehouse && record.warehouseId !== null
        ? catalog.getAs("WAREHOUSE", record.warehouseId)
        : undefined;
    return {
      queryId: record.queryId,
      // Secrets in statements (CREATE USER … PASSWORD = '…') are not kept.
      text: redact(record.text),
      type: record.kind === null ? record.class : statementType(record),
      databaseId: record.databaseId,
      databaseName: name(record.databaseId),
      schemaId: record.schemaId,
      schemaName: name(record.schemaId),
      sessionId: record.session.id,
      userId: record.userId,
      userName: record.userId === SYSTEM_USER ? "SYSTEM" : (name(record.userId) ?? ""),
      roleId: record.roleId,
      roleName: name(record.roleId),
      warehouseId: warehouse?.id ?? null,
      warehouseName: warehouse?.name ?? null,
      warehouseSize: warehouse?.props.size ?? null,
      warehouseType: warehouse?.props.type ?? null,
      queryTag: record.queryTag,
      status: record.status,
      errorCode: record.error?.code ?? null,
      errorMessage: record.error?.message ?? null,
      startedOn: record.startedOn,
      endedOn: record.endedOn,
      queuedMs: record.queuedMs,
      rowsProduced: record.rowsProduced,
      inserted: record.affected?.inserted ?? 0,
      updated: record.affected?.updated ?? 0,
      deleted: record.affected?.deleted ?? 0,
      transactionId: record.transactionId,
      objectsAccessed: [...record.objectsAccessed],
      directAccessed: [...record.directAccessed],
      columnsAccessed: [...record.columnsAccessed].map(([id, names]) => [id, [...names]]),
      objectsModified: [...record.objectsModified],
    };
  }
}

const firstWords = (text: string, count: number): string =>
  text
    .trimStart()
    .split(/[\s(]+/, count)
    .join("_")
    .toUpperCase();

/** QUERY_TYPE: the kind for queries and DML, the leading words for the others (CREATE_TABLE, GRANT, …). */
function statementType(record: StatementRecord): string {
  switch (record.kind) {
    case "DDL": {
      const words = firstWords(record.text.replace(/\bor\s+(replace|alter)\b/i, ""), 2);
      return words;
    }
    case "OTHER":
    case null:
      return firstWords(record.text, 1);
    default:
      return record.kind;
  }
}

/** PASSWORD = '…', SECRET_STRING = '…' and AWS keys become asterisks, as Snowflake shows them. */
export function redact(text: string): string {
  return text.replace(
    /\b(password|secret_string|oauth_client_secret|aws_secret_key|aws_key_id|aws_token|master_key)(\s*=\s*)'(?:[^'\\]|''|\\.)*'/gi,
    "$1$2'****'",
  );
}
