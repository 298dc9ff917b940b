import { type TestAccount, testAccount } from "../support.ts";
import { emittedBy } from "./emitted.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.run("CREATE TABLE t (a INT, b VARCHAR)");
  await account.run("INSERT INTO t SELECT SEQ4(), 'b' || SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 20000))");
  await account.run("CREATE TABLE keys (a INT)");
  await account.run("INSERT INTO keys VALUES (1), (2), (3), (4)");
});
afterAll(() => account.close());

const id = (name: string) => account.services.catalog.find("TABLE", account.schemaId, name)!.id;

test("rows whose keys a subquery tells are looked up in the keys, not the keys in the rows", async () => {
  await account.within(async ({ inTransaction }) => {
    await inTransaction([], async (transaction) => {
      const version = transaction.readVersion(id("T"));
      // As a stream tells them: what began since a version, and what ended since.
      const rows = `data.t${id("T")} WHERE __firn_begin`;
      const keys = `(SELECT a FROM ${rows} > ${version - 1} AND __firn_end IS NULL UNION ALL SELECT a FROM ${rows} < ${version} AND __firn_end >= ${version})`;
      const plan = async (from: string) => {
        const reader = await transaction.connection.runAndReadAll(
          `EXPLAIN SELECT b FROM ${from} AS r WHERE a IN ${keys}`,
        );
        return String(reader.getRows()[0]![1]);
      };
      const [, from] = /FROM (\(.*\)) AS r1 WHERE/s.exec(
        emittedBy(account, "SELECT b FROM t WHERE b <> '' AND a IN (SELECT a FROM keys)").replaceAll(
          / 3(?=[ )])/g,
          ` ${version}`,
        ),
      )!;
      expect(from).toContain("UNION ALL");
      const live = `__firn_begin <= ${version} AND (__firn_end IS NULL OR __firn_end > ${version})`;
      expect(await plan(`(SELECT * FROM data.t${id("T")} WHERE ${live})`)).toContain("RIGHT_SEMI");
      expect(await plan(from!)).not.toContain("RIGHT_SEMI");
    });
  });
});

test("a SELECT without such a condition, or of several tables, reads rows as ever", () => {
  const emitted = (sql: string) => emittedBy(account, sql);
  expect(emitted("SELECT b FROM t WHERE a NOT IN (SELECT a FROM keys)")).not.toContain("UNION ALL");
  expect(emitted("SELECT b FROM t WHERE a IN (1, 2)")).not.toContain("UNION ALL");
  expect(emitted("SELECT b FROM t JOIN keys k ON k.a = t.a WHERE t.a IN (SELECT a FROM keys)")).not.toContain(
    "UNION ALL",
  );
});

test("live rows are the same, ended ones, Time Travel and samples included", async () => {
  const found = () => account.rows("SELECT a, b FROM t WHERE a IN (SELECT a FROM keys) ORDER BY a");
  await account.clock.advance(account.clock.now() + 5000);
  await account.run("UPDATE t SET b = 'new' WHERE a = 1");
  await account.run("DELETE FROM t WHERE a = 2");
  await account.clock.advance(account.clock.now() + 5000);
  expect(await found()).toEqual([
    [1n, "new"],
    [3n, "b3"],
    [4n, "b4"],
  ]);
  expect(
    await account.rows("SELECT a, b FROM t AT (OFFSET => -7) WHERE a IN (SELECT a FROM keys) ORDER BY a"),
  ).toEqual([
    [1n, "b1"],
    [2n, "b2"],
    [3n, "b3"],
    [4n, "b4"],
  ]);
  await account.begin();
  await account.run("UPDATE t SET b = 'own' WHERE a = 3");
  expect(await found()).toContainEqual([3n, "own"]);
  await account.rollback();
  expect(await account.rows("SELECT COUNT(*) FROM t SAMPLE (100) WHERE a IN (SELECT a FROM keys)")).toEqual([
    [3n],
  ]);
});
