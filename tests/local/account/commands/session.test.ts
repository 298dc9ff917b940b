import { Harness } from "./harness.ts";

describe("session", () => {
  test("USE changes the context; hidden or missing objects give one error", async () => {
    const account = await Harness.open();
    await account.all("create database a", "create schema s", "create database b", "use a.s");
    expect(account.services.catalog.get(account.session.schemaId!)?.name).toBe("S");
    await account.run("use database b");
    expect(account.services.catalog.get(account.session.schemaId!)?.name).toBe("PUBLIC");
    await account.run("use schema a.public");
    const missing = await account.error("use database nope");
    await account.run("use role public");
    expect(await account.error("use database a")).toBe(missing);
  });

  test("parameters: session over user over account, values checked, UNSET", async () => {
    const account = await Harness.open();
    const shown = "show parameters like 'TIMEZONE' in session";
    await account.all("alter account set timezone = 'UTC'", "alter user admin set timezone = 'Asia/Tokyo'");
    expect(await account.one(shown)).toMatchObject({ value: "Asia/Tokyo", level: "USER", type: "STRING" });
    await account.run("alter session set timezone = 'Europe/Paris' query_tag = 'x'");
    expect(await account.one(shown)).toMatchObject({ value: "Europe/Paris", level: "SESSION" });
    await account.all("alter session unset timezone", "alter user admin unset timezone");
    expect(await account.one(shown)).toMatchObject({ value: "UTC", level: "ACCOUNT" });
    expect(await account.error("alter session set timezone = 'Moon/Base'")).toMatch(/^001008/);
    expect(await account.error("alter session set week_start = 9")).toMatch(/\[9\]/);
    expect(await account.error("alter session set no_such = 1")).toBe(
      "001006: SQL compilation error:\ninvalid parameter 'NO_SUCH'",
    );
    await account.run("use role public");
    expect(await account.error("alter account set timezone = 'UTC'")).toMatch(/^003001/);
  });

  test("COMMENT ON objects and columns", async () => {
    const account = await Harness.open();
    await account.all(
      "create database d",
      "create schema s",
      "create table t (a int)",
      "comment on table t is 'table'",
      "comment on column t.a is 'column'",
      "comment on database d is 'database'",
      "comment if exists on view nope is 'x'",
    );
    expect(await account.one("show tables")).toMatchObject({ comment: "table" });
    expect(await account.one("describe table t")).toMatchObject({ comment: "column" });
    expect(await account.one("show databases like 'd'")).toMatchObject({ comment: "database" });
    expect(await account.error("comment on column t.nope is 'x'")).toMatch(/invalid identifier/);
  });

  test("transactions and variables", async () => {
    const account = await Harness.open();
    await account.run("begin name t1");
    expect(account.session.transaction).not.toBeNull();
    expect(await account.run("show transactions")).toHaveLength(1);
    await account.run("create database d");
    expect(account.session.transaction).toBeNull();
    await account.all("begin transaction", "rollback", "commit");
    account.session.variables.set("T", "'d.s'");
    expect(await account.error("use database identifier($nope)")).toMatch(
      /Session variable '\$NOPE' does not exist/,
    );
    await account.all("create schema d.s", "use schema identifier($t)");
    expect(await account.run("show variables")).toMatchObject([{ name: "T", value: "d.s" }]);
  });

  test("a result that is not there cannot be described", async () => {
    const account = await Harness.open();
    expect(await account.error("describe result '01234567-0000-0000-0000-000000000000'")).toMatch(/^000709/);
    expect(await account.error("describe result")).toMatch(/^001003/);
  });

  test("listings of what one local account has none of", async () => {
    const account = await Harness.open();
    expect(await account.run('SHOW REPLICATION DATABASES WITH PRIMARY "FIRN"."LOCAL"."D"')).toEqual([]);
    expect(await account.run("show shares like 'x'")).toEqual([]);
    expect(await account.run("show compute pools")).toEqual([]);
    expect((await account.columns("show catalog integrations")).at(0)).toBe("name");
    expect(await account.run("show regions")).toMatchObject([{ snowflake_region: "AWS_US_EAST_1" }]);
  });
});
