import type { Connection } from "snowflake-sdk";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

const START = Date.UTC(2026, 0, 1);
let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);

async function open(): Promise<void> {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(START),
  });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of [
    "CREATE DATABASE d",
    "CREATE WAREHOUSE w AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE",
    "CREATE TABLE src (a INT)",
    "CREATE TABLE dst (a INT, at TIMESTAMP_NTZ)",
    "CREATE TABLE log (what VARCHAR)",
  ])
    await run(sql);
}
beforeEach(open);
afterEach(() => server.stop());

const history = () =>
  column(
    `SELECT name || ' ' || state || ' ' || attempt_number
     FROM TABLE(information_schema.task_history(result_limit => 1000)) ORDER BY graph_run_group_id, attempt_number, completed_time, name`,
  );

test("a graph: a condition on a stream, a join of predecessors, a return value, a finalizer", async () => {
  await run("CREATE STREAM s ON TABLE src");
  await run(
    "CREATE TASK root WAREHOUSE = w SCHEDULE = '1 MINUTE' WHEN SYSTEM$STREAM_HAS_DATA('S') AS SELECT 1",
  );
  await run(
    "CREATE TASK load WAREHOUSE = w AFTER root AS INSERT INTO dst SELECT a, CURRENT_TIMESTAMP()::TIMESTAMP_NTZ FROM s",
  );
  await run("CREATE TASK tell WAREHOUSE = w AFTER root AS CALL SYSTEM$SET_RETURN_VALUE('told')");
  await run(
    "CREATE TASK both WAREHOUSE = w AFTER load, tell AS INSERT INTO log SELECT SYSTEM$GET_PREDECESSOR_RETURN_VALUE('TELL')",
  );
  await run("CREATE TASK last WAREHOUSE = w FINALIZE = root AS INSERT INTO log VALUES ('final')");
  for (const task of ["last", "both", "tell", "load", "root"]) await run(`ALTER TASK ${task} RESUME`);
  await run("INSERT INTO src VALUES (1), (2)");
  await run("CALL FIRN$ADVANCE_CLOCK('2 minutes')");
  expect(await column("SELECT a FROM dst ORDER BY a")).toEqual([1, 2]);
  expect(await column("SELECT what FROM log ORDER BY what")).toEqual(["final", "told"]);
  expect((await history()).sort()).toEqual([
    "BOTH SUCCEEDED 1",
    "LAST SUCCEEDED 1",
    "LOAD SUCCEEDED 1",
    "ROOT SKIPPED 1",
    "ROOT SUCCEEDED 1",
    "TELL SUCCEEDED 1",
  ]);
});

test("a failing task is tried again, then suspended after the failures allowed", async () => {
  await run(
    `CREATE TASK bad WAREHOUSE = w SCHEDULE = '1 MINUTE' SUSPEND_TASK_AFTER_NUM_FAILURES = 2
     TASK_AUTO_RETRY_ATTEMPTS = 1 AS INSERT INTO dst SELECT 1/0, NULL`,
  );
  await run("ALTER TASK bad RESUME");
  await run("CALL FIRN$ADVANCE_CLOCK('10 minutes')");
  expect(await history()).toEqual([
    "BAD FAILED 1",
    "BAD FAILED 2",
    "BAD FAILED 1",
    "BAD FAILED_AND_AUTO_SUSPENDED 2",
  ]);
  expect((await run("SHOW TASKS"))[0]).toMatchObject({ state: "suspended" });
  expect(
    (
      await column(
        "SELECT DISTINCT error_code FROM TABLE(information_schema.task_history()) WHERE error_code IS NOT NULL",
      )
    )[0],
  ).toBe("100051");
});

test("the owner role needs EXECUTE TASK and its own privileges", async () => {
  await run("CREATE ROLE worker");
  await run("GRANT USAGE ON DATABASE d TO ROLE worker");
  await run("GRANT USAGE, CREATE TASK ON SCHEMA d.public TO ROLE worker");
  await run("GRANT USAGE ON WAREHOUSE w TO ROLE worker");
  await run("GRANT ROLE worker TO ROLE ACCOUNTADMIN");
  await run("USE ROLE worker");
  await run("USE SCHEMA d.public");
  await run("CREATE TASK t WAREHOUSE = w SCHEDULE = '1 MINUTE' AS INSERT INTO d.public.log VALUES ('x')");
  await run("USE ROLE ACCOUNTADMIN");
  await expect(run("EXECUTE TASK d.public.t")).rejects.toThrow(/EXECUTE TASK privilege/);
  await run("GRANT EXECUTE TASK ON ACCOUNT TO ROLE worker");
  await run("EXECUTE TASK d.public.t");
  await run("CALL FIRN$ADVANCE_CLOCK('1 second')");
  await run("GRANT INSERT ON TABLE d.public.log TO ROLE worker");
  await run("EXECUTE TASK d.public.t");
  await run("CALL FIRN$ADVANCE_CLOCK('1 second')");
  expect(await history()).toEqual(["T FAILED 1", "T SUCCEEDED 1"]);
  expect(await column("SELECT what FROM log")).toEqual(["x"]);
});

