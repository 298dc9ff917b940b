import { DuckDBConnection } from "@duckdb/node-api";
import { jest } from "@jest/globals";
import { type TestAccount, testAccount } from "../support.ts";

let account: TestAccount;
beforeEach(async () => {
  account = await testAccount();
  await account.run("CREATE TABLE t (id INT, day DATE, wide VARCHAR)");
  await account.run("CREATE TABLE s (id INT, day DATE, wide VARCHAR)");
  await account.run(
    "INSERT INTO t VALUES (1, '2025-01-01', 'one'), (2, '2025-01-02', 'two'), (3, NULL, 'three')",
  );
});
afterEach(() => {
  jest.restoreAllMocks();
  account.close();
});

const all = () => account.rows("SELECT id, wide FROM t ORDER BY id, wide");

test("each pair goes to the first clause that takes it, what was not found to its own", async () => {
  await account.run(
    "INSERT INTO s VALUES (1, NULL, 'gone'), (2, NULL, 'two!'), (3, NULL, 'three'), (4, NULL, 'four'), (5, NULL, 'no')",
  );
  const result = await account.run(
    `MERGE INTO t USING s ON t.id = s.id
     WHEN MATCHED AND s.wide = 'gone' THEN DELETE
     WHEN MATCHED AND s.wide <> t.wide THEN UPDATE SET wide = t.wide || '→' || s.wide
     WHEN NOT MATCHED AND s.wide = 'four' THEN INSERT (id, wide) VALUES (s.id, upper(s.wide))
     WHEN NOT MATCHED AND s.id > 100 THEN INSERT (id) VALUES (0)`,
  );
  expect(result.rows).toEqual([[1n, 1n, 1n]]);
  expect(await all()).toEqual([
    [2n, "two→two!"],
    [3n, "three"],
    [4n, "FOUR"],
  ]);
});

test("the source may be a join, VALUES or a query, and a clause may ask again", async () => {
  await account.run(
    `MERGE INTO t USING (VALUES (2, 'b'), (7, 'g')) AS v (id, w) ON t.id = v.id
     WHEN MATCHED THEN UPDATE SET wide = (SELECT max(x.wide) FROM t x WHERE x.id <> v.id) || v.w
     WHEN NOT MATCHED THEN INSERT (id, wide) VALUES (v.id, v.w)`,
  );
  expect(await all()).toEqual([
    [1n, "one"],
    [2n, "threeb"],
    [3n, "three"],
    [7n, "g"],
  ]);
});

test("a row that two of the source fit is an error, unless both delete it", async () => {
  await account.run("INSERT INTO s VALUES (1, NULL, 'a'), (1, NULL, 'b')");
  await expect(
    account.run("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET wide = s.wide"),
  ).rejects.toMatchObject({ code: "100090" });
  await account.run(
    "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
  );
  expect(await all()).toEqual([
    [2n, "two"],
    [3n, "three"],
  ]);
});

test("within a transaction it changes rows that the transaction wrote, and its stream shows the outcome alone", async () => {
  await account.table("TRACKED", "ID INT, WIDE VARCHAR", { changeTracking: true });
  await account.stream("CHANGES", "TRACKED");
  await account.begin();
  await account.run("INSERT INTO tracked VALUES (1, 'first')");
  await account.run(
    `MERGE INTO tracked USING (SELECT 1 AS id UNION ALL SELECT 2) AS n ON tracked.id = n.id
     WHEN MATCHED THEN UPDATE SET wide = 'second' WHEN NOT MATCHED THEN INSERT VALUES (n.id, 'new')`,
  );
  await account.commit();
  expect(
    await account.rows("SELECT id, wide, METADATA$ACTION, METADATA$ISUPDATE FROM changes ORDER BY id"),
  ).toEqual([
    [1n, "second", "INSERT", false],
    [2n, "new", "INSERT", false],
  ]);
});

test("of the target only what ON asks for is read to find the pairs", async () => {
  await account.run("INSERT INTO s VALUES (2, '2025-01-02', 'b'), (9, NULL, 'i')");
  const plans: string[] = [];
  const run = DuckDBConnection.prototype.run;
  jest.spyOn(DuckDBConnection.prototype, "run").mockImplementation(async function (
    this: DuckDBConnection,
    sql,
    ...more
  ) {
    const [, select] = /^CREATE OR REPLACE TEMP TABLE \S+ AS (SELECT .*)$/s.exec(sql) ?? [];
    if (select) {
      const result = await run.call(this, `EXPLAIN ${select}`);
      plans.push(String((await result.getRows())[0]![1]));
    }
    return run.call(this, sql, ...more);
  });
  await account.run(
    `MERGE INTO t USING (SELECT id, day FROM s) AS s ON t.id = s.id AND t.day = s.day
     WHEN MATCHED THEN UPDATE SET wide = t.wide || '!' WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)`,
  );
  expect(plans).toHaveLength(2);
  expect(plans[0]).not.toContain("WIDE");
  expect(plans[1]).toContain("WIDE");
  expect(await all()).toEqual([
    [1n, "one"],
    [2n, "two!"],
    [3n, "three"],
    [9n, null],
  ]);
});
