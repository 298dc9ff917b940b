import { type TestAccount, testAccount } from "../support.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  for (const statement of [
    "CREATE MASKING POLICY mp AS (val VARCHAR) RETURNS VARCHAR -> CASE WHEN CURRENT_ROLE() = 'ACCOUNTADMIN' THEN val ELSE '***' END",
    "CREATE TABLE allowed (k VARCHAR)",
    "INSERT INTO allowed VALUES ('x')",
    "CREATE ROW ACCESS POLICY rp AS (c VARCHAR) RETURNS BOOLEAN -> CURRENT_ROLE() = 'ACCOUNTADMIN' OR EXISTS (SELECT 1 FROM allowed WHERE k = c)",
    "CREATE TABLE p (a INT, b VARCHAR, c VARCHAR)",
    "INSERT INTO p VALUES (1, 'secret', 'x'), (2, 'other', 'y')",
    "ALTER TABLE p MODIFY COLUMN b SET MASKING POLICY mp",
    "ALTER TABLE p ADD ROW ACCESS POLICY rp ON (c)",
    "CREATE VIEW pv AS SELECT b, c FROM p",
    "CREATE STREAM ps ON TABLE p SHOW_INITIAL_ROWS = TRUE",
  ])
    await account.run(statement);
});
afterAll(() => account.close());

test("the role decides what is seen", async () => {
  expect(await account.rows("SELECT * FROM p")).toEqual([[1n, "***", "x"]]);
  expect((await account.run("SELECT a, b FROM p ORDER BY a", { role: "ACCOUNTADMIN" })).rows).toEqual([
    [1n, "secret"],
    [2n, "other"],
  ]);
});

test("a view sees as its reader does", async () => {
  expect(await account.rows("SELECT * FROM pv")).toEqual([["***", "x"]]);
});

test("a stream shows no more than its table", async () => {
  expect(await account.rows("SELECT b FROM ps")).toEqual([["***"]]);
});

test("predicates see the masked value", async () => {
  expect(await account.rows("SELECT a FROM p WHERE b = 'secret'")).toEqual([]);
});

test("DML neither finds nor copies what is hidden", async () => {
  expect((await account.run("UPDATE p SET a = 9 WHERE b = 'secret'")).affected?.updated).toBe(0);
  expect((await account.run("DELETE FROM p WHERE c = 'y'")).affected?.deleted).toBe(0);
  await account.run("UPDATE p SET a = 10 WHERE c = 'x'");
  // The column that was not set keeps its value behind the mask.
  expect((await account.run("SELECT b FROM p WHERE a = 10", { role: "ACCOUNTADMIN" })).rows).toEqual([
    ["secret"],
  ]);
});

test("what a role may not read looks as if it did not exist", async () => {
  await expect(account.run("SELECT * FROM p", { role: "PUBLIC" })).rejects.toMatchObject({ code: "002003" });
});
