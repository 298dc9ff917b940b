import { setImmediate as turn } from "node:timers/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { runQuietly } from "../../../../local/account/storage/quiet-run.ts";
import { Storage } from "../../../../local/account/storage/storage.ts";

let storage: Storage;
let connection: DuckDBConnection;
beforeEach(async () => {
  storage = await Storage.open(":memory:");
  connection = await storage.connect();
});
afterEach(() => {
  connection.closeSync();
  storage.close();
});

test("it tells the rows that a statement wrote, in the transaction of its connection", async () => {
  await connection.run("CREATE TABLE t (a BIGINT)");
  await connection.run("BEGIN");
  const result = await runQuietly(connection, "INSERT INTO t SELECT range FROM range(300000)");
  expect(result.rowsChanged).toBe(300_000);
  await connection.run("ROLLBACK");
  const left = await connection.runAndReadAll("SELECT count(*) FROM t");
  expect(left.getRows()).toEqual([[0n]]);
});

test("an error comes as DuckDB words it, from planning and from running", async () => {
  await expect(runQuietly(connection, "SELECT nothing FROM nowhere")).rejects.toThrow("nowhere");
  await expect(
    runQuietly(connection, "SELECT sum(CAST('x' || range AS INTEGER)) FROM range(100000)"),
  ).rejects.toThrow("Could not convert string 'x0' to INT32");
});

test("an interrupt ends it, and the connection goes on", async () => {
  let isRunning = true;
  const running = runQuietly(
    connection,
    "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7",
  ).finally(() => {
    isRunning = false;
  });
  const ended = expect(running).rejects.toThrow("Interrupted");
  // One that comes before the statement runs has nothing to end.
  while (isRunning) {
    connection.interrupt();
    await turn();
  }
  await ended;
  expect((await connection.runAndReadAll("SELECT 1")).getRows()).toEqual([[1]]);
});

test("a statement that is the work of one thread takes no more processor time than time", async () => {
  await connection.run("CREATE TABLE t (a BIGINT, b VARCHAR)");
  const one = "SELECT range, md5(range::VARCHAR) FROM range(3000000)";
  const before = process.cpuUsage();
  const start = performance.now();
  await runQuietly(connection, `INSERT INTO t ${one} UNION ALL SELECT 0, '' FROM generate_series(1, 0)`);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(ms * 1.4);
});