test("a triggered task runs when its stream has data, at most every 30 seconds; a serverless one is billed apart", async () => {
  await run("CREATE STREAM s ON TABLE src");
  await run(
    "CREATE TASK t USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'XSMALL' WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO dst SELECT a, NULL FROM s",
  );
  await run("ALTER TASK t RESUME");
  await run("INSERT INTO src VALUES (1)");
  await run("CALL FIRN$ADVANCE_CLOCK('1 second')");
  expect(await column("SELECT a FROM dst")).toEqual([1]);
  await run("INSERT INTO src VALUES (2)");
  await run("CALL FIRN$ADVANCE_CLOCK('10 seconds')");
  expect(await column("SELECT a FROM dst ORDER BY a")).toEqual([1]);
  await run("CALL FIRN$ADVANCE_CLOCK('20 seconds')");
  expect(await column("SELECT a FROM dst ORDER BY a")).toEqual([1, 2]);
  expect(await column("SELECT COUNT(*) FROM snowflake.account_usage.serverless_task_history")).toEqual([2]);
});

test("a month of schedules, suspensions and quotas gives the same ledger each time", async () => {
  const rehearse = async () => {
    await run(
      "CREATE RESOURCE MONITOR rm WITH CREDIT_QUOTA = 5 FREQUENCY = MONTHLY START_TIMESTAMP = IMMEDIATELY TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND",
    );
    await run("ALTER WAREHOUSE w SET RESOURCE_MONITOR = rm");
    await run("CREATE WAREHOUSE w2 WAREHOUSE_SIZE = MEDIUM AUTO_SUSPEND = 300 INITIALLY_SUSPENDED = TRUE");
    await run(
      "CREATE TASK hourly WAREHOUSE = w SCHEDULE = 'USING CRON 7 * * * * UTC' AS INSERT INTO log SELECT 'h' FROM log WHERE 1 = 0",
    );
    await run(
      "CREATE TASK nightly WAREHOUSE = w2 SCHEDULE = 'USING CRON 30 2 * * * Europe/Berlin' AS INSERT INTO log SELECT 'n' FROM log WHERE 1 = 0",
    );
    for (const task of ["hourly", "nightly"]) await run(`ALTER TASK ${task} RESUME`);
    const started = Date.now();
    await run("CALL FIRN$ADVANCE_CLOCK('31 days')");
    const seconds = (Date.now() - started) / 1000;
    const ledger = server.account.compute.ledger
      .intervals()
      .map((i) => [i.creditsPerHour, i.startedOn, i.endedOn]);
    const credits = await column(
      "SELECT warehouse_name || ' ' || ROUND(SUM(credits_used), 4) FROM snowflake.account_usage.warehouse_metering_history GROUP BY warehouse_name ORDER BY 1",
    );
    return { ledger, credits, seconds };
  };
  const first = await rehearse();
  await server.stop();
  await open();
  const second = await rehearse();
  expect(second.ledger).toEqual(first.ledger);
  expect(second.credits).toEqual(first.credits);
  // W: a run an hour, idle from the start, suspended at the check after 60 s: 60 s each, until 5 credits are used.
  expect(first.credits[0]).toMatch(/^W 5\.0/);
  // W2: 31 nights of 300 s at 4 credits an hour.
  expect(first.credits[1]).toBe(`W2 ${((31 * 300 * 4) / 3600).toFixed(4)}`);
  expect(first.seconds).toBeLessThan(60);
}, 180_000);

describe("a condition of streams", () => {
  const withStreams = async (condition: string): Promise<void> => {
    await run("CREATE TABLE other (a INT)");
    await run("CREATE STREAM s1 ON TABLE src");
    await run("CREATE STREAM s2 ON TABLE other");
    await run(
      `CREATE TASK t WAREHOUSE = w SCHEDULE = '1 MINUTE' WHEN ${condition} AS INSERT INTO log VALUES ('ran')`,
    );
    await run("ALTER TASK t RESUME");
  };
  const ran = async (): Promise<number> => {
    await run("CALL FIRN$ADVANCE_CLOCK('1 minute')");
    return (await run("SELECT * FROM log")).length;
  };

  test.each([
    ["SYSTEM$STREAM_HAS_DATA('S1') OR SYSTEM$STREAM_HAS_DATA('S2')", [0, 1, 2]],
    ["SYSTEM$STREAM_HAS_DATA('S1') AND SYSTEM$STREAM_HAS_DATA('S2')", [0, 0, 1]],
    ["NOT SYSTEM$STREAM_HAS_DATA('S1')", [1, 1, 1]],
    // One that asks something else is run as a query.
    ["SYSTEM$STREAM_HAS_DATA('S1') AND 1 = 1", [0, 1, 2]],
  ])("%s sees each change of its streams, and of nothing else", async (condition, expected) => {
    await withStreams(condition);
    const seen = [await ran()];
    await run("INSERT INTO src VALUES (1)");
    seen.push(await ran());
    await run("INSERT INTO other VALUES (1)");
    seen.push(await ran());
    expect(seen).toEqual(expected);
  });

  test("is false again as soon as the stream was read, whatever was asked before", async () => {
    await withStreams("SYSTEM$STREAM_HAS_DATA('S1')");
    await run("INSERT INTO src VALUES (1)");
    expect(await ran()).toBe(1);
    await run("INSERT INTO dst SELECT a, NULL FROM s1");
    expect(await ran()).toBe(1);
  });

  test("is asked anew when a stream is made anew, and fails where one is gone or was taken away", async () => {
    await withStreams("SYSTEM$STREAM_HAS_DATA('S1') OR SYSTEM$STREAM_HAS_DATA('S2')");
    expect(await ran()).toBe(0);
    await run("CREATE OR REPLACE STREAM s2 ON TABLE src SHOW_INITIAL_ROWS = TRUE");
    await run("INSERT INTO src VALUES (1)");
    await run("DROP STREAM s1");
    expect(await ran()).toBe(0);
    const [last] = await column(
      "SELECT state FROM TABLE(information_schema.task_history()) ORDER BY scheduled_time DESC",
    );
    expect(last).toBe("FAILED");
  });
});
