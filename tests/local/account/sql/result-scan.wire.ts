import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of ["CREATE WAREHOUSE w", "CREATE DATABASE d", "ALTER SESSION SET TIMEZONE = 'UTC'"])
    await run(sql);
});
afterAll(() => server.stop());

/** A value of every type and its NULL, by turns. */
const every = (rows: number) => `SELECT SEQ8() AS n, IFF(n % 2 = 0, x, NULL) AS maybe, v.*
  FROM TABLE(GENERATOR(ROWCOUNT => ${rows})), (SELECT
    12345678901234567890123::NUMBER(38,0) AS wide, -1.05::NUMBER(10,2) AS d, -0.05::NUMBER(4,2) AS small, 0.5::FLOAT AS f,
    'é''\\\\' AS x, TRUE AS b, '1969-02-03'::DATE AS day, '12:34:56.789'::TIME AS tm,
    '1969-03-01 01:02:03.456'::TIMESTAMP_NTZ AS ntz, '2026-03-01 01:02:03.456'::TIMESTAMP_LTZ AS ltz,
    '1969-12-31 23:59:59.5 -0830'::TIMESTAMP_TZ AS tz, PARSE_JSON('{"a": [1, null, "q"]}') AS v,
    PARSE_JSON('null') AS json_null, [1, 2] AS a, X'00FF' AS bin, NULL::VARCHAR AS nothing) AS v ORDER BY n`;

test.each([10, 5000])("RESULT_SCAN of %i rows gives each value as it was", async (rows) => {
  const before = await run(every(rows));
  const after = await run("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) ORDER BY n");
  expect(after).toHaveLength(rows);
  expect(after.map((row) => JSON.stringify(row))).toEqual(before.map((row) => JSON.stringify(row)));
});

test("a large result keeps its types, can be joined with itself and be inserted", async () => {
  await run("SELECT SEQ8() AS n, (n / 4)::NUMBER(12, 2) AS q FROM TABLE(GENERATOR(ROWCOUNT => 100000))");
  await run("SET id = (SELECT LAST_QUERY_ID())");
  expect(
    await run(
      "SELECT COUNT(*) AS n, SUM(a.q + b.q) AS s FROM TABLE(RESULT_SCAN($id)) a JOIN TABLE(RESULT_SCAN($id)) b USING (n)",
    ),
  ).toEqual([{ N: 100000, S: 2499975000 }]);
  await run("CREATE TABLE kept AS SELECT * FROM TABLE(RESULT_SCAN($id))");
  await run("INSERT INTO kept SELECT * FROM TABLE(RESULT_SCAN($id))");
  expect(await run("SELECT COUNT(*) AS n, MAX(q) AS q FROM kept")).toEqual([{ N: 200000, Q: 24999.75 }]);
  expect(await run("DESCRIBE TABLE kept")).toMatchObject([
    { name: "N" },
    { name: "Q", type: "NUMBER(12,2)" },
  ]);
});
