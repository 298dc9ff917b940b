import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
const ADMIN = { username: "ADMIN", password: "x" };
/** Long enough to be seen running, of a kind that any engine can interrupt. */
const LONG = `WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  SELECT SUM(a.i * b.i - c.i) AS N FROM n a CROSS JOIN n b CROSS JOIN n c`;

afterEach(() => server.stop());
const open = async (options: Partial<Parameters<typeof startAccountServer>[0]> = {}) => {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    ...options,
  });
};

test("an expired session token is renewed by the driver; without renewal the session is gone", async () => {
  await open({ tokenLifetimes: { session: 1, master: 3600 } });
  const connection = await connect(server, ADMIN);
  await execute(connection, "SET v = 5");
  await new Promise((done) => setTimeout(done, 1100));
  expect(await execute(connection, "SELECT $v AS V")).toEqual([{ V: 5 }]);
});

test("a query longer than the server's patience is fetched when it is done", async () => {
  await open({ patienceMs: 1 });
  const connection = await connect(server, ADMIN);
  const rows = await execute(
    connection,
    `WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900)
     SELECT COUNT(*) AS N FROM n a CROSS JOIN n b CROSS JOIN (SELECT i FROM n WHERE i < 20) c`,
  );
  expect(rows).toEqual([{ N: 901 * 901 * 20 }]);
});

const running = async (count: number) => {
  while (server.account.executor.running().length !== count) await new Promise((done) => setTimeout(done, 5));
};

/** Starts a statement that would run for long; resolves with its outcome. */
function startLong(connection: Connection) {
  let cancel!: () => void;
  const outcome = new Promise<string>((done) => {
    const statement = connection.execute({
      sqlText: LONG,
      complete: (error) => done(error ? String(error.code) : "finished"),
    });
    cancel = () => statement.cancel(() => {});
  });
  return { outcome, cancel };
}

test("a running statement is cancelled by its driver, by SYSTEM$CANCEL_QUERY, and by the end of its session", async () => {
  await open();
  const connection = await connect(server, ADMIN);
  const first = startLong(connection);
  await running(1);
  first.cancel();
  expect(await first.outcome).toBe("000604");

  const second = startLong(connection);
  await running(1);
  const [statement] = server.account.executor.running();
  const other = await connect(server, ADMIN);
  await execute(other, `SELECT SYSTEM$CANCEL_QUERY('${statement!.record.queryId}')`);
  expect(await second.outcome).toBe("000604");

  const third = startLong(connection);
  await running(1);
  await server.account.sessions.end(statement!.record.session.id);
  expect(await third.outcome).toBe("000604");
});

test("SYSTEM$CANCEL_ALL_QUERIES of one's own session is answered", async () => {
  await open();
  const connection = await connect(server, ADMIN);
  const [row] = await execute(connection, "SELECT CURRENT_SESSION() AS S");
  const session = String(row!["S"]);
  expect(await execute(connection, `SELECT SYSTEM$CANCEL_ALL_QUERIES(${session}) AS DONE`)).toEqual([
    { DONE: `session [${session}] cancelled.` },
  ]);
});

test("STATEMENT_TIMEOUT_IN_SECONDS: the lowest that is set", async () => {
  await open();
  const connection = await connect(server, ADMIN);
  await execute(connection, "CREATE WAREHOUSE w STATEMENT_TIMEOUT_IN_SECONDS = 1 INITIALLY_SUSPENDED = TRUE");
  await execute(connection, "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 100");
  await expect(execute(connection, LONG)).rejects.toMatchObject({ code: "000630", sqlState: "57014" });
});

test("several statements in one request, when their number is as told", async () => {
  await open();
  const connection = await connect(server, ADMIN);
  const run = (count: number) =>
    new Promise<unknown[][]>((done, fail) => {
      const results: unknown[][] = [];
      connection.execute({
        sqlText:
          "CREATE WAREHOUSE w; CREATE DATABASE d; CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); SELECT a FROM t ORDER BY a;",
        parameters: { MULTI_STATEMENT_COUNT: count },
        complete: (error, statement, rows) => {
          if (error) return fail(error);
          results.push(rows ?? []);
          const multi = statement as unknown as { hasNext(): boolean; NextResult(): void };
          if (multi.hasNext()) multi.NextResult();
          else done(results);
        },
      });
    });
  await expect(run(1)).rejects.toMatchObject({ code: "000008" });
  const results = await run(5);
  expect(results.at(-1)).toEqual([{ A: 1 }, { A: 2 }]);
});

