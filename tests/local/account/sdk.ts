import { tmpdir } from "node:os";
import snowflake, { type Binds, type Connection, type ConnectionOptions } from "snowflake-sdk";

snowflake.configure({
  logLevel: "OFF",
  additionalLogToConsole: false,
  logFilePath: `${tmpdir()}/snowflake-sdk.log`,
});

/** An official Node driver connected to the server. Rejects with the driver's own error. */
export function connect(
  server: { host: string; port: number },
  options: Partial<ConnectionOptions>,
): Promise<Connection> {
  const connection = snowflake.createConnection({
    account: "FIRNLOCAL",
    accessUrl: `http://${server.host}:${server.port}`,
    sfRetryMaxLoginRetries: 1,
    ...options,
  } as ConnectionOptions);
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

/** All rows of one statement. */
export function execute(
  connection: Connection,
  sqlText: string,
  binds?: Binds,
): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      binds,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    });
  });
}
