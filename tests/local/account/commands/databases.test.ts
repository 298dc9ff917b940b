import { Harness } from "./harness.ts";

describe("databases and schemas", () => {
  test("creating one makes it current; SHOW lists what the provider reads", async () => {
    const account = await Harness.open();
    await account.run(`CREATE DATABASE "RAW" DATA_RETENTION_TIME_IN_DAYS = 7 COMMENT = 'landing'`);
    expect(await account.one("SHOW DATABASES LIKE 'RAW'")).toMatchObject({
      name: "RAW",
      is_current: "Y",
      owner: "ACCOUNTADMIN",
      comment: "landing",
      retention_time: "7",
      kind: "STANDARD",
      options: "",
      owner_role_type: "ROLE",
    });
    await account.run(
      `CREATE TRANSIENT SCHEMA "RAW"."CRM" WITH MANAGED ACCESS DATA_RETENTION_TIME_IN_DAYS = 1`,
    );
    expect((await account.run("SHOW SCHEMAS IN DATABASE RAW")).map((row) => row["name"])).toEqual([
      "CRM",
      "INFORMATION_SCHEMA",
      "PUBLIC",
    ]);
    expect(await account.one(`SHOW SCHEMAS LIKE 'CRM' IN DATABASE "RAW"`)).toMatchObject({
      options: "TRANSIENT, MANAGED ACCESS",
      retention_time: "1",
      is_current: "Y",
      database_name: "RAW",
    });
    expect(await account.run("SHOW SCHEMAS STARTS WITH 'P'")).toHaveLength(1);
    expect(await account.run("SHOW SCHEMAS LIMIT 1 FROM 'CRM'")).toMatchObject([
      { name: "INFORMATION_SCHEMA" },
    ]);
    expect(await account.columns("SHOW TERSE SCHEMAS")).toEqual([
      "created_on",
      "name",
      "kind",
      "database_name",
      "schema_name",
    ]);
  });

  test("parameters are inherited, their level is told, UNSET restores", async () => {
    const account = await Harness.open();
    await account.all(
      "create database d",
      "create schema s",
      "alter database d set SUSPEND_TASK_AFTER_NUM_FAILURES = 3, LOG_LEVEL = 'INFO'",
    );
    const shown = "show parameters like 'SUSPEND_TASK%' in schema d.s";
    expect(await account.one(shown)).toMatchObject({ value: "3", default: "10", level: "DATABASE" });
    await account.run("alter schema d.s set SUSPEND_TASK_AFTER_NUM_FAILURES = 5");
    expect(await account.one(shown)).toMatchObject({ value: "5", level: "SCHEMA" });
    await account.all(
      "alter schema s unset SUSPEND_TASK_AFTER_NUM_FAILURES",
      "alter database d unset SUSPEND_TASK_AFTER_NUM_FAILURES",
    );
    expect(await account.one(shown)).toMatchObject({ value: "10", level: "" });
    expect(await account.error("alter database d set DATA_RETENTION_TIME_IN_DAYS = 91")).toContain("[91]");
  });

  test("drop, undrop within retention, rename, swap", async () => {
    const account = await Harness.open();
    await account.all(
      "create database d",
      "create schema s1",
      "create schema s2 comment = 'two'",
      "drop database d",
    );
    expect(await account.error("use database d")).toMatch(/^002043/);
    expect(await account.run("show databases history like 'D'")).toHaveLength(1);
    await account.all(
      "undrop database d",
      "use schema d.s1",
      "alter schema s1 rename to s0",
      "alter schema s0 swap with s2",
    );
    expect(await account.one("show schemas like 'S0'")).toMatchObject({ comment: "two" });
    await account.run("drop schema s0");
    await account.clock.advance(account.clock.now() + 2 * 86_400_000);
    expect(await account.error("undrop schema d.s0")).toMatch(/did not exist or was purged/);
  });

  test("OR REPLACE makes a new object", async () => {
    const account = await Harness.open();
    await account.run("create database d comment = 'first'");
    const before = account.session.databaseId;
    await account.run("create or replace database d");
    expect(account.session.databaseId).not.toBe(before);
    expect(await account.run("show databases like 'd'")).toMatchObject([{ comment: "" }]);
  });
});
