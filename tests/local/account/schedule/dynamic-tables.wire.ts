import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "snowflake-sdk";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

const START = Date.UTC(2026, 0, 1);
let dir: string;
let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);
const advance = (interval: string) => run(`CALL FIRN$ADVANCE_CLOCK('${interval}')`);

async function open(start = START): Promise<void> {
  server = await startAccountServer({
    dataDir: dir,
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(start),
  });
  connection = await connect(server, { username: "ADMIN", password: "x" });
}
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-dynamic-"));
  await open();
  for (const sql of [
    "CREATE DATABASE d",
    "CREATE WAREHOUSE w AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE",
    "USE WAREHOUSE w",
    "CREATE TABLE orders (id INT, customer VARCHAR, amount INT)",
    "INSERT INTO orders VALUES (1, 'a', 10), (2, 'b', 20), (3, 'a', 5)",
  ])
    await run(sql);
});
afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const history = () =>
  column(
    `SELECT name || ' ' || state || ' ' || COALESCE(refresh_action, '-') || ' ' || refresh_trigger
     FROM TABLE(information_schema.dynamic_table_refresh_history(result_limit => 1000))
     ORDER BY refresh_start_time, data_timestamp, name`,
  );
const totals = () => column("SELECT customer || '=' || total FROM totals ORDER BY 1");
const TOTALS = "AS SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer";

test("it is filled at creation, follows its source within its lag, and costs its warehouse only when there is news", async () => {
  await run(`CREATE DYNAMIC TABLE totals TARGET_LAG = '1 minute' WAREHOUSE = w ${TOTALS}`);
  expect(await totals()).toEqual(["a=15", "b=20"]);
  await run("INSERT INTO orders VALUES (4, 'c', 1)");
  await run("DELETE FROM orders WHERE id = 2");
  expect(await totals()).toEqual(["a=15", "b=20"]);
  await advance("60 seconds");
  expect(await totals()).toEqual(["a=15", "c=1"]);
  await advance("48 seconds");
  expect(await history()).toEqual([
    "TOTALS SUCCEEDED INCREMENTAL CREATION",
    "TOTALS SUCCEEDED INCREMENTAL SCHEDULED",
    "TOTALS SUCCEEDED NO_DATA SCHEDULED",
  ]);
  const [shown] = await run("SHOW DYNAMIC TABLES");
  expect(shown).toMatchObject({
    name: "TOTALS",
    rows: 2,
    target_lag: "1 minute",
    refresh_mode: "INCREMENTAL",
    warehouse: "W",
    scheduling_state: "RUNNING",
  });
  const statistics = await column(
    "SELECT statistics FROM TABLE(information_schema.dynamic_table_refresh_history(name => 'totals')) WHERE refresh_trigger = 'SCHEDULED' AND refresh_action = 'INCREMENTAL'",
  );
  expect(statistics).toEqual([{ numDeletedRows: 1, numInsertedRows: 1 }]);
  const ran = await run(
    `SELECT q.user_name, q.role_name, q.warehouse_name, q.execution_status
     FROM TABLE(information_schema.query_history(result_limit => 1000)) q
     JOIN TABLE(information_schema.dynamic_table_refresh_history()) r ON q.query_id = r.query_id`,
  );
  expect(ran).toHaveLength(2);
  expect(ran[0]).toEqual({
    USER_NAME: "SYSTEM",
    ROLE_NAME: "ACCOUNTADMIN",
    WAREHOUSE_NAME: "W",
    EXECUTION_STATUS: "SUCCESS",
  });
  // An hour in which nothing comes costs no credit: the warehouse sleeps.
  await advance("10 minutes");
  const credits = () =>
    column("SELECT SUM(credits_used) FROM snowflake.account_usage.warehouse_metering_history");
  expect((await run("SHOW WAREHOUSES LIKE 'w'"))[0]).toMatchObject({ state: "SUSPENDED" });
  const before = await credits();
  await advance("1 hour");
  expect(await credits()).toEqual(before);
});

