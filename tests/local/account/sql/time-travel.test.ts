import { WholeAccount } from "../commands/whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all(
    "create table t (a int, b varchar)",
    "alter table t set change_tracking = true",
    "create view v change_tracking = true as select a from t where a < 10",
    "create view outer_v change_tracking = true as select a * 2 as two_a from v",
    "create view untracked as select a from t",
    "insert into t values (1, 'x'), (2, 'y')",
  );
  await pass("1 hour");
  await account.all("set mark = (select current_timestamp())");
  await pass("1 hour");
  await account.all("insert into t values (3, 'z'), (30, 'zz')", "update t set a = 4 where a = 1");
});
afterAll(() => account.close());

const pass = (time: string) => account.all(`call firn$advance_clock('${time}')`);

// Source: "AT | BEFORE"; "CREATE <object> … CLONE".
test.each([
  ["a session variable", "at (timestamp => $mark)"],
  ["a function of it", "before (timestamp => dateadd(minute, 1, $mark)::timestamp_ltz)"],
  ["a text with a cast", "at (timestamp => '2026-01-15 13:00:00 +0000'::timestamp_tz)"],
  [
    "a function of a text",
    "at (timestamp => to_timestamp_tz('01/15/2026 05:00:00', 'mm/dd/yyyy hh24:mi:ss'))",
  ],
  ["an offset that is computed", "at (offset => -60 * 60)"],
])("a clone at %s", async (_, at) => {
  await account.all(`create or replace table old_t clone t ${at}`);
  expect(await account.rows("select a from old_t order by a")).toEqual([["1"], ["2"]]);
  await account.all(`create or replace stream s on table t ${at}`);
  expect(await account.rows("select a, metadata$action from s order by 1, 2")).toEqual([
    ["1", "DELETE"],
    ["3", "INSERT"],
    ["4", "INSERT"],
    ["30", "INSERT"],
  ]);
});

test("a schema's clone leaves out the tables that are younger than its moment, if it says so", async () => {
  await account.all("create table young (a int)");
  expect(await account.error("create schema old_s clone s at (timestamp => $mark)")).toMatch(/^000707/);
  await account.all(
    "create schema old_s clone d.s at (timestamp => $mark) ignore tables with insufficient data retention",
  );
  expect(await account.rows("select count(*) from d.old_s.t")).toEqual([["2"]]);
  expect(await account.error("select * from d.old_s.young")).toMatch(/^002003/);
  await account.all("use schema d.s");
});

test("a view at a moment reads its tables then, through other views too", async () => {
  expect(await account.rows("select two_a from outer_v at (timestamp => $mark) order by 1")).toEqual([
    ["2"],
    ["4"],
  ]);
  expect(await account.rows("select two_a from outer_v order by 1")).toEqual([["4"], ["6"], ["8"]]);
  expect(await account.rows("select (select max(a) from v at (timestamp => $mark)), max(a) from v")).toEqual([
    ["2", "4"],
  ]);
});

// Source: "CHANGES".
test("the changes of a view are those that a stream on it would show", async () => {
  expect(
    await account.rows(
      "select two_a, metadata$action, metadata$isupdate from outer_v changes (information => default) at (timestamp => $mark) order by 1, 2",
    ),
  ).toEqual([
    ["2", "DELETE", true],
    ["6", "INSERT", false],
    ["8", "INSERT", true],
  ]);
  expect(
    await account.rows("select a from v changes (information => append_only) at (timestamp => $mark)"),
  ).toEqual([["3"]]);
  expect(
    await account.rows(
      "select a from v changes (information => default) at (offset => -3600 * 2 + 1) end (timestamp => $mark)",
    ),
  ).toEqual([]);
  expect(
    await account.error("select a from untracked changes (information => default) at (timestamp => $mark)"),
  ).toMatch(/^000709: .*view 'UNTRACKED'/s);
});
