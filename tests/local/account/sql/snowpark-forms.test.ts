import { type TestAccount, testAccount } from "../support.ts";

/** Forms that Snowpark Python 1.56 writes, which Snowflake's own pages show rarely. */
let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.table("T", "A INT, V VARIANT");
  await account.run("INSERT INTO t SELECT 1, NULL UNION ALL SELECT 2, PARSE_JSON('[1]')");
});
afterAll(() => account.close());

test.each([
  ["SELECT COUNT(*) FROM (t)", [[2n]]],
  ["SELECT COUNT(*) FROM ((t))", [[2n]]],
  ["SELECT COUNT(*) FROM (t AS x JOIN t AS y ON x.a = y.a)", [[2n]]],
  ["SELECT COUNT(*) FROM ( TABLE (GENERATOR(ROWCOUNT => 5)))", [[5n]]],
  [
    "SELECT ( ROW_NUMBER() OVER ( ORDER BY SEQ8() ) - 1 ) * (2) + (1) AS id FROM ( TABLE (GENERATOR(ROWCOUNT => 3)))",
    [[1n], [3n], [5n]],
  ],
  ["SELECT CAST(v AS ARRAY), CAST(v AS OBJECT) FROM t WHERE a = 1", [[null, null]]],
  ["SELECT ABS(RANDOM(5162777419594850117)) % 1000000 :: INT < 1000000", [[true]]],
])("%s", async (sql, rows) => {
  expect(await account.rows(sql)).toEqual(rows);
});

test("a window that SEQ orders in another way is refused by name", async () => {
  await expect(
    account.run("SELECT SUM(1) OVER (ORDER BY SEQ4()) FROM TABLE(GENERATOR(ROWCOUNT => 3))"),
  ).rejects.toThrow(/Unsupported feature 'SEQ/);
});

test("IF NOT EXISTS after the table's name", async () => {
  await account.run("CREATE TEMPORARY TABLE named If NOT EXISTS (a INT)");
  await account.run("CREATE TEMPORARY TABLE named IF NOT EXISTS (a INT, b INT)");
  await account.run("INSERT INTO named VALUES (1)");
  expect(await account.rows("SELECT * FROM named")).toEqual([[1n]]);
});
