import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all("create table t (a int)");
});
afterAll(() => account.close());

// Source: "SHOW TRANSACTIONS", "SHOW LOCKS", "LAST_TRANSACTION".
test("open transactions of all sessions, the tables that they lock, and the last one that ended", async () => {
  const other = await account.second();
  await other.all("begin name mine", "insert into t values (1)");
  await account.all("begin");
  const ids = [
    await other.one("select current_transaction()"),
    await account.one("select current_transaction()"),
  ];
  const shown = await account.rows("show transactions in account");
  expect(shown.map((row) => row[0])).toEqual(ids);
  expect(shown.map((row) => row[3])).toEqual(["MINE", ids[1]]);
  expect((await account.rows("show locks")).map((row) => row.slice(0, 3))).toEqual([
    ["D.S.T", "PARTITIONS", ids[0]],
  ]);
  expect(await other.one("select last_transaction()")).toBeNull();
  await other.all("rollback");
  await account.all("commit");
  expect(await other.one("select last_transaction()")).toBe(ids[0]);
  expect(await account.rows("show transactions in account")).toEqual([]);
  expect(await account.rows("show locks")).toEqual([]);
});

test("another user's transactions are ACCOUNTADMIN's to see", async () => {
  const other = await account.second();
  await other.all("begin");
  await account.all("use role public", "use secondary roles none");
  expect((await account.rows("show transactions in account")).length).toBe(1);
  await account.all("use role accountadmin");
  await other.all("rollback");
});
