import { WholeAccount } from "../commands/whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all(
    "create role reader",
    "create role writer",
    "grant role reader to role writer",
    "grant role writer to user admin",
    "grant usage on database d to role reader",
    "grant usage on schema d.s to role reader",
    "create database role d.seers",
    "create database role d.others",
    "grant database role d.seers to role reader",
    "use secondary roles none",
    "use role writer",
    "use schema d.s",
  );
});
afterAll(() => account.close());

// Source: "IS_DATABASE_ROLE_IN_SESSION", "IS_GRANTED_TO_INVOKER_ROLE", "INVOKER_SHARE".
test.each([
  ["IS_DATABASE_ROLE_IN_SESSION('SEERS')", true],
  ["IS_DATABASE_ROLE_IN_SESSION('D.SEERS')", true],
  ["IS_DATABASE_ROLE_IN_SESSION('OTHERS')", false],
  ["IS_GRANTED_TO_INVOKER_ROLE('READER')", true],
  ["IS_GRANTED_TO_INVOKER_ROLE('WRITER')", true],
  ["IS_GRANTED_TO_INVOKER_ROLE('SYSADMIN')", false],
  ["INVOKER_SHARE()", null],
])("%s is %s", async (expression, expected) => {
  expect(await account.one(`select ${expression}`)).toBe(expected);
});

test("a table function for sequences is refused by name", async () => {
  expect(await account.error("select * from table(getnextval(q))")).toMatch(
    /Unsupported feature.*GETNEXTVAL/,
  );
});
