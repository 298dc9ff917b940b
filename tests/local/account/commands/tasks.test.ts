import { Harness } from "./harness.ts";

async function ops(): Promise<Harness> {
  const account = await Harness.open();
  await account.all(
    "create warehouse w initially_suspended = true",
    "create database ops",
    "create schema pipeline",
    `CREATE TASK "OPS"."PIPELINE"."ROOT" WAREHOUSE = "W" SCHEDULE = '1 MINUTE' USER_TASK_TIMEOUT_MS = 60000 SUSPEND_TASK_AFTER_NUM_FAILURES = 3
       COMMENT = 'root' WHEN SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."A"') AS SELECT 1`,
    `CREATE TASK "OPS"."PIPELINE"."CHILD" WAREHOUSE = "W" AFTER "OPS"."PIPELINE"."ROOT" AS BEGIN INSERT INTO t VALUES (1); END`,
  );
  return account;
}

describe("tasks", () => {
  test("what was created is read back as written", async () => {
    const account = await ops();
    expect(await account.one('SHOW TASKS LIKE \'ROOT\' IN SCHEMA "OPS"."PIPELINE"')).toMatchObject({
      name: "ROOT",
      warehouse: "W",
      schedule: "1 MINUTE",
      state: "suspended",
      predecessors: "[]",
      definition: "SELECT 1",
      condition: `SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."A"')`,
      allow_overlapping_execution: "false",
      error_integration: "null",
      owner: "ACCOUNTADMIN",
    });
    expect(await account.one("describe task child")).toMatchObject({
      definition: "BEGIN INSERT INTO t VALUES (1); END",
      task_relations: '{"Predecessors":["OPS.PIPELINE.ROOT"]}',
    });
    expect(await account.one("show parameters like 'USER_TASK_TIMEOUT%' in task root")).toMatchObject({
      value: "60000",
      level: "TASK",
    });
    expect(await account.run("show tasks root only")).toHaveLength(1);
  });

  test("a graph changes only while its root is suspended", async () => {
    const account = await ops();
    await account.all("alter task child resume", "alter task root resume");
    const refused =
      "091089: SQL compilation error:\nUnable to update graph with root task OPS.PIPELINE.ROOT since that root task is not suspended.";
    expect(await account.error("alter task child set comment = 'x' warehouse = w")).toBe(refused);
    expect(await account.error("create task c2 warehouse = w after root as select 1")).toBe(refused);
    expect(await account.error("alter task root set schedule = '2 MINUTE'")).toBe(refused);
    await account.all(
      "alter task root suspend",
      "alter task root set schedule = 'USING CRON 0 9-17 * * SUN America/Los_Angeles'",
    );
    expect(await account.one("show tasks like 'root'")).toMatchObject({
      schedule: "USING CRON 0 9-17 * * SUN America/Los_Angeles",
      last_suspended_reason: "USER_SUSPENDED",
    });
  });

  test("cycles, schedules on children, wrong schedules, missing rights", async () => {
    const account = await ops();
    expect(await account.error("alter task root add after child")).toMatch(/cannot have a schedule/);
    await account.run("alter task root unset schedule");
    expect(await account.error("alter task root add after child")).toContain(
      "Graph has at least one cycle containing task OPS.PIPELINE.ROOT",
    );
    expect(await account.error("create task x schedule = '1 fortnight' as select 1")).toMatch(/^091073/);
    expect(await account.error("create task x schedule = 'USING CRON 99 * * * * UTC' as select 1")).toMatch(
      /^091073/,
    );
    await account.all("create task y as select 1");
    expect(await account.error("alter task y resume")).toMatch(/neither a schedule/);
    await account.all(
      "alter task y set schedule = '1 HOUR'",
      "create role owner",
      "grant role owner to role accountadmin",
      "grant ownership on task y to role owner",
    );
    expect(await account.error("alter task y resume")).toMatch(
      /EXECUTE MANAGED TASK privilege must be granted/,
    );
  });

  test("a dropped predecessor leaves its children standing alone", async () => {
    const account = await ops();
    await account.run("drop task root");
    expect(await account.one("describe task child")).toMatchObject({ predecessors: "[]" });
  });

  test("EXECUTE TASK reaches the scheduler", async () => {
    const account = await ops();
    await account.run("execute task root");
    expect(account.calls.executed).toHaveLength(1);
    expect(await account.error("execute task child")).toMatch(/not a root task/);
  });
});
