import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeEach(async () => {
  account = await WholeAccount.open();
  await account.all("create table t (a int, b varchar)", "insert into t values (1, 'x'), (2, 'y')");
});
afterEach(() => account.close());

test("a view keeps its text and columns and runs with its owner's rights", async () => {
  const text = `CREATE VIEW "D"."S"."V" ("ID" COMMENT 'key', "NAME") COMMENT = 'c' AS SELECT a, b FROM d.s.t WHERE a > 1`;
  await account.all(
    text,
    "grant usage on database d to role public",
    "grant usage on schema s to role public",
  );
  await account.all("grant select on view v to role public", "grant usage on warehouse w to role public");
  const shown = (await account.rows("show views like 'v'"))[0]!;
  expect(shown[7]).toBe(text);
  expect((await account.rows("describe view v")).map((row) => row.slice(0, 4))).toEqual([
    ["ID", "NUMBER(38,0)", "COLUMN", "Y"],
    ["NAME", "VARCHAR(16777216)", "COLUMN", "Y"],
  ]);
  await account.all("use role public");
  expect(await account.rows("select * from v")).toEqual([["2", "y"]]);
  expect(await account.error("select * from t")).toMatch(/^002003/);
});

test("errors of the query are those of the view", async () => {
  expect(await account.error("create view v as select nope from t")).toMatch(/invalid identifier 'NOPE'/);
  expect(await account.error("create view v (a) as select a, b from t")).toMatch(
    /Invalid column definition list/,
  );
  expect(await account.error("create view v as select a, a from t")).toMatch(/duplicate column name 'A'/);
  expect(await account.error("create view t as select 1 as x")).toMatch(/already exists/);
});

test("the text of a secure view is its owner's", async () => {
  await account.all("create secure view v as select a from t", "create role r", "grant role r to user admin");
  await account.all(
    "grant usage on database d to role r",
    "grant usage on schema s to role r",
    "grant select on view v to role r",
  );
  await account.all("use role r");
  expect((await account.rows("show views"))[0]![7]).toBe("");
  expect(await account.rows("select view_definition from information_schema.views")).toEqual([[null]]);
});

test("CREATE TABLE AS replaces the table that it reads, in one step", async () => {
  await account.all("create or replace table t (x number(10,0), y) as select a + 10, b from t");
  expect(await account.rows("select x, y from t order by 1")).toEqual([
    ["11", "x"],
    ["12", "y"],
  ]);
  expect((await account.rows("describe table t"))[0]!.slice(0, 2)).toEqual(["X", "NUMBER(10,0)"]);
  expect(await account.error("create or replace table t as select no_such from t")).toMatch(
    /invalid identifier/,
  );
  expect(await account.rows("show tables")).toHaveLength(1);
  expect(await account.error("create table t as select 1 as a")).toMatch(/already exists/);
});

test("clones are independent, also of a whole database", async () => {
  await account.all(
    "create view v as select a from t",
    "create stream st on table t",
    "create database e clone d",
    "insert into d.s.t values (3, 'z')",
  );
  expect(await account.one("select count(*) from e.s.t")).toBe("2");
  expect(await account.one("select count(*) from d.s.t")).toBe("3");
  expect(await account.one("select count(*) from e.s.st")).toBe("0");
  await account.all("insert into e.s.t values (9, 'n')");
  expect(await account.one("select count(*) from e.s.st")).toBe("1");
});

test("session variables keep the value and type of any expression", async () => {
  await account.all(
    "set n = 1 + 1",
    "set (s, b) = ('it''s', true)",
    "set d = '2026-01-02'::date",
    "set t = '2026-01-02 03:04:05.678'::timestamp_ntz",
    "set total = (select sum(a) from t)",
  );
  expect(
    await account.rows("select $n + 1, $s, $b, dateadd(day, 1, $d)::varchar, $t::varchar, $total"),
  ).toEqual([["3", "it's", true, "2026-01-03", "2026-01-02 03:04:05.678", "3"]]);
  await account.all("unset n");
  expect(await account.error("select $n")).toMatch(/\$N/);
});

test("a temporary table stands in front of the table of its name, for its session only", async () => {
  await account.all(
    "create temporary table t as select 7 as a",
    "create or replace temporary table t as select a + 1 as a from t",
  );
  expect(await account.rows("select a from t")).toEqual([["8"]]);
  const other = await account.second();
  expect(await other.one("select count(*) from t")).toBe("2");
  await other.all("create temporary table t (z int)");
  expect(await other.rows("describe table t")).toHaveLength(1);
  await account.all("drop table t");
  expect(await account.one("select count(*) from t")).toBe("2");
  expect((await account.rows("show tables")).map((row) => row[4])).toEqual(["TABLE"]);
});

test("names in a view are looked up in the view's schema, wherever it is created from", async () => {
  await account.all("create schema other", "create table other.only_there (n int)");
  await account.all("insert into other.only_there values (7)", "use schema s");
  await account.all("create view other.v as select n from only_there");
  expect(await account.rows("select n from d.other.v")).toEqual([["7"]]);
  expect(await account.error("create view other.w as select a from t")).toMatch(/^002003/);
  await account.all("create function other.top() returns int as 'select max(n) from only_there'");
  expect(await account.rows("select d.other.top()")).toEqual([["7"]]);
});
