/**
 * What the wire costs: a trivial statement through an official driver against DuckDB alone, on one connection and on
 * twenty. `node bench/wire.ts [statements]`
 */
import { DuckDBInstance } from "@duckdb/node-api";
import snowflake, { type Connection, type ConnectionOptions } from "snowflake-sdk";
import { startAccountServer } from "../local/account/server.ts";

const STATEMENTS = Number(process.argv[2] ?? 2000);
snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });

const server = await startAccountServer({
  dataDir: ":memory:",
  adminUser: "ADMIN",
  adminPassword: "bench",
});

const connect = () =>
  new Promise<Connection>((resolve, reject) => {
    const connection = snowflake.createConnection({
      account: "FIRNLOCAL",
      accessUrl: server.url,
      username: "ADMIN",
      password: "bench",
    } as ConnectionOptions);
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });

const execute = (connection: Connection, sqlText: string) =>
  new Promise<void>((resolve, reject) => {
    connection.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) });
  });

/** Milliseconds a call, the median and the 99th of a hundred. */
async function measure(count: number, work: () => Promise<void>): Promise<{ median: number; p99: number }> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(count / 2)]!, p99: times[Math.floor(count * 0.99)]! };
}

/** The same without a driver: one POST on a kept connection. */
async function rawClient(): Promise<(sqlText: string) => Promise<void>> {
  const login = await fetch(`${server.url}/session/v1/login-request`, {
    method: "POST",
    body: JSON.stringify({ data: { LOGIN_NAME: "ADMIN", PASSWORD: "bench" } }),
  });
  const { token } = ((await login.json()) as { data: { token: string } }).data;
  return async (sqlText) => {
    const answer = await fetch(`${server.url}/queries/v1/query-request?requestId=${crypto.randomUUID()}`, {
      method: "POST",
      headers: { authorization: `Snowflake Token="${token}"` },
      body: JSON.stringify({ sqlText }),
    });
    const body = (await answer.json()) as { success: boolean; message: string };
    if (!body.success) throw new Error(body.message);
  };
}

const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
const connection = await connect();
const raw = await rawClient();
const statement = "SELECT 1";
await measure(200, () => execute(connection, statement));
await measure(200, () => raw(statement));

const alone = await measure(STATEMENTS, async () => {
  await duckdb.runAndReadAll(statement);
});
const http = await measure(STATEMENTS, () => raw(statement));
const driver = await measure(STATEMENTS, () => execute(connection, statement));
const show = (name: string, { median, p99 }: { median: number; p99: number }) =>
  console.log(
    `${name.padEnd(34)} median ${median.toFixed(3)} ms   p99 ${p99.toFixed(3)} ms   +${(median - alone.median).toFixed(3)} ms over DuckDB`,
  );
show("DuckDB alone", alone);
show("account, plain HTTP client", http);
show("account, snowflake-sdk", driver);

const twenty = await Promise.all(Array.from({ length: 20 }, connect));
const start = performance.now();
await Promise.all(
  twenty.map(async (one) => {
    for (let i = 0; i < STATEMENTS / 20; i++) await execute(one, statement);
  }),
);
const seconds = (performance.now() - start) / 1000;
console.log(`20 connections, snowflake-sdk          ${Math.round(STATEMENTS / seconds)} statements/s`);

await server.stop();
process.exit(0);
