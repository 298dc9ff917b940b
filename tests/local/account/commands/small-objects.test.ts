import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeEach(async () => {
  account = await WholeAccount.open();
});
afterEach(() => account.close());

test("sequences count from their start by their step and go on after a change", async () => {
  await account.all("create sequence q start = 10 increment = 5 order");
  expect(await account.rows("select q.nextval")).toEqual([["10"]]);
  expect(await account.rows("select q.nextval")).toEqual([["15"]]);
  const shown = async () => (await account.rows("show sequences"))[0]!;
  expect((await shown()).slice(0, 5)).toEqual(["Q", "D", "S", "20", "5"]);
  await account.all("alter sequence q set increment 1");
  expect(await account.rows("select q.nextval")).toEqual([["20"]]);
  expect((await shown())[3]).toBe("21");
  expect(await account.error("create sequence z increment = 0")).toMatch(/\[0\]/);
});

test("alerts: condition and action as written; resuming asks for EXECUTE ALERT", async () => {
  await account.all(
    "create table t (a int)",
    "create alert a warehouse = w schedule = '10 MINUTE' if (exists (select 1 from t)) then insert into t values (2)",
  );
  const row = async () => (await account.rows("show alerts"))[0]!;
  expect((await row()).slice(6, 11)).toEqual([
    "W",
    "10 MINUTE",
    "suspended",
    "select 1 from t",
    "insert into t values (2)",
  ]);
  await account.all("alter alert a modify condition exists (select 2 from t)", "alter alert a resume");
  expect((await row()).slice(8, 10)).toEqual(["started", "select 2 from t"]);
  expect(
    await account.error("create alert b schedule = '10 MINUTE' if (exists (select from)) then select 1"),
  ).toMatch(/^001003/);
});

test("functions and procedures are overloaded by their argument types", async () => {
  await account.all(
    "create function f(n number) returns number as 'n * 2'",
    "create function f(v varchar, x number default 1) returns varchar comment = 'text' as $$ v $$",
    "create procedure p(days float) returns varchar language sql execute as caller as begin return 'x'; end",
  );
  const rows = await account.rows("show user functions like 'f'");
  expect(rows.map((row) => row[8])).toEqual([
    "F(NUMBER) RETURN NUMBER",
    "F(VARCHAR, [NUMBER]) RETURN VARCHAR",
  ]);
  expect(await account.rows("describe procedure p(float)")).toEqual([
    ["signature", "(DAYS FLOAT)"],
    ["returns", "VARCHAR(16777216)"],
    ["language", "SQL"],
    ["execute as", "CALLER"],
    ["body", "begin return 'x'; end"],
  ]);
  expect(await account.error("create function f(n int) returns number as '1'")).toMatch(/^002002/);
  expect(await account.error("drop function f(date)")).toMatch(/^002003/);
  await account.all(
    "grant usage on function f(number) to role public",
    "drop function f(number)",
    "drop procedure if exists p(date)",
  );
  expect(await account.rows("show user functions")).toHaveLength(1);
  expect(await account.error("create function g() returns int language python handler = 'x' as ''")).toMatch(
    /Unsupported feature/,
  );
});