test("explicit transactions: what was not committed is gone, other sessions do not see it", async () => {
  await open();
  const [one, two] = [await connect(server, ADMIN), await connect(server, ADMIN)];
  await execute(one, "CREATE DATABASE d");
  await execute(one, "CREATE TABLE t (a INT)");
  for (const connection of [one, two]) await execute(connection, "CREATE WAREHOUSE IF NOT EXISTS w");
  await execute(two, "USE WAREHOUSE w");
  await execute(one, "BEGIN");
  await execute(one, "INSERT INTO t VALUES (1)");
  expect(await execute(one, "SELECT COUNT(*) AS N FROM t")).toEqual([{ N: 1 }]);
  expect(await execute(two, "SELECT COUNT(*) AS N FROM d.public.t")).toEqual([{ N: 0 }]);
  await execute(one, "ROLLBACK");
  await execute(one, "ALTER SESSION SET AUTOCOMMIT = FALSE");
  await execute(one, "INSERT INTO t VALUES (2)");
  expect(await execute(two, "SELECT COUNT(*) AS N FROM d.public.t")).toEqual([{ N: 0 }]);
  await execute(one, "COMMIT");
  expect(await execute(two, "SELECT a FROM d.public.t")).toEqual([{ A: 2 }]);
});

test("a failed statement is undone alone: its transaction goes on and commits", async () => {
  await open();
  const connection = await connect(server, ADMIN);
  const run = (sql: string) => execute(connection, sql);
  for (const sql of [
    "CREATE WAREHOUSE w",
    "CREATE DATABASE d",
    "CREATE TABLE src (a INT)",
    "CREATE STREAM s ON TABLE src",
    "INSERT INTO src VALUES (1), (2)",
    "CREATE TABLE t (a INT)",
    "BEGIN",
    "INSERT INTO t SELECT a FROM s",
  ])
    await run(sql);
  await execute(connection, "INSERT INTO t VALUES (?)", [7]);
  await expect(run("INSERT INTO t SELECT 1 / (a - a) FROM t")).rejects.toMatchObject({ code: "100051" });
  expect(await run("SELECT COUNT(*) AS N FROM t")).toEqual([{ N: 3 }]);
  await run("UPDATE t SET a = a * 10");
  await expect(run("SELECT TO_NUMBER('x' || a) FROM t")).rejects.toThrow();
  await run("COMMIT");
  expect(await run("SELECT a FROM t ORDER BY a")).toEqual([{ A: 10 }, { A: 20 }, { A: 70 }]);
  expect(await run("SELECT COUNT(*) AS N FROM s")).toEqual([{ N: 0 }]);
});

test("temporary tables end with their session", async () => {
  await open();
  const connection = await connect(server, ADMIN);
  await execute(connection, "CREATE DATABASE d");
  await execute(connection, "CREATE TEMPORARY TABLE t (a INT)");
  await new Promise<void>((done, fail) => connection.destroy((error) => (error ? fail(error) : done())));
  expect(server.account.services.catalog.listAll("TABLE")).toEqual([]);
});

test("PUT and GET move files to and from an internal stage", async () => {
  await open();
  const folder = mkdtempSync(join(tmpdir(), "firn-put-"));
  try {
    const connection = await connect(server, ADMIN);
    await execute(connection, "CREATE DATABASE d");
    await execute(connection, "CREATE STAGE s");
    writeFileSync(join(folder, "one.csv"), "1,2\n");
    const put = await execute(connection, `PUT file://${folder}/one.csv @s/in`);
    expect(put).toMatchObject([{ source: "one.csv", target: "one.csv.gz", status: "UPLOADED" }]);
    mkdirSync(join(folder, "out"));
    await execute(connection, `GET @s file://${folder}/out`);
    expect(gunzipSync(readFileSync(join(folder, "out", "one.csv.gz"))).toString()).toBe("1,2\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a temporary view is its session's alone and ends with it", async () => {
  await open();
  const [one, two] = [await connect(server, ADMIN), await connect(server, ADMIN)];
  await execute(one, "CREATE WAREHOUSE w");
  await execute(two, "USE WAREHOUSE w");
  await execute(one, "CREATE DATABASE d");
  await execute(one, "CREATE TEMPORARY VIEW v AS SELECT 1 AS n");
  expect(await execute(one, "SELECT n FROM v")).toEqual([{ N: 1 }]);
  await expect(execute(two, "SELECT n FROM d.public.v")).rejects.toMatchObject({ code: "002003" });
  await execute(two, "CREATE VIEW d.public.v AS SELECT 2 AS n");
  expect(await execute(two, "SELECT n FROM d.public.v")).toEqual([{ N: 2 }]);
  expect(await execute(one, "SELECT n FROM v")).toEqual([{ N: 1 }]);
  await new Promise<void>((done, fail) => one.destroy((error) => (error ? fail(error) : done())));
  expect(server.account.services.catalog.listAll("VIEW")).toHaveLength(1);
});
