import { Harness } from "./harness.ts";

async function withRoles(): Promise<Harness> {
  const account = await Harness.open();
  await account.all(
    "create database d",
    "create schema s",
    "create role reader",
    "create role analyst",
    "grant role reader to role analyst",
    "grant role analyst to user admin",
    "create warehouse w initially_suspended = true",
  );
  return account;
}

const grants = async (account: Harness, text: string) =>
  (await account.run(text)).map(
    (row) =>
      `${row["privilege"]} ${row["granted_on"] ?? row["grant_on"]} ${row["name"]} ${row["grantee_name"]}`,
  );

describe("grants", () => {
  test("privileges are listed on the object and to the role", async () => {
    const account = await withRoles();
    await account.all(
      `GRANT USAGE, MONITOR ON DATABASE "D" TO ROLE "READER"`,
      "grant create table on schema d.s to role reader with grant option",
      "grant execute task, create database on account to role reader",
    );
    expect(await grants(account, "show grants on database d")).toEqual([
      "MONITOR DATABASE D READER",
      "OWNERSHIP DATABASE D ACCOUNTADMIN",
      "USAGE DATABASE D READER",
    ]);
    expect(await grants(account, "show grants to role reader")).toEqual([
      "CREATE DATABASE ACCOUNT LOCAL READER",
      "CREATE TABLE SCHEMA D.S READER",
      "EXECUTE TASK ACCOUNT LOCAL READER",
      "MONITOR DATABASE D READER",
      "USAGE DATABASE D READER",
    ]);
    expect(await account.run("show grants on schema d.s")).toContainEqual(
      expect.objectContaining({
        privilege: "CREATE TABLE",
        grant_option: "true",
        granted_by: "ACCOUNTADMIN",
      }),
    );
    await account.run("revoke usage, monitor on database d from role reader");
    expect(await grants(account, "show grants on database d")).toEqual(["OWNERSHIP DATABASE D ACCOUNTADMIN"]);
  });

  test("role membership is listed by SHOW GRANTS OF and activates privileges", async () => {
    const account = await withRoles();
    expect(await account.run("show grants of role reader")).toMatchObject([
      { role: "READER", granted_to: "ROLE", grantee_name: "ANALYST" },
    ]);
    await account.all("grant usage on database d to role reader", "use role analyst");
    expect(await account.run("show databases")).toMatchObject([{ name: "D" }]);
    await account.all("use role accountadmin", "revoke role reader from role analyst", "use role analyst");
    expect(await account.run("show databases")).toEqual([]);
  });

  test("a cycle of roles is refused", async () => {
    const account = await withRoles();
    expect(await account.error("grant role analyst to role reader")).toMatch(/cycle/);
  });

  test("what a role may not see does not exist; what it sees but may not change is refused", async () => {
    const account = await withRoles();
    await account.all("grant usage on warehouse w to role reader", "use role analyst");
    expect(await account.error("drop schema d.s")).toBe(
      "002003: SQL compilation error:\nDatabase 'D' does not exist or not authorized.",
    );
    expect(await account.error("drop warehouse w")).toBe(
      "003001: SQL access control error:\nInsufficient privileges to operate on warehouse 'W'",
    );
    expect(await account.error("create database x")).toBe(
      "003001: SQL access control error:\nInsufficient privileges to operate on account 'LOCAL'",
    );
    expect(await account.error("use role sysadmin2")).toMatch(/^002043/);
    await account.run("use warehouse w");
    expect(await account.error("alter warehouse w suspend")).toMatch(/^003001/);
  });

  test("secondary roles give privileges but do not create", async () => {
    const account = await withRoles();
    await account.all(
      "grant usage on database d to role reader",
      "use role public",
      "use secondary roles all",
    );
    expect(await account.run("show databases")).not.toEqual([]);
    expect(await account.error("create database y")).toMatch(/^003001/);
    await account.run("use secondary roles none");
    expect(await account.run("show databases")).toEqual([]);
  });

  test("future grants apply at creation, those of the schema win", async () => {
    const account = await withRoles();
    await account.all(
      "grant usage on future schemas in database d to role reader",
      "grant select on future tables in database d to role reader",
      "grant create table on future schemas in database d to role analyst",
      "create schema d.new",
    );
    expect(await grants(account, "show grants on schema d.new")).toEqual([
      "CREATE TABLE SCHEMA D.NEW ANALYST",
      "OWNERSHIP SCHEMA D.NEW ACCOUNTADMIN",
      "USAGE SCHEMA D.NEW READER",
    ]);
    expect(await grants(account, "show future grants in database d")).toContain(
      "SELECT TABLE D.<TABLE> READER",
    );
    await account.run("revoke select on future tables in database d from role reader");
    expect(await grants(account, "show future grants to role reader")).toEqual([
      "USAGE SCHEMA D.<SCHEMA> READER",
    ]);
  });

  test("ownership moves, dependent grants are copied or revoked, never silently lost", async () => {
    const account = await withRoles();
    await account.run("grant usage on schema d.s to role reader");
    expect(await account.error("grant ownership on schema d.s to role analyst")).toMatch(
      /^003036.*Dependent grant/s,
    );
    await account.run(`GRANT OWNERSHIP ON SCHEMA "D"."S" TO ROLE "ANALYST" COPY CURRENT GRANTS`);
    expect(await grants(account, "show grants on schema d.s")).toEqual([
      "OWNERSHIP SCHEMA D.S ANALYST",
      "USAGE SCHEMA D.S READER",
    ]);
    await account.run("grant ownership on schema d.s to role reader revoke current grants");
    expect(await grants(account, "show grants on schema d.s")).toEqual(["OWNERSHIP SCHEMA D.S READER"]);
  });

  test("in a schema with managed access the object's owner does not grant", async () => {
    const account = await withRoles();
    await account.all(
      "alter schema d.s enable managed access",
      "grant usage on database d to role analyst",
      "grant usage, create stage on schema d.s to role analyst",
      "grant all on schema d.s to role reader",
    );
    expect((await grants(account, "show grants on schema d.s")).length).toBeGreaterThan(20);
  });

  test("database roles", async () => {
    const account = await withRoles();
    await account.all(
      "create database role d.dr comment = 'x'",
      `GRANT USAGE ON DATABASE "D" TO DATABASE ROLE "D"."DR"`,
      `GRANT DATABASE ROLE "D"."DR" TO ROLE "READER"`,
    );
    expect(await account.run("show grants of database role d.dr")).toMatchObject([
      { role: "D.DR", granted_to: "ROLE", grantee_name: "READER" },
    ]);
    expect(await account.one(`SHOW DATABASE ROLES IN DATABASE "D"`)).toMatchObject({
      name: "DR",
      granted_to_roles: 1,
    });
    await account.run("use role analyst");
    expect(await account.run("show databases")).toHaveLength(1);
    await account.run("use role accountadmin");
    expect(await account.error("grant database role d.dr to user admin")).toMatch(
      /cannot be granted to a user/,
    );
  });

  test("dropping a role gives what it owned to the dropper and ends its grants", async () => {
    const account = await withRoles();
    await account.all("grant ownership on schema d.s to role reader", "drop role reader");
    expect(await grants(account, "show grants on schema d.s")).toEqual(["OWNERSHIP SCHEMA D.S ACCOUNTADMIN"]);
    expect(await account.error("drop role sysadmin")).toMatch(/^003001/);
  });
});
