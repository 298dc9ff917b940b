import { Harness } from "./harness.ts";

async function table(): Promise<Harness> {
  const account = await Harness.open();
  await account.all("create database d", "create schema s", "create table t (a int)");
  return account;
}

describe("streams", () => {
  test("on a table, as the provider creates and reads it", async () => {
    const account = await table();
    await account.run(
      `CREATE STREAM "D"."S"."ST" ON TABLE "D"."S"."T" APPEND_ONLY = true SHOW_INITIAL_ROWS = true COMMENT = 'c'`,
    );
    const shown = await account.one('SHOW STREAMS LIKE \'ST\' IN SCHEMA "D"."S"');
    expect(shown).toMatchObject({
      table_name: "D.S.T",
      source_type: "Table",
      base_tables: "D.S.T",
      type: "DELTA",
      stale: "false",
      mode: "APPEND_ONLY",
      invalid_reason: "N/A",
      comment: "c",
    });
    expect(await account.one("describe stream st")).toEqual(shown);
    expect(await account.one("show tables like 't'")).toMatchObject({ change_tracking: "ON" });
    expect(await account.error("create table st (a int)")).toMatch(/already exists/);
  });

  test("a stream that is not consumed goes stale", async () => {
    const account = await table();
    await account.run("create stream st on table t");
    await account.clock.advance(account.clock.now() + 15 * 86_400_000);
    expect(await account.one("show streams")).toMatchObject({ stale: "true" });
  });

  test("a role without change tracking or SELECT cannot make one", async () => {
    const account = await table();
    await account.all(
      "create role r",
      "grant role r to user admin",
      "grant usage on database d to role r",
      "grant usage, create stream on schema d.s to role r",
      "use role r",
    );
    expect(await account.error("create stream st on table t")).toMatch(/^002003/);
    await account.all("use role accountadmin", "grant select on table t to role r", "use role r");
    expect(await account.error("create stream st on table t")).toMatch(/Change tracking is not enabled/);
    await account.all(
      "use role accountadmin",
      "alter table t set change_tracking = true",
      "use role r",
      "create stream st on table t",
    );
    expect(await account.one("show streams")).toMatchObject({ owner: "R" });
  });
});