test("a chain is refreshed from its source at one data timestamp; DOWNSTREAM goes by those that read it", async () => {
  await run(`CREATE DYNAMIC TABLE totals TARGET_LAG = DOWNSTREAM WAREHOUSE = w ${TOTALS}`);
  await advance("10 minutes");
  expect(await history()).toEqual(["TOTALS SUCCEEDED INCREMENTAL CREATION"]);
  await run(
    "CREATE DYNAMIC TABLE big TARGET_LAG = '2 minutes' WAREHOUSE = w AS SELECT customer FROM totals WHERE total > 10",
  );
  await run("INSERT INTO orders VALUES (5, 'z', 99)");
  await advance("2 minutes");
  expect(await column("SELECT customer FROM big ORDER BY 1")).toEqual(["a", "b", "z"]);
  const timestamps = await run(
    "SELECT name, latest_data_timestamp FROM TABLE(information_schema.dynamic_tables()) ORDER BY name",
  );
  expect(timestamps[0]!["LATEST_DATA_TIMESTAMP"]).toEqual(timestamps[1]!["LATEST_DATA_TIMESTAMP"]);
  expect(
    await run(
      "SELECT name, inputs, target_lag_type FROM TABLE(information_schema.dynamic_table_graph_history()) ORDER BY name",
    ),
  ).toEqual([
    {
      NAME: "BIG",
      INPUTS: [{ kind: "DYNAMIC_TABLE", name: "D.PUBLIC.TOTALS" }],
      TARGET_LAG_TYPE: "USER_DEFINED",
    },
    { NAME: "TOTALS", INPUTS: [{ kind: "TABLE", name: "D.PUBLIC.ORDERS" }], TARGET_LAG_TYPE: "DOWNSTREAM" },
  ]);
  await expect(
    run("CREATE DYNAMIC TABLE soon TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT * FROM big"),
  ).rejects.toThrow(/must not be shorter than '2 minutes'/);
});

test("SUSPEND goes down the graph and RESUME takes back what it did; REFRESH works on a suspended one", async () => {
  await run(`CREATE DYNAMIC TABLE totals TARGET_LAG = '1 minute' WAREHOUSE = w ${TOTALS}`);
  await run(
    "CREATE DYNAMIC TABLE names TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT customer FROM totals",
  );
  await run("CREATE DYNAMIC TABLE more TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT customer FROM totals");
  await run("ALTER DYNAMIC TABLE more SUSPEND");
  await run("ALTER DYNAMIC TABLE totals SUSPEND");
  const states = () =>
    column(
      "SELECT name || ' ' || scheduling_state:state::STRING || COALESCE(' ' || scheduling_state:reason_code::STRING, '') FROM TABLE(information_schema.dynamic_table_graph_history()) ORDER BY 1",
    );
  expect(await states()).toEqual([
    "MORE SUSPENDED USER_SUSPENDED",
    "NAMES SUSPENDED UPSTREAM_USER_SUSPENDED",
    "TOTALS SUSPENDED USER_SUSPENDED",
  ]);
  await run("INSERT INTO orders VALUES (6, 'q', 1)");
  await advance("10 minutes");
  expect(await column("SELECT customer FROM names ORDER BY 1")).toEqual(["a", "b"]);
  await run("ALTER DYNAMIC TABLE names REFRESH");
  expect(await column("SELECT customer FROM names ORDER BY 1")).toEqual(["a", "b", "q"]);
  await expect(run("ALTER DYNAMIC TABLE names RESUME")).rejects.toThrow(
    /TOTALS, which it reads, is suspended/,
  );
  await run("ALTER DYNAMIC TABLE totals RESUME");
  expect(await states()).toEqual(["MORE SUSPENDED USER_SUSPENDED", "NAMES ACTIVE", "TOTALS ACTIVE"]);
});

