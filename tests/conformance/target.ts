import { tmpdir } from "node:os";
import snowflake, { type Connection, type ConnectionOptions, type RowStatement } from "snowflake-sdk";
import { startAccountServer } from "../../local/account/server.ts";
import { compactJson } from "./case.ts";

snowflake.configure({
  logLevel: "OFF",
  additionalLogToConsole: false,
  logFilePath: `${tmpdir()}/snowflake-sdk.log`,
  // The text as the server gives it.
  jsonColumnVariantParser: (text: string) => text,
  xmlColumnVariantParser: (text: string) => text,
});

// A setting of the driver's whole process that only a connection's options reach: NULL is null, not the text "NULL".
snowflake.createConnection({
  account: "unused",
  username: "unused",
  password: "unused",
  representNullAsStringNull: false,
});

/** An account that the cases run on. */
export interface Target {
  /** A new session, in a new database of that name. */
  open(database: string): Promise<Session>;
  close(): Promise<void>;
}

export interface Session {
  run(statement: string): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  columns: string[];
  /** Values as the driver shows their text. */
  rows: (string | null)[][];
}

/** What the cases take as given, whatever the account's or the user's defaults are. */
const SESSION = [
  "ALTER SESSION SET TIMEZONE = 'UTC', TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_NTZ', QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE",
  "ALTER SESSION SET WEEK_START = 0, WEEK_OF_YEAR_POLICY = 0, USE_CACHED_RESULT = FALSE",
];

/**
 * The local account, started here; or, with FIRN_CONFORMANCE_TARGET, the connection of that name in Snowflake's own
 * connections.toml: it needs a warehouse and a role that may create databases.
 */
export async function openTarget(connectionName = process.env["FIRN_CONFORMANCE_TARGET"]): Promise<Target> {
  if (connectionName) {
    process.env["SNOWFLAKE_DEFAULT_CONNECTION_NAME"] = connectionName;
    return { open: (database) => openSession(undefined, database, []), close: async () => {} };
  }
  const password = "conformance";
  const server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: password,
  });
  const options = {
    account: "FIRNLOCAL",
    accessUrl: server.url,
    username: "ADMIN",
    password,
    role: "ACCOUNTADMIN",
  };
  return {
    open: (database) =>
      openSession(options, database, [
        "CREATE WAREHOUSE IF NOT EXISTS CONFORMANCE AUTO_SUSPEND = 60",
        "USE WAREHOUSE CONFORMANCE",
      ]),
    close: () => server.stop(),
  };
}

async function openSession(
  options: ConnectionOptions | undefined,
  database: string,
  before: string[],
): Promise<Session> {
  // Without options the driver reads connections.toml.
  const connection = snowflake.createConnection(options as ConnectionOptions);
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => (error ? reject(error) : resolve())),
  );
  const run = (statement: string) => execute(connection, statement);
  for (const statement of [
    ...before,
    ...SESSION,
    `CREATE OR REPLACE DATABASE ${database}`,
    "USE SCHEMA PUBLIC",
  ])
    await run(statement);
  return {
    run,
    async close() {
      await run(`DROP DATABASE IF EXISTS ${database}`);
      await new Promise<void>((resolve) => connection.destroy(() => resolve()));
    },
  };
}

function execute(connection: Connection, sqlText: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      rowMode: "array",
      fetchAsString: ["Boolean", "Number", "Date", "Buffer"],
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve(answerOf(statement, (rows ?? []) as unknown[][])),
    });
  });
}

function answerOf(statement: RowStatement, rows: unknown[][]): Answer {
  const columns = statement.getColumns() ?? [];
  const kinds = columns.map((c) => c.getType().toLowerCase());
  const nested = kinds.map((kind) => ["variant", "object", "array"].includes(kind));
  return {
    columns: columns.map((c) => c.getName()),
    rows: rows.map((row) =>
      row.map((value, i) => {
        if (value === null || value === undefined) return null;
        const text = Buffer.isBuffer(value) ? value.toString("hex").toUpperCase() : String(value);
        return nested[i] && !text.startsWith("<")
          ? compactJson(text)
          : kinds[i] === "boolean"
            ? text.toLowerCase()
            : text;
      }),
    ),
  };
}
