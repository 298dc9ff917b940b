import { type TestAccount, testAccount } from "../support.ts";
import { emittedBy } from "./emitted.ts";

/** The DuckDB SQL of functions and clauses; their rows are in tests/conformance. */
let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.run("CREATE TABLE t (a INT, s VARCHAR, d NUMBER(10,2), v VARIANT, z TIMESTAMP_TZ)");
});
afterAll(() => account.close());

const NATIVE = "SELECT SHA2(s, 512) AS x FROM t";

test.each([
  [
    "a NULL length stays NULL",
    "SELECT LEFT(s, a) AS x FROM t",
    `AS BIGINT) < 0 THEN 0 ELSE CAST(CAST(r1."A" AS DECIMAL(18,0)) AS BIGINT) END)`,
  ],
  [
    "the text before the n-th match is a lazy prefix",
    "SELECT REGEXP_INSTR(s, 'b', 1, 2) AS x FROM t",
    `'\\A(' || '(?s:(?:.*?' || '(?-s:' || 'b' || ')' || '){' || (2::BIGINT - 1) || '}.*?)' || ')'`,
  ],
  [
    "m lets anchors match at lines, within the pattern",
    "SELECT REGEXP_COUNT(s, '^a', 1, 'm') AS x FROM t",
    "('(?m)' || '^a')",
  ],
  [
    "true rows are counted up to the current one",
    "SELECT CONDITIONAL_TRUE_EVENT(a > 1) OVER (ORDER BY s) AS x FROM t",
    `count(*) FILTER (WHERE (r1."A" > 1::BIGINT)) OVER (ORDER BY r1."S" ASC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`,
  ],
  ["an exponent that digits hold is fixed-point", "SELECT 1.5e3 AS x", `1500::BIGINT AS "X"`],
  ["(+) is a left join", "SELECT l.a FROM t l, t r WHERE l.a = r.a (+) AND l.s = 'x'", "LEFT JOIN"],
  ["a time is cut to its digits", "SELECT TO_TIME(s)::TIME(0) AS x FROM t", "to_microseconds(((epoch_us("],
])("%s", (_, sql, part) => {
  expect(emittedBy(account, sql)).toContain(part);
});

test("a digest that DuckDB lacks is a function of ours", async () => {
  // The function is registered by the first run.
  await account.run(NATIVE);
  await account.run("INSERT INTO t (s) VALUES ('abc')");
  expect(await account.one(NATIVE)).toMatch(/^ddaf35a193617abacc417349ae204131/);
});

test("what (+) cannot say is refused by name", async () => {
  await expect(account.run("SELECT 1 FROM t l JOIN t r ON l.a = r.a (+)")).rejects.toMatchObject({
    code: "002040",
    message: expect.stringContaining("(+) outside of WHERE"),
  });
});
