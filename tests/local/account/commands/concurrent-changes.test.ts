import { WholeAccount } from "./whole-account.ts";

// Statements of several sessions look the object up, then wait for their turn to change the catalogue.
let whole: WholeAccount;
beforeAll(async () => {
  whole = await WholeAccount.open();
});
afterAll(() => whole.close());

async function atOnce(...statements: string[]): Promise<void> {
  const sessions = await Promise.all(statements.map(() => whole.second()));
  await Promise.all(sessions.map((session, index) => session.all(statements[index]!)));
}

test("changes of one table at the same time all hold", async () => {
  await whole.all("create table t (a int, b int)");
  await atOnce(
    "alter table t set max_data_extension_time_in_days = 4",
    "alter table t set data_retention_time_in_days = 3",
    "alter table t set change_tracking = true",
    "comment on column t.a is 'first'",
    "comment on table t is 'both'",
  );
  const rows = await whole.rows("show parameters in table t");
  const value = (name: string) => rows.find((row) => row[0] === name)?.[1];
  expect(value("MAX_DATA_EXTENSION_TIME_IN_DAYS")).toBe("4");
  expect(value("DATA_RETENTION_TIME_IN_DAYS")).toBe("3");
  const [shown] = await whole.rows("show tables like 'T'");
  expect(shown).toEqual(expect.arrayContaining(["both", "ON", "3"]));
  const columns = await whole.rows("describe table t");
  expect(columns[0]).toContain("first");
});

test("changes of one database and of the account at the same time all hold", async () => {
  await atOnce(
    "alter database d set max_data_extension_time_in_days = 5",
    "alter database d set data_retention_time_in_days = 2",
    "alter database d set comment = 'kept'",
  );
  const rows = await whole.rows("show parameters in database d");
  const value = (name: string) => rows.find((row) => row[0] === name)?.[1];
  expect(value("MAX_DATA_EXTENSION_TIME_IN_DAYS")).toBe("5");
  expect(value("DATA_RETENTION_TIME_IN_DAYS")).toBe("2");
});
