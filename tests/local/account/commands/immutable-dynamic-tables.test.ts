import { WholeAccount } from "./whole-account.ts";

let account: WholeAccount;
beforeEach(async () => {
  account = await WholeAccount.open();
  await account.all(
    "create table sales (product int, day date, revenue int)",
    "insert into sales values (1, '2024-12-01', 10), (2, '2025-01-05', 20)",
  );
});
afterEach(() => account.close());

const QUERY = "select product, day, sum(revenue) as total from sales group by product, day";
const create = (clauses: string) =>
  account.all(`create dynamic table dt target_lag = '1 hour' warehouse = w ${clauses} as ${QUERY}`);
const rows = () => account.rows("select product, total from dt order by 1, 2");

// Source: "CREATE DYNAMIC TABLE", IMMUTABLE WHERE, BACKFILL FROM.
test("refreshes leave the rows alone for which the condition holds, and add none", async () => {
  await create("immutable where (day < '2025-01-01')");
  expect(await rows()).toEqual([
    ["1", "10"],
    ["2", "20"],
  ]);
  await account.all(
    "update sales set revenue = revenue + 1",
    "insert into sales values (3, '2024-12-02', 30), (4, '2025-02-01', 40)",
    "alter dynamic table dt refresh",
  );
  expect(await rows()).toEqual([
    ["1", "10"],
    ["2", "21"],
    ["4", "40"],
  ]);
  await account.all("delete from sales", "alter dynamic table dt refresh");
  expect(await rows()).toEqual([["1", "10"]]);
  const shown = await account.rows("show dynamic tables");
  expect(shown[0]).toContain("IMMUTABLE WHERE (day < '2025-01-01')");
  await account.all(
    "alter dynamic table dt unset immutable",
    "insert into sales values (9, '2025-03-01', 90)",
  );
  await account.all("alter dynamic table dt refresh");
  expect(await rows()).toEqual([["9", "90"]]);
});

test("what the condition holds for comes from the other table, the rest from the query", async () => {
  await account.all(
    "create table before_ (product int, day date, total number(38, 0), more int)",
    "insert into before_ values (7, '2024-11-11', 70, 0), (8, '2025-01-01', 80, 0)",
    "create table wanted like before_",
  );
  await account.all(`create or replace table wanted as ${QUERY}`);
  const [column] = (await account.rows("describe table wanted")).filter(([name]) => name === "TOTAL");
  await account.all(
    `create or replace table before_ as select product, day, total::${String(column![1])} as total from before_`,
  );
  await create("immutable where (day < '2025-01-01') backfill from before_");
  expect(await rows()).toEqual([
    ["2", "20"],
    ["7", "70"],
  ]);
});

test("the condition is one on the table's columns without a query; the other table fits", async () => {
  expect(await create("immutable where (nope < 1)").catch((error: Error) => error.message)).toMatch(
    /invalid identifier 'NOPE'/,
  );
  expect(
    await create("immutable where (day < (select max(day) from sales))").catch(
      (error: Error) => error.message,
    ),
  ).toMatch(/a subquery in IMMUTABLE WHERE/);
  expect(
    await create("immutable where (day < '2025-01-01') backfill from sales").catch(
      (error: Error) => error.message,
    ),
  ).toMatch(/Cannot backfill: table 'SALES' has no column 'TOTAL'/);
  expect(await create("backfill from sales").catch((error: Error) => error.message)).toMatch(
    /BACKFILL FROM without IMMUTABLE WHERE/,
  );
});
