import { type Env, newShared } from "../../../../local/account/sql/compile/env.ts";
import { parseStatement } from "../../../../local/account/sql/parse/index.ts";
import "../../../../local/account/sql/compile/functions/index.ts";
import type { StatementContext } from "../../../../local/account/session/context.ts";
import { compileQuery } from "../../../../local/account/sql/compile/query.ts";
import type { Transaction } from "../../../../local/account/storage/transaction.ts";
import { type TestAccount, testAccount } from "../support.ts";

/** The DuckDB SQL of a query: one example a rule, so that a change of the emitted form is seen. */
let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.run("CREATE TABLE t (a INT, s VARCHAR, d NUMBER(10,2), v VARIANT, z TIMESTAMP_TZ)");
});
afterAll(() => account.close());

function emitted(text: string): string {
  const statement = parseStatement(text);
  if (statement.type !== "queryStatement") throw new Error("not a query");
  const ctx = {
    services: account.services,
    session: account.session,
    text,
    binds: {},
    startedOn: account.clock.now(),
  } as unknown as StatementContext;
  const transaction = { readVersion: () => 3, snapshotVersion: () => 3 } as unknown as Transaction;
  const env: Env = { ctx, shared: newShared(transaction) };
  return compileQuery(env, statement.query, null).sql;
}

const table = () => account.services.catalog.find("TABLE", account.schemaId, "T")!.id;

test.each([
  [
    "a path and its cast are one extraction",
    "SELECT v:a.b[0]::STRING AS x FROM t",
    `(r1."V" ->> '$."a"."b"[0]') AS "X"`,
  ],
  ["a path alone stays JSON", "SELECT v:a AS x FROM t", `(r1."V" -> '$."a"') AS "X"`],
  ["NULLs sort as the largest", "SELECT s FROM t ORDER BY s DESC", `ORDER BY r1."S" DESC NULLS FIRST`],
  ["integer constants are 64 bits wide", "SELECT 2000000000 AS x", `2000000000::BIGINT AS "X"`],
  [
    "LAST_VALUE takes the whole partition",
    "SELECT LAST_VALUE(a) OVER (ORDER BY s) AS x FROM t",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
  ],
  [
    "LISTAGG of nothing is empty",
    "SELECT LISTAGG(s, ',') AS x FROM t",
    `coalesce(string_agg(r1."S", ','), '') AS "X"`,
  ],
  [
    "PARSE_JSON of an empty text is NULL",
    "SELECT PARSE_JSON(s) AS x FROM t",
    `CASE WHEN trim(r1."S") = '' THEN NULL ELSE CAST(r1."S" AS JSON) END AS "X"`,
  ],
  [
    "timestamps with an offset compare by instant",
    "SELECT 1 AS x FROM t WHERE z > CURRENT_TIMESTAMP()",
    `timezone('UTC', (r1."Z").t) >`,
  ],
  [
    "an alias of the same SELECT is put in its place",
    "SELECT a AS k FROM t WHERE k = 1",
    `WHERE (r1."A" = 1::BIGINT)`,
  ],
  ["division by a constant needs no check", "SELECT a / 2 AS x FROM t", "2::BIGINT"],
])("%s", (_name, text, part) => {
  expect(emitted(text)).toContain(part);
});

test("a table is its rows live at the transaction's version", () => {
  expect(emitted("SELECT a FROM t")).toBe(
    `SELECT r1."A" AS "A" FROM (SELECT * FROM data.t${table()} WHERE __firn_begin <= 3 AND (__firn_end IS NULL OR __firn_end > 3)) AS r1`,
  );
});

test("division by a constant raises nothing, by a column it may", () => {
  expect(emitted("SELECT a / 2 FROM t")).not.toContain("FIRN|100051");
  expect(emitted("SELECT 2 / a FROM t")).toContain("FIRN|100051|22012|");
});

test("names that differ only by case get different DuckDB names", () => {
  expect(emitted(`SELECT a AS "x", a AS x, a AS x FROM t`)).toMatch(/AS "x", .* AS "X~2", .* AS "X~3"/);
});
