import snowflake from "snowflake-sdk";
import { CliError } from "./failure.ts";

snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false } as never);

export interface ConnectionOptions {
  accessUrl: string;
  account: string;
  username: string;
  password?: string;
  privateKey?: string;
  role?: string;
  warehouse?: string;
  database?: string;
}

export interface QueryResult {
  columns: string[];
  rows: unknown[][];
  rowCount: number;
}

/** A connection by the official Node.js driver; values arrive as text where JavaScript has no exact number. */
export class SnowflakeClient {
  readonly #connection: snowflake.Connection;

  private constructor(connection: snowflake.Connection) {
    this.#connection = connection;
  }

  static async connect(options: ConnectionOptions): Promise<SnowflakeClient> {
    const connection = snowflake.createConnection({
      ...options,
      authenticator: options.privateKey ? "SNOWFLAKE_JWT" : "SNOWFLAKE",
      application: "firn",
      fetchAsString: ["Number", "Date", "JSON"],
    } as snowflake.ConnectionOptions);
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) =>
        error
          ? reject(
              new CliError(
                `Log-in failed: ${error.message}`,
                "Is the account running? See `npx firn status`.",
              ),
            )
          : resolve(),
      );
    });
    return new SnowflakeClient(connection);
  }

  query(sqlText: string, binds: (string | number)[] = []): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      this.#connection.execute({
        sqlText,
        binds,
        rowMode: "array",
        complete: (error, statement, rows) => {
          if (error) return reject(error);
          const columns = statement.getColumns()?.map((column) => column.getName()) ?? [];
          resolve({
            columns,
            rows: (rows as unknown[][] | undefined) ?? [],
            rowCount: statement.getNumRows() ?? 0,
          });
        },
      });
    });
  }

  /** The rows as objects, keys in lower case. */
  async records(sqlText: string, binds: (string | number)[] = []): Promise<Record<string, unknown>[]> {
    const { columns, rows } = await this.query(sqlText, binds);
    const keys = columns.map((name) => name.toLowerCase());
    return rows.map((row) => Object.fromEntries(row.map((value, index) => [keys[index]!, value])));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#connection.destroy(() => resolve()));
  }
}