test("five scheduled failures suspend it and those that read it; the error is in the history", async () => {
  await run(
    "CREATE DYNAMIC TABLE shares TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT id, 1 / amount AS share FROM orders",
  );
  await run("CREATE DYNAMIC TABLE below TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT share FROM shares");
  await run("INSERT INTO orders VALUES (7, 'n', 0)");
  await expect(run("ALTER DYNAMIC TABLE shares REFRESH")).rejects.toThrow(/Division by zero/);
  await expect(run("ALTER DYNAMIC TABLE below REFRESH")).rejects.toMatchObject({ code: "002753" });
  await advance("10 minutes");
  const failed = await run(
    `SELECT name, state, state_code, COUNT(*) AS n
     FROM TABLE(information_schema.dynamic_table_refresh_history(error_only => TRUE, result_limit => 1000))
     WHERE refresh_trigger = 'SCHEDULED' GROUP BY ALL ORDER BY name`,
  );
  expect(failed).toEqual([
    { NAME: "BELOW", STATE: "UPSTREAM_FAILED", STATE_CODE: "UPSTREAM_FAILURE", N: 5 },
    { NAME: "SHARES", STATE: "FAILED", STATE_CODE: "100051", N: 5 },
  ]);
  expect(await column("SELECT COUNT(*) FROM shares")).toEqual([3]);
  expect((await run("SHOW DYNAMIC TABLES")).map((row) => row["scheduling_state"])).toEqual([
    "SUSPENDED",
    "SUSPENDED",
  ]);
  await run("DELETE FROM orders WHERE amount = 0");
  await run("ALTER DYNAMIC TABLE shares RESUME");
  await advance("1 minute");
  expect((await run("SHOW DYNAMIC TABLES")).map((row) => row["scheduling_state"])).toEqual([
    "RUNNING",
    "RUNNING",
  ]);
});

test("ON_SCHEDULE is not initialized until its first refresh; Time Travel, clones and UNDROP see rows as they were", async () => {
  await run(
    `CREATE DYNAMIC TABLE totals TARGET_LAG = '1 minute' WAREHOUSE = w INITIALIZE = ON_SCHEDULE ${TOTALS}`,
  );
  await expect(run("SELECT * FROM totals")).rejects.toMatchObject({ code: "002741" });
  await advance("1 minute");
  expect(await totals()).toEqual(["a=15", "b=20"]);
  await run("INSERT INTO orders VALUES (8, 'b', 2)");
  await advance("1 minute");
  expect(await totals()).toEqual(["a=15", "b=22"]);
  expect(await column("SELECT total FROM totals AT(OFFSET => -60) WHERE customer = 'b'")).toEqual([20]);
  await run("CREATE DYNAMIC TABLE copy CLONE totals");
  expect(await column("SELECT total FROM copy WHERE customer = 'b'")).toEqual([22]);
  expect((await run("SHOW DYNAMIC TABLES LIKE 'copy'"))[0]).toMatchObject({
    scheduling_state: "SUSPENDED",
    is_clone: "true",
  });
  await run("ALTER DYNAMIC TABLE copy RESUME");
  await run("INSERT INTO orders VALUES (9, 'b', 1)");
  await advance("1 minute");
  expect(await column("SELECT total FROM copy WHERE customer = 'b'")).toEqual([23]);
  await run("DROP DYNAMIC TABLE totals");
  await expect(run("SELECT * FROM totals")).rejects.toThrow(/does not exist/);
  await run("UNDROP DYNAMIC TABLE totals");
  expect(await column("SELECT total FROM totals WHERE customer = 'b'")).toEqual([23]);
});

