import { type TestAccount, testAccount } from "../support.ts";

let account: TestAccount;
beforeEach(async () => {
  account = await testAccount();
  await account.run("CREATE TABLE t (a INT, b VARCHAR)");
  await account.run("INSERT INTO t VALUES (1, 'x'), (2, 'y')");
});
afterEach(() => account.close());

const all = () => account.rows("SELECT a, b FROM t ORDER BY a");

describe("Time Travel", () => {
  const later = (ms: number) => account.clock.advance(account.clock.now() + ms);

  test("AT an offset, AT and BEFORE a timestamp", async () => {
    await later(10_000);
    await account.run("UPDATE t SET b = 'changed' WHERE a = 1");
    await later(5_000);
    await account.run("DELETE FROM t WHERE a = 2");
    await later(1_000);
    expect(await all()).toEqual([[1n, "changed"]]);
    expect(await account.rows("SELECT a, b FROM t AT (OFFSET => -3) ORDER BY a")).toEqual([
      [1n, "changed"],
      [2n, "y"],
    ]);
    expect(await account.rows("SELECT b FROM t AT (OFFSET => -10) WHERE a = 1")).toEqual([["x"]]);
    const text = "'2025-01-15 12:00:10'::TIMESTAMP_LTZ";
    expect(await account.rows(`SELECT b FROM t AT (TIMESTAMP => ${text}) WHERE a = 1`)).toEqual([
      ["changed"],
    ]);
    expect(await account.rows(`SELECT b FROM t BEFORE (TIMESTAMP => ${text}) WHERE a = 1`)).toEqual([["x"]]);
  });

  test("before the table's creation there is nothing", async () => {
    await expect(account.run("SELECT * FROM t AT (OFFSET => -1000)")).rejects.toMatchObject({
      code: "000707",
    });
  });

  // "Understanding & using Time Travel": within DATA_RETENTION_TIME_IN_DAYS, which is one day by default.
  test("beyond the retention there is nothing either, in a query and in a clone", async () => {
    await account.run("ALTER TABLE t SET CHANGE_TRACKING = TRUE");
    await later(36 * 3_600_000);
    expect(await account.rows("SELECT COUNT(*) FROM t AT (OFFSET => -3600 * 23)")).toEqual([[2n]]);
    for (const sql of [
      "SELECT * FROM t AT (OFFSET => -3600 * 25)",
      "CREATE TABLE u CLONE t AT (OFFSET => -3600 * 25)",
      "SELECT * FROM t CHANGES (INFORMATION => DEFAULT) AT (OFFSET => -3600 * 25)",
    ])
      expect([sql, await account.run(sql).catch((error) => error.code)]).toEqual([sql, "000707"]);
    await account.run("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 2");
    expect(await account.rows("SELECT COUNT(*) FROM t AT (OFFSET => -3600 * 25)")).toEqual([[2n]]);
    await account.run("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 0");
    await expect(account.run("SELECT * FROM t AT (OFFSET => -60)")).rejects.toMatchObject({ code: "000707" });
  });

  test("CHANGES tells what became of the rows", async () => {
    await account.run("ALTER TABLE t SET CHANGE_TRACKING = TRUE");
    await later(10_000);
    await account.run("UPDATE t SET b = 'new' WHERE a = 1");
    await account.run("INSERT INTO t VALUES (3, 'z')");
    expect(
      await account.rows(
        "SELECT a, b, METADATA$ACTION, METADATA$ISUPDATE FROM t CHANGES (INFORMATION => DEFAULT) AT (OFFSET => -5) ORDER BY a, METADATA$ACTION",
      ),
    ).toEqual([
      [1n, "x", "DELETE", true],
      [1n, "new", "INSERT", true],
      [3n, "z", "INSERT", false],
    ]);
  });
});

describe("explicit transactions", () => {
  test("see their own writes, take them back", async () => {
    await account.begin();
    await account.run("INSERT INTO t VALUES (3, 'z')");
    await account.run("UPDATE t SET b = 'mine' WHERE a IN (1, 3)");
    await account.run("DELETE FROM t WHERE a = 2");
    expect(await all()).toEqual([
      [1n, "mine"],
      [3n, "mine"],
    ]);
    await account.rollback();
    expect(await all()).toEqual([
      [1n, "x"],
      [2n, "y"],
    ]);
  });

  test("rows of one transaction that changed in it were never seen", async () => {
    await account.run("CREATE STREAM s ON TABLE t");
    await account.begin();
    await account.run("INSERT INTO t VALUES (3, 'z'), (4, 'w')");
    await account.run("UPDATE t SET b = 'z2' WHERE a = 3");
    await account.run("DELETE FROM t WHERE a = 4");
    await account.commit();
    expect(await account.rows("SELECT a, b, METADATA$ACTION, METADATA$ISUPDATE FROM s")).toEqual([
      [3n, "z2", "INSERT", false],
    ]);
  });

  test("a stream stays where it is until the commit, and after a rollback", async () => {
    await account.run("CREATE STREAM s ON TABLE t SHOW_INITIAL_ROWS = TRUE");
    await account.run("CREATE TABLE sink (a INT)");
    await account.begin();
    await account.run("INSERT INTO sink SELECT a FROM s");
    await account.rollback();
    expect(await account.one("SELECT COUNT(*) FROM s")).toBe(2n);
    await account.begin();
    await account.run("INSERT INTO sink SELECT a FROM s");
    await account.commit();
    expect(await account.one("SELECT COUNT(*) FROM s")).toBe(0n);
    expect(await account.one("SELECT COUNT(*) FROM sink")).toBe(2n);
  });

  test("a row keeps its METADATA$ROW_ID through updates", async () => {
    await account.run("CREATE STREAM s ON TABLE t");
    await account.run("UPDATE t SET b = 'u' WHERE a = 1");
    const ids = await account.rows("SELECT DISTINCT METADATA$ROW_ID FROM s");
    expect(ids).toHaveLength(1);
    await account.run("UPDATE t SET b = 'v' WHERE a = 1");
    expect(await account.rows("SELECT DISTINCT METADATA$ROW_ID FROM s")).toEqual(ids);
  });
});

describe("array binds", () => {
  test("insert a row for each set of values", async () => {
    const result = await account.run("INSERT INTO t VALUES (?, ?)", {
      binds: {
        "1": { type: "FIXED", value: ["10", "11", "12"] },
        "2": { type: "TEXT", value: ["p", null, "q"] },
      },
    });
    expect(result.affected?.inserted).toBe(3);
    expect(await account.rows("SELECT a, b FROM t WHERE a >= 10 ORDER BY a")).toEqual([
      [10n, "p"],
      [11n, null],
      [12n, "q"],
    ]);
  });

  test("types come from the driver", async () => {
    const { rows } = await account.run("SELECT ?, :2, ? + 1, ?", {
      binds: {
        "1": { type: "TEXT", value: "it's" },
        "2": { type: "DATE", value: "1704067200000" },
        "3": { type: "REAL", value: "1.5" },
        "4": { type: "BOOLEAN", value: "true" },
      },
    });
    expect(rows[0]!.slice(0, 2)).toEqual(["it's", 19723]);
  });

  test("a bind that was not given is an error", async () => {
    await expect(account.run("SELECT ?")).rejects.toMatchObject({ code: "002049" });
  });
});
