import { Harness } from "./harness.ts";

async function orders(): Promise<Harness> {
  const account = await Harness.open();
  await account.all(
    "create database d",
    "create schema s",
    "create warehouse w",
    "create table orders (id int, amount int)",
  );
  return account;
}

const MADE =
  "create dynamic table dt target_lag = '2 minutes' warehouse = w as select id, amount from orders";

describe("dynamic tables", () => {
  test("as the provider creates, reads, changes and drops one", async () => {
    const account = await orders();
    const created = await account.status(
      `CREATE DYNAMIC TABLE "D"."S"."DT" TARGET_LAG = '2 minutes' INITIALIZE = ON_CREATE REFRESH_MODE = AUTO WAREHOUSE = "W" COMMENT = 'c' AS SELECT id FROM orders`,
    );
    expect(created).toBe("Dynamic table DT successfully created.");
    expect(account.calls.refreshed).toHaveLength(1);
    expect(await account.one(`SHOW DYNAMIC TABLES LIKE 'DT' IN SCHEMA "D"."S"`)).toMatchObject({
      name: "DT",
      database_name: "D",
      schema_name: "S",
      target_lag: "2 minutes",
      refresh_mode: "INCREMENTAL",
      warehouse: "W",
      comment: "c",
      scheduling_state: "RUNNING",
      // The provider reads refresh_mode and initialize of this text.
      text: "CREATE DYNAMIC TABLE D.S.DT comment = 'c' lag = '2 minutes' refresh_mode = 'AUTO' initialize = 'ON_CREATE' warehouse = W AS SELECT id FROM orders",
    });
    await account.all(
      `ALTER DYNAMIC TABLE "D"."S"."DT" SET TARGET_LAG = DOWNSTREAM WAREHOUSE = "W"`,
      `COMMENT ON DYNAMIC TABLE "D"."S"."DT" IS 'other'`,
    );
    expect(await account.one("show dynamic tables")).toMatchObject({
      target_lag: "DOWNSTREAM",
      comment: "other",
    });
    expect(await account.run("describe dynamic table dt")).toMatchObject([
      { name: "ID", type: "NUMBER(38,0)", kind: "COLUMN", "null?": "Y" },
    ]);
    expect(await account.one("show tables like 'dt'")).toMatchObject({ kind: "TABLE", is_dynamic: "Y" });
    expect(await account.one("show objects like 'dt'")).toMatchObject({ kind: "TABLE", is_dynamic: "Y" });
    expect(await account.status("drop dynamic table dt")).toBe("DT successfully dropped.");
    expect(await account.status("undrop dynamic table dt")).toBe("Dynamic table DT successfully restored.");
  });

  test("columns may be named, typed, commented; the options are checked", async () => {
    const account = await orders();
    await account.run(
      "create transient dynamic table dt (a number(10,0) comment 'key', b) target_lag = 'DOWNSTREAM' warehouse = w initialize = on_schedule cluster by (a) data_retention_time_in_days = 1 as select id, amount * 2 from orders",
    );
    expect(await account.run("describe table dt")).toMatchObject([
      { name: "A", type: "NUMBER(10,0)", comment: "key" },
      { name: "B" },
    ]);
    expect(account.calls.refreshed).toEqual([]);
    expect(await account.error(MADE)).toMatch(/^002002: .*already exists/s);
    for (const [statement, error] of [
      ["create dynamic table x warehouse = w as select 1 as a", "Missing option(s): [TARGET_LAG]"],
      ["create dynamic table x as select 1 as a", "Missing option(s): [WAREHOUSE, TARGET_LAG]"],
      [MADE.replace(" dt ", " x ").replace("2 minutes", "30 seconds"), "invalid value [30 seconds]"],
      [MADE.replace(" dt ", " x ").replace("2 minutes", "often"), "invalid value [often]"],
      [MADE.replace(" dt ", " x (a) "), "Invalid column definition list"],
      [`${MADE.replace(" dt ", " x ")} sample (10)`, "SAMPLE in a dynamic table"],
      [
        "create temporary dynamic table x target_lag = downstream warehouse = w as select 1 as a",
        "TEMPORARY",
      ],
    ] as const)
      expect(await account.error(statement)).toContain(error);
  });

  test("what reads a stream, a stage or a view of another dynamic table is refused", async () => {
    const account = await orders();
    await account.all(
      MADE,
      "create stream st on table orders",
      "create view v as select id from dt",
      "create stage files directory = (enable = true)",
    );
    const make = (query: string) =>
      account.error(`create dynamic table x target_lag = '2 minutes' warehouse = w as ${query}`);
    expect(await make("select id from st")).toContain("stream in a dynamic table");
    expect(await make("select id from v")).toContain("a view of a dynamic table");
    expect(await make("select relative_path from directory(@files)")).toContain("a stage in a dynamic table");
  });

  test("GET_DDL makes it again", async () => {
    const account = await orders();
    await account.run(MADE);
    const { getDdl } = await import("../../../../local/account/commands/relations/get-ddl.ts");
    const ddl = getDdl(account.context(""), "DYNAMIC_TABLE", "dt", false);
    expect(ddl).toBe(
      "create or replace dynamic table DT(\n\tID,\n\tAMOUNT\n) target_lag = '2 minutes' refresh_mode = AUTO initialize = ON_CREATE warehouse = W\n as select id, amount from orders;",
    );
    expect(await account.status(ddl)).toBe("Dynamic table DT successfully created.");
  });

  test("a failed first refresh leaves nothing behind, and what it should have replaced", async () => {
    const account = await orders();
    await account.run(MADE);
    account.services.runtime.dynamicTables.refresh = async () => {
      throw new Error("the query failed");
    };
    await expect(account.run(MADE.replace("create", "create or replace"))).rejects.toThrow(
      "the query failed",
    );
    expect(await account.run("show dynamic tables")).toHaveLength(1);
    expect(account.services.catalog.listAll("DYNAMIC_TABLE")).toHaveLength(1);
  });

  test("AUTO is incremental where the query allows it; INCREMENTAL is refused where it does not", async () => {
    const account = await orders();
    const make = (mode: string, name: string, query: string) =>
      `create dynamic table ${name} target_lag = '2 minutes' warehouse = w refresh_mode = ${mode} as ${query}`;
    const limited = "select id from orders limit 1";
    await account.run(make("incremental", "a", "select id from orders"));
    await account.run(make("auto", "b", limited));
    await account.run(make("auto", "c", "select id from b"));
    expect(await account.error(make("incremental", "d", limited))).toContain(
      "Incremental refresh is not supported with LIMIT.",
    );
    expect(await account.run("show dynamic tables")).toMatchObject([
      { name: "A", refresh_mode: "INCREMENTAL", refresh_mode_reason: null },
      {
        name: "B",
        refresh_mode: "FULL",
        refresh_mode_reason: "Incremental refresh is not supported with LIMIT.",
      },
      { name: "C", refresh_mode: "FULL" },
    ]);
  });
});
