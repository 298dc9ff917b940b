import { activeRoles, asRole, primaryRoles, roleClosure } from "../../../../local/account/access/index.ts";
import { ACCOUNT_ID } from "../../../../local/account/catalog/model.ts";
import { Harness } from "../commands/harness.ts";
import { WholeAccount } from "../commands/whole-account.ts";

describe("roles", () => {
  test("inherit what is granted to them, down to database roles, and PUBLIC", async () => {
    const account = await Harness.open();
    await account.all(
      "create database d",
      "create database role d.x",
      "create role a",
      "create role b",
      "grant role a to role b",
      "grant database role d.x to role a",
    );
    const { catalog } = account.services;
    const id = (name: string) => catalog.find("ROLE", ACCOUNT_ID, name)!.id;
    const names = (ids: ReadonlySet<number>) => [...ids].map((role) => catalog.get(role)!.name).sort();
    expect(names(roleClosure(catalog, [id("B")]))).toEqual(["A", "B", "PUBLIC", "X"]);
    expect(names(roleClosure(catalog, []))).toEqual(["PUBLIC"]);
    await account.run("revoke role a from role b");
    expect(names(roleClosure(catalog, [id("B")]))).toEqual(["B", "PUBLIC"]);
    await account.all(
      "grant role a to user admin",
      "use role b2".replace("b2", "public"),
      "use secondary roles all",
    );
    expect(names(activeRoles(account.context("")))).toContain("A");
    expect(names(primaryRoles(account.context("")))).toEqual(["PUBLIC"]);
    const derived = asRole(account.context(""), id("B"), { databaseId: null, schemaId: null });
    expect(names(activeRoles(derived))).toEqual(["B", "PUBLIC"]);
  });
});

describe("names", () => {
  test("mean the current schema, PUBLIC after two dots, or what they say", async () => {
    const account = await Harness.open();
    await account.all(
      "create database d",
      "create table d..p (a int)",
      "create schema s",
      "create table t (b int)",
    );
    expect(await account.one("describe table t")).toMatchObject({ name: "B" });
    expect(await account.one("describe table d..p")).toMatchObject({ name: "A" });
    expect(await account.error("describe table p")).toBe(
      "002003: SQL compilation error:\nTable 'D.S.P' does not exist or not authorized.",
    );
    expect(await account.error("describe table a.b.c.d")).toMatch(/^00(2003|1003)/);
    Object.assign(account.session, { schemaId: null });
    expect(await account.error("describe table t")).toMatch(/^090106/);
    Object.assign(account.session, { databaseId: null });
    expect(await account.error("create table t (a int)")).toMatch(/^090105/);
  });
});

/** What a role without any grant may try on objects that it must not learn of. */
const ATTEMPTS = [
  "describe table d.s.t",
  "describe view d.s.v",
  "describe stage d.s.st",
  "describe task d.s.k",
  "describe stream d.s.str",
  "show grants on table d.s.t",
  "show parameters in table d.s.t",
  "show columns in table d.s.t",
  "show primary keys in table d.s.t",
  "show tables in schema d.s",
  "show tables in database d",
  "select * from d.s.t",
  "select * from d.s.v",
  "select * from d.s.str",
  "select $1 from @d.s.st",
  "list @d.s.st",
  "insert into d.s.t values (1)",
  "update d.s.t set a = 1",
  "delete from d.s.t",
  "merge into d.s.t using (select 1 as a) x on false when not matched then insert values (1)",
  "truncate table d.s.t",
  "copy into d.s.t from @d.s.st",
  "copy into @d.s.st from d.s.t",
  "create table mine.public.c clone d.s.t",
  "create table mine.public.l like d.s.t",
  "create table mine.public.a as select * from d.s.t",
  "create view mine.public.v as select * from d.s.t",
  "create stream mine.public.x on table d.s.t",
  "create schema mine.c clone d.s",
  "create database c clone d",
  "create pipe mine.public.p as copy into d.s.t from @d.s.st",
  "alter table d.s.t set comment = 'x'",
  "alter table d.s.t add column z int",
  "comment on table d.s.t is 'x'",
  "drop table d.s.t",
  "drop table if exists d.s.nope",
  "undrop table d.s.gone",
  "grant select on table d.s.t to role public",
  "grant ownership on table d.s.t to role public",
  "revoke select on table d.s.t from role public",
  "execute task d.s.k",
  "use schema d.s",
  "use database d",
  "select get_ddl('table', 'd.s.t')",
  "select system$stream_has_data('d.s.str')",
  "select * from table(mine.information_schema.policy_references(ref_entity_name => 'd.s.t', ref_entity_domain => 'table'))",
  "select * from d.information_schema.tables",
  "select d.s.q.nextval",
];

/** Statements that are answered, or whose error differs from that for names which nobody has. */
async function differences(
  account: WholeAccount,
  rename: (text: string) => string,
  attempts: readonly string[] = ATTEMPTS,
): Promise<string[]> {
  const answer = async (statement: string) => {
    try {
      return `answered ${(await account.rows(statement)).length}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const wrong: string[] = [];
  // The name as it is asked for may stand in the message; both are made alike.
  const alike = (text: string) =>
    text
      .toUpperCase()
      .replaceAll("DD", "D")
      .replaceAll("_'", "'")
      .replace(/POSITION \d+/g, "");
  for (const text of attempts) {
    const real = await answer(text);
    const other = await answer(rename(text));
    if (alike(real) !== alike(other)) wrong.push(`${text}\n  ${real}\n  ${other}`);
    if (real.startsWith("answered") && !text.includes("if exists")) wrong.push(`${text}: ${real}`);
  }
  return wrong;
}

describe("a role without a grant", () => {
  test("learns from no statement whether an object exists", async () => {
    const account = await WholeAccount.open();
    try {
      await account.all(
        "create table t (a int primary key)",
        "create table gone (a int)",
        "drop table gone",
        "create view v as select a from t",
        "create stage st",
        "create stream str on table t",
        "create sequence q",
        "create task k warehouse = w schedule = '1 MINUTE' as select 1",
        "create role outsider",
        "grant role outsider to user admin",
        "grant create database on account to role outsider",
        "grant usage on warehouse w to role outsider",
        "use role outsider",
        "create database mine",
        "use warehouse w",
      );
      // The same answer as for names that nobody has: an error that names what was asked for, nothing more.
      expect(await differences(account, (text) => text.replace(/\bd\b/g, "dd"))).toEqual([]);
      expect(await account.rows("show tables in account")).toEqual([]);
      expect((await account.rows("show databases")).map((row) => row[1])).toEqual(["MINE"]);
      expect(await account.rows("show stages in account")).toEqual([]);
      expect(await account.rows("show tasks in account")).toEqual([]);
      await account.all(
        "use role accountadmin",
        "grant usage on database d to role outsider",
        "grant usage on schema d.s to role outsider",
        "use role outsider",
        "use warehouse w",
      );
      const inside = ATTEMPTS.filter((text) => /d\.s\.\w/.test(text) && !text.includes("show tables in"));
      expect(await differences(account, (text) => text.replace(/d\.s\.\w+/g, "$&_"), inside)).toEqual([]);
    } finally {
      await account.close();
    }
  });
});
