import type { Bind } from "../../../../local/account/session/context.ts";
import { type TestAccount, testAccount } from "../support.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
});
afterAll(() => account.close());

const bind = (type: string, ...values: (string | null)[]): Bind => ({ type, value: values });
const numbered = (...binds: Bind[]) => ({
  binds: Object.fromEntries(binds.map((one, i) => [String(i + 1), one])),
});
const twelve: readonly string[] = Array.from({ length: 12 }, (_, i) => String(i));

test("many rows go in by one statement, in every form that drivers write", async () => {
  await account.table(
    "EVERY",
    "N NUMBER(10,2), F FLOAT, T VARCHAR, B BOOLEAN, BIN BINARY, D DATE, TM TIME, NTZ TIMESTAMP_NTZ, LTZ TIMESTAMP_LTZ, TZ TIMESTAMP_TZ, NOTHING INT",
  );
  const same = (value: string) => twelve.map(() => value);
  const { rows } = await account.run(
    "INSERT INTO every VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    numbered(
      bind("FIXED", ...twelve.map((n) => (n === "3" ? null : n === "4" ? "-4.25" : n))),
      bind("REAL", ...same("1.5")),
      bind("TEXT", ...same("it's")),
      bind("BOOLEAN", ...same("true")),
      bind("BINARY", ...same("00ff")),
      bind("DATE", ...same("1772323200000")),
      bind("TIME", ...same("3723000000000")),
      bind("TIMESTAMP_NTZ", ...same("1772323200123456000")),
      bind("TIMESTAMP_LTZ", ...same("1772323200000000000")),
      bind("TIMESTAMP_TZ", ...same("1772323200000000000 1770")),
      bind("ANY", ...twelve.map(() => null)),
    ),
  );
  expect(rows).toEqual([[12n]]);
  expect(
    await account.rows(
      `SELECT DISTINCT f, t, b, bin, d::VARCHAR, tm::VARCHAR, ntz::VARCHAR, ltz::VARCHAR, tz::VARCHAR, nothing FROM every`,
    ),
  ).toEqual([
    [
      1.5,
      "it's",
      true,
      Buffer.from([0, 255]),
      "2026-03-01",
      "01:02:03",
      "2026-03-01 00:00:00.123",
      "2026-03-01 00:00:00.000 +0000",
      "2026-03-01 05:30:00.000 +0530",
      null,
    ],
  ]);
  expect(await account.rows("SELECT SUM(n), COUNT(n), MIN(n) FROM every")).toEqual([["54.75", 11n, "-4.25"]]);
});

test("expressions over the binds, DEFAULT and several lines of values", async () => {
  await account.table("LINES", "N INT, T VARCHAR, D VARCHAR DEFAULT 'd'");
  await account.run(
    "INSERT INTO lines VALUES (? * 10, UPPER(?), DEFAULT), (?, 'second', 'x')",
    numbered(bind("FIXED", ...twelve), bind("TEXT", ...twelve.map((n) => `n${n}`)), bind("FIXED", ...twelve)),
  );
  expect(await account.rows("SELECT d, COUNT(*), SUM(n), MAX(t) FROM lines GROUP BY d ORDER BY d")).toEqual([
    ["d", 12n, 660n, "N9"],
    ["x", 12n, 66n, "second"],
  ]);
});

test.each([[2], [12]])("INSERT … SELECT runs for each of %i rows", async (count) => {
  await account.table(`SELECTED${count}`, "V VARIANT, N INT");
  await account.run(
    `INSERT INTO selected${count} SELECT PARSE_JSON(?), ?`,
    numbered(
      bind("TEXT", ...twelve.slice(0, count).map((n) => `{"n": ${n}}`)),
      bind("FIXED", ...twelve.slice(0, count)),
    ),
  );
  expect(await account.rows(`SELECT COUNT(*) FROM selected${count} WHERE v:n = n`)).toEqual([
    [BigInt(count)],
  ]);
});

test("dates written for people, in many rows", async () => {
  await account.table("DATED", "D DATE, TZ TIMESTAMP_TZ");
  await account.run(
    "INSERT INTO dated SELECT ?, ?",
    numbered(
      bind("DATE", ...twelve.map(() => "2026-03-01")),
      bind("TIMESTAMP_TZ", ...twelve.map(() => "2026-03-01T00:00:00+05:30")),
    ),
  );
  expect(await account.rows("SELECT d::VARCHAR, tz::VARCHAR, COUNT(*) FROM dated GROUP BY ALL")).toEqual([
    ["2026-03-01", "2026-03-01 00:00:00.000 +0530", 12n],
  ]);
});

test("values that do not fit are refused as ever, and nothing is written", async () => {
  await account.table("STRICT", "N NUMBER(2,0) NOT NULL, T VARCHAR(3)");
  const insert = (n: readonly (string | null)[], t: readonly string[]) =>
    account.run("INSERT INTO strict VALUES (?, ?)", numbered(bind("TEXT", ...n), bind("TEXT", ...t)));
  const fine = twelve.map(() => "abc");
  await expect(insert(twelve.with(5, "x"), fine)).rejects.toThrow(/Numeric value 'x' is not recognized/);
  await expect(
    insert(
      twelve.map((n) => (n === "5" ? null : n)),
      fine,
    ),
  ).rejects.toThrow(/NULL result in a non-nullable column/);
  await expect(insert(twelve, fine.with(5, "long"))).rejects.toThrow(/'long' is too long/);
  expect(await account.rows("SELECT COUNT(*) FROM strict")).toEqual([[0n]]);
});

test("array binds elsewhere are refused by name rather than read in part", async () => {
  await account.table("OTHER", "N INT");
  const binds = numbered(bind("FIXED", "1", "2"));
  await expect(account.run("UPDATE other SET n = ?", binds)).rejects.toThrow(/array binds/);
  await expect(account.run("SELECT ?", binds)).rejects.toThrow(/array binds/);
});

test.each(["1 FROM sys.grant_ --", "(SELECT 1)", "", "1e", "--1"])(
  "a number that is none is refused: %s",
  async (value) => {
    const one = { binds: { "1": { type: "FIXED", value } } };
    for (const sql of ["SELECT ?", "CREATE OR REPLACE TABLE made AS SELECT ? AS n"])
      await expect(account.run(sql, one)).rejects.toThrow(/Numeric value '.*' is not recognized/);
  },
);