test("refreshes have the owner's rights; OPERATE, MONITOR and SELECT open what the documentation says", async () => {
  for (const sql of [
    "CREATE ROLE maker",
    "CREATE ROLE reader",
    "GRANT ROLE maker TO USER ADMIN",
    "GRANT ROLE reader TO USER ADMIN",
    "GRANT USAGE ON DATABASE d TO ROLE maker",
    "GRANT USAGE, CREATE DYNAMIC TABLE ON SCHEMA d.public TO ROLE maker",
    "GRANT SELECT ON TABLE orders TO ROLE maker",
    "GRANT USAGE ON WAREHOUSE w TO ROLE maker",
    "GRANT USAGE ON DATABASE d TO ROLE reader",
    "GRANT USAGE ON SCHEMA d.public TO ROLE reader",
    "GRANT USAGE ON WAREHOUSE w TO ROLE reader",
    "USE SECONDARY ROLES NONE",
    "USE ROLE maker",
    `CREATE DYNAMIC TABLE totals TARGET_LAG = '1 minute' WAREHOUSE = w ${TOTALS}`,
    "GRANT SELECT ON DYNAMIC TABLE totals TO ROLE reader",
    "USE ROLE reader",
  ])
    await run(sql);
  expect(await totals()).toEqual(["a=15", "b=20"]);
  await expect(run("SELECT * FROM orders")).rejects.toThrow(/does not exist or not authorized/);
  expect((await run("SHOW DYNAMIC TABLES"))[0]).toMatchObject({
    name: "TOTALS",
    text: null,
    warehouse: null,
  });
  expect(await history()).toEqual([]);
  await expect(run("ALTER DYNAMIC TABLE totals REFRESH")).rejects.toThrow(/Insufficient privileges/);
  await expect(run("INSERT INTO totals VALUES ('x', 1)")).rejects.toThrow(/DML on dynamic table/);
  await run("USE ROLE maker");
  await run("GRANT MONITOR ON DYNAMIC TABLE totals TO ROLE reader");
  await run("USE ROLE reader");
  expect(await history()).toEqual(["TOTALS SUCCEEDED INCREMENTAL CREATION"]);
  await expect(run("ALTER DYNAMIC TABLE totals SUSPEND")).rejects.toThrow(/Insufficient privileges/);
  await run("USE ROLE maker");
  await run("GRANT OPERATE ON DYNAMIC TABLE totals TO ROLE reader");
  await run("USE ROLE reader");
  await run("ALTER DYNAMIC TABLE totals REFRESH");
  await run("ALTER DYNAMIC TABLE totals SET TARGET_LAG = '5 minutes'");
  await expect(run("ALTER DYNAMIC TABLE totals SET COMMENT = 'x'")).rejects.toThrow(
    /Insufficient privileges/,
  );
  await run("USE ROLE ACCOUNTADMIN");
  await run("REVOKE SELECT ON TABLE orders FROM ROLE maker");
  await run("USE ROLE maker");
  await expect(run("ALTER DYNAMIC TABLE totals REFRESH")).rejects.toThrow(/does not exist or not authorized/);
});

test("a stream on a dynamic table shows only the rows that a refresh changed", async () => {
  await run(`CREATE DYNAMIC TABLE totals TARGET_LAG = '1 minute' WAREHOUSE = w ${TOTALS}`);
  await run("CREATE STREAM changes ON DYNAMIC TABLE totals");
  await run("INSERT INTO orders VALUES (10, 'a', 1)");
  await advance("1 minute");
  expect(await run("SELECT customer, total, METADATA$ACTION FROM changes ORDER BY total")).toEqual([
    { CUSTOMER: "a", TOTAL: 15, METADATA$ACTION: "DELETE" },
    { CUSTOMER: "a", TOTAL: 16, METADATA$ACTION: "INSERT" },
  ]);
});

test("what it holds, and what was refreshed, is there after a restart", async () => {
  await run(`CREATE DYNAMIC TABLE totals TARGET_LAG = '1 minute' WAREHOUSE = w ${TOTALS}`);
  await advance("3 minutes");
  const before = await history();
  await server.stop();
  await open(START + 4 * 60_000);
  await run("USE SCHEMA d.public");
  await run("USE WAREHOUSE w");
  expect(await totals()).toEqual(["a=15", "b=20"]);
  expect(await history()).toEqual(before);
  await run("INSERT INTO orders VALUES (11, 'd', 4)");
  await advance("1 minute");
  expect(await totals()).toEqual(["a=15", "b=20", "d=4"]);
});
