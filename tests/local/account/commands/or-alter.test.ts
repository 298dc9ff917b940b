import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all("create table t (a int, b varchar)", "insert into t values (1, 'x')");
});
afterAll(() => account.close());

const shown = async (statement: string, column: string) => {
  const { columns, rows } = await account.account.executor.execute(account.session, statement);
  const at = columns.findIndex((one) => one.name === column);
  const found: unknown[] = [];
  for await (const batch of rows) for (const row of batch) found.push(row[at]);
  return found;
};

// Source: "CREATE OR ALTER <object>": what the definition leaves out is unset, grants and tags stay.
test("roles and database roles keep their grants", async () => {
  await account.all(
    "create or alter role r comment = 'first'",
    "grant select on table t to role r",
    "create or alter role r",
    "create or alter database role dr comment = 'x'",
    "create or alter database role dr comment = 'y'",
  );
  expect(await shown("show roles like 'r'", "comment")).toEqual([""]);
  expect(await shown("show grants to role r", "privilege")).toEqual(["SELECT"]);
  expect(await shown("show database roles in database d", "comment")).toEqual(["y"]);
});

test("databases and schemas keep what they hold; a parameter that is left out is inherited again", async () => {
  await account.all(
    "create or alter database other data_retention_time_in_days = 5 comment = 'c'",
    "create table other.public.kept (a int)",
    "create or alter database other",
    "create or alter schema other.public with managed access data_retention_time_in_days = 3",
    "use d.s",
  );
  expect(await shown("show databases like 'other'", "retention_time")).toEqual(["1"]);
  expect(await shown("show schemas like 'public' in database other", "options")).toEqual(["MANAGED ACCESS"]);
  expect(await account.rows("select count(*) from other.public.kept")).toEqual([["0"]]);
  expect(await account.error("create or alter transient database other")).toMatch(/transient or permanent/);
});

test("views get the new query and keep their policies; file formats and stages their files", async () => {
  await account.all(
    "create masking policy hide as (v varchar) returns varchar -> '*'",
    "create or alter view v as select a, b from t",
    "alter view v modify column b set masking policy hide",
    "create or alter secure view v comment = 'new' as select b, a + 1 as c from t",
    "create or alter file format f type = csv field_delimiter = '|' skip_header = 1",
    "create or alter file format f type = csv field_delimiter = ';'",
    "create or alter stage st directory = (enable = true)",
    "copy into @st/x from (select 1)",
    "create or alter stage st comment = 'seen'",
  );
  expect(await account.rows("select * from v")).toEqual([["*", "2"]]);
  expect(await shown("show views like 'v'", "comment")).toEqual(["new"]);
  const options = JSON.parse(
    String((await shown("show file formats like 'f'", "format_options"))[0]),
  ) as object;
  expect(options).toMatchObject({ FIELD_DELIMITER: ";", SKIP_HEADER: 0 });
  expect(await shown("show stages like 'st'", "comment")).toEqual(["seen"]);
  expect((await account.rows("list @st")).length).toBe(1);
  expect(await account.error("create or alter file format f type = json")).toMatch(/of another TYPE/);
});

test("functions and procedures get the new body under the same signature", async () => {
  await account.all(
    "create or alter function f(n int) returns int as 'n + 1'",
    "create or alter function f(n int) returns int as 'n + 2'",
  );
  expect(await account.one("select f(1)")).toBe("3");
});

test("another kind is refused by name, made or not", async () => {
  expect(await account.error("create or alter sequence s")).toMatch(
    /Unsupported feature 'CREATE OR ALTER SEQUENCE'/,
  );
});

// Source: "CREATE VIEW", recursive view.
test("a recursive view reads itself", async () => {
  await account.all(
    "create table staff (title varchar, id int, boss int)",
    "insert into staff values ('President', 1, null), ('VP', 10, 1), ('Programmer', 100, 10)",
    `create recursive view hierarchy (title, id, depth) as (
       select title, id, 0 from staff where title = 'President'
       union all
       select staff.title, staff.id, hierarchy.depth + 1 from staff join hierarchy on staff.boss = hierarchy.id)`,
  );
  expect(await account.rows("select * from hierarchy order by depth")).toEqual([
    ["President", "1", "0"],
    ["VP", "10", "1"],
    ["Programmer", "100", "2"],
  ]);
});
