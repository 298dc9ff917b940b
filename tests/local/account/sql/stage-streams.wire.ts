import type { Connection } from "snowflake-sdk";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);
const failure = (sql: string) =>
  run(sql).then(
    () => "no error",
    (error: Error) => error.message,
  );

beforeEach(async () => {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(Date.UTC(2030, 0, 1)),
  });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of [
    "CREATE WAREHOUSE w",
    "CREATE DATABASE d",
    "CREATE STAGE files DIRECTORY = (ENABLE = TRUE)",
    "CREATE TABLE seen (path VARCHAR)",
  ])
    await run(sql);
  await put("old.csv", "1");
  await refresh();
}, 60_000);
afterEach(() => server.stop());

const put = (name: string, value: string) =>
  run(
    `COPY INTO @files/${name} FROM (SELECT '${value}' AS v) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) SINGLE = TRUE OVERWRITE = TRUE`,
  );
const refresh = () => run("ALTER STAGE files REFRESH");
const changes = () =>
  column(
    "SELECT metadata$action || IFF(metadata$isupdate, '*', '') || ' ' || relative_path || ' ' || size FROM s ORDER BY 1",
  );
const hasData = async () => (await column("SELECT SYSTEM$STREAM_HAS_DATA('s')"))[0];

test("files that came, changed or went, once the directory table is refreshed", async () => {
  await run("CREATE STREAM s ON STAGE files");
  expect(await changes()).toEqual([]);
  await put("new.csv", "22");
  expect(await changes()).toEqual([]);
  expect(await hasData()).toBe(false);
  await refresh();
  expect(await changes()).toEqual(["INSERT new.csv 3"]);
  expect(await hasData()).toBe(true);
  await run("INSERT INTO seen SELECT relative_path FROM s");
  expect(await changes()).toEqual([]);
  expect(await hasData()).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await put("new.csv", "4444");
  expect(await changes()).toEqual([]);
  await refresh();
  await run("REMOVE @files/old.csv");
  expect(await changes()).toEqual(["DELETE old.csv 2", "DELETE* new.csv 3", "INSERT* new.csv 5"]);
  await run("BEGIN");
  await run("INSERT INTO seen SELECT relative_path FROM s");
  await run("ROLLBACK");
  expect(await changes()).toHaveLength(3);
});

test("it has the columns of a directory table, and is shown as one on a stage", async () => {
  await run(`CREATE STREAM "D"."PUBLIC"."S" ON STAGE "D"."PUBLIC"."FILES" COMMENT = 'c'`);
  await put("new.csv", "22");
  await refresh();
  expect(Object.keys((await run("SELECT * FROM s"))[0]!)).toEqual([
    "RELATIVE_PATH",
    "SIZE",
    "LAST_MODIFIED",
    "MD5",
    "ETAG",
    "FILE_URL",
    "METADATA$ACTION",
    "METADATA$ISUPDATE",
    "METADATA$ROW_ID",
  ]);
  expect((await run("SHOW STREAMS"))[0]).toMatchObject({
    name: "S",
    table_name: "FILES",
    source_type: "Stage",
    base_tables: "D.PUBLIC.FILES",
    mode: "DEFAULT",
    stale: "false",
  });
  expect(await column("SELECT GET_DDL('stream', 's')")).toEqual([
    "create or replace stream S on stage D.PUBLIC.FILES COMMENT='c';",
  ]);
  await run("CREATE STREAM copy CLONE s");
  expect(await column("SELECT COUNT(*) FROM copy")).toEqual([1]);
  await run("CREATE STAGE plain");
  expect(await failure("CREATE STREAM x ON STAGE plain")).toContain("does not have a directory table");
  expect(await failure("CREATE STREAM x ON STAGE files APPEND_ONLY = TRUE")).toContain("APPEND_ONLY");
  await run("DROP STAGE files");
  expect(await failure("SELECT * FROM s")).toContain("dropped, cannot read from stream");
});

test("a task that waits for it runs after the refresh", async () => {
  for (const sql of [
    "CREATE STREAM s ON STAGE files",
    "CREATE TASK t WAREHOUSE = w WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO seen SELECT relative_path FROM s",
    "ALTER TASK t RESUME",
  ])
    await run(sql);
  await put("new.csv", "22");
  await run("CALL FIRN$ADVANCE_CLOCK('2 minutes')");
  expect(await column("SELECT path FROM seen")).toEqual([]);
  await refresh();
  await run("CALL FIRN$ADVANCE_CLOCK('2 minutes')");
  expect(await column("SELECT path FROM seen")).toEqual(["new.csv"]);
});
