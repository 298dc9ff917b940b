import { Harness } from "./harness.ts";

describe("warehouses", () => {
  test("defaults, and what the provider sends, are read back", async () => {
    const account = await Harness.open();
    expect(await account.status('CREATE WAREHOUSE "LOAD_WH"')).toBe(
      "Warehouse LOAD_WH successfully created.",
    );
    expect(await account.one("SHOW WAREHOUSES LIKE 'load_wh'")).toMatchObject({
      name: "LOAD_WH",
      state: "STARTED",
      type: "STANDARD",
      size: "X-Small",
      min_cluster_count: 1,
      auto_suspend: 600,
      auto_resume: "true",
      owner: "ACCOUNTADMIN",
      resource_monitor: "null",
      scaling_policy: "STANDARD",
      is_current: "Y",
      generation: "1",
    });
    await account.run("ALTER WAREHOUSE load_wh SET GENERATION = '2'");
    expect(await account.one("SHOW WAREHOUSES LIKE 'load_wh'")).toMatchObject({ generation: "2" });
    await account.all(
      `CREATE WAREHOUSE "wh-2" WAREHOUSE_SIZE = 'XXLARGE' MAX_CLUSTER_COUNT = 3 MIN_CLUSTER_COUNT = 2 SCALING_POLICY = 'ECONOMY'
         AUTO_SUSPEND = 60 AUTO_RESUME = false INITIALLY_SUSPENDED = true COMMENT = 'it''s' STATEMENT_TIMEOUT_IN_SECONDS = 30`,
    );
    expect(await account.one(`SHOW WAREHOUSES LIKE 'wh-2'`)).toMatchObject({
      state: "SUSPENDED",
      size: "2X-Large",
      max_cluster_count: 3,
      auto_suspend: 60,
      auto_resume: "false",
      comment: "it's",
    });
    const parameter = `SHOW PARAMETERS LIKE 'STATEMENT_TIMEOUT%' IN WAREHOUSE "wh-2"`;
    expect(await account.one(parameter)).toMatchObject({ value: "30", level: "WAREHOUSE", type: "NUMBER" });
    await account.run(`ALTER WAREHOUSE "wh-2" SET STATEMENT_TIMEOUT_IN_SECONDS = NULL`);
    expect(await account.one(parameter)).toMatchObject({ value: "172800", level: "" });
    await account.run(`ALTER WAREHOUSE "wh-2" SET STATEMENT_TIMEOUT_IN_SECONDS = 30`);
    await account.run(`ALTER WAREHOUSE "wh-2" UNSET STATEMENT_TIMEOUT_IN_SECONDS, AUTO_SUSPEND`);
    expect(await account.one(parameter)).toMatchObject({ value: "172800", level: "" });
    expect(await account.one(`SHOW WAREHOUSES LIKE 'wh-2'`)).toMatchObject({ auto_suspend: 600 });
  });

  test("SET changes in place; suspend and resume reach compute", async () => {
    const account = await Harness.open();
    await account.all(
      "create warehouse w initially_suspended = true",
      "alter warehouse w set warehouse_size = MEDIUM, auto_suspend = null comment = 'x'",
      "alter warehouse w resume",
      "alter warehouse w resume if suspended",
      "alter warehouse w suspend",
      "alter warehouse w rename to w2",
    );
    expect(account.calls.resumed).toHaveLength(1);
    expect(account.calls.suspended).toHaveLength(1);
    expect(await account.one("show warehouses")).toMatchObject({
      name: "W2",
      size: "Medium",
      auto_suspend: null,
      state: "SUSPENDED",
      comment: "x",
    });
    expect(await account.error("alter warehouse w2 suspend")).toMatch(/^090064/);
  });

  test("mistakes name the token, the value, the warehouse", async () => {
    const account = await Harness.open();
    expect(await account.error("create warehouse w warehouse_siz = 'SMALL'")).toBe(
      "001003: SQL compilation error:\nsyntax error line 1 at position 19 unexpected 'warehouse_siz'.",
    );
    expect(await account.error("create warehouse w warehouse_size = 'HUGE'")).toContain(
      "invalid value [HUGE] for parameter 'WAREHOUSE_SIZE'",
    );
    expect(await account.error("create warehouse w min_cluster_count = 3 max_cluster_count = 2")).toMatch(
      /^001008/,
    );
    await account.run("create warehouse w");
    expect(await account.error("create warehouse w")).toBe(
      "002002: SQL compilation error:\nObject 'W' already exists.",
    );
    expect(await account.status("create warehouse if not exists w")).toBe(
      "W already exists, statement succeeded.",
    );
    expect(await account.error("drop warehouse nope")).toBe(
      "002003: SQL compilation error:\nWarehouse 'NOPE' does not exist or not authorized.",
    );
    expect(await account.status("drop warehouse if exists nope")).toBe(
      "Drop statement executed successfully (NOPE already dropped).",
    );
  });

  test("columns follow the documentation", async () => {
    const account = await Harness.open();
    expect((await account.columns("show warehouses")).slice(0, 12)).toEqual([
      "name",
      "state",
      "type",
      "size",
      "min_cluster_count",
      "max_cluster_count",
      "started_clusters",
      "running",
      "queued",
      "is_default",
      "is_current",
      "auto_suspend",
    ]);
  });
});
