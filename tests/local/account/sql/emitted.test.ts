import { type TestAccount, testAccount } from "../support.ts";
import { emittedBy } from "./emitted.ts";

/** The DuckDB SQL of a query: one example a rule, so that a change of the emitted form is seen. */
let account: TestAccount;
beforeAll(async () => {
  account = await testAccount();
  await account.run("CREATE TABLE t (a INT, s VARCHAR, d NUMBER(10,2), v VARIANT, z TIMESTAMP_TZ)");
  // Functions of ours are made known to DuckDB by the first statement that needs them.
  await account.run(
    "SELECT PARSE_JSON(s), CASE WHEN CHECK_JSON(s) IS NULL THEN PARSE_JSON(s) END, v:a::STRING, v:a::DATE, v:a::TIMESTAMP_TZ, TO_JSON(v) FROM t",
  );
});
afterAll(() => account.close());

const emitted = (text: string): string => emittedBy(account, text);

const table = () => account.services.catalog.find("TABLE", account.schemaId, "T")!.id;

test.each([
  [
    "a path and its cast are one extraction",
    "SELECT v:a.b[0]::STRING AS x FROM t",
    `ELSE (r1."V" ->> '$."a"."b"[0]') END AS "X"`,
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
    `coalesce(TRY_CAST(r1."S" AS JSON), CAST(firn_relaxed_json(r1."S") AS JSON)) AS "X"`,
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

describe("several paths of one document", () => {
  const paths = "v:a::STRING AS a, v:b.c::STRING AS b, v:d::NUMBER(5,0) AS d";

  test("are extracted by one parse below the SELECT", () => {
    const sql = emitted(`SELECT ${paths}, v:e AS e FROM t AS x WHERE x.v:a::STRING <> ''`);
    expect(sql).toContain(
      `FROM (SELECT *, CASE WHEN random() < 2 THEN json_extract_string("V", ['$."a"', '$."b"."c"', '$."d"']) END AS __firn_paths2 FROM (SELECT * FROM data.t${table()}`,
    );
    expect(sql).toContain(`ELSE r1.__firn_paths2[1] END AS "A"`);
    expect(sql).toContain(`ELSE r1.__firn_paths2[2] END AS "B"`);
    expect(sql).toContain(`(r1."V" -> '$."e"') AS "E"`);
  });

  test("are parsed once, also where conditions ask for them", async () => {
    const { connection } = account.session;
    // DuckDB plans nothing for a table that has no rows of the version.
    await connection.run(`INSERT INTO data.t${table()} (a, __firn_begin) VALUES (1, 1), (9, 1)`);
    const sql = emitted(
      `SELECT ${paths} FROM t WHERE v:a::STRING IS NOT NULL AND v:a::STRING <> '' AND v:d::NUMBER(5,0) > 1 AND a > 5`,
    );
    const reader = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${sql}`);
    const plan = String(reader.getRows()[0]![1]);
    // The list goes by its name where it is made, so what stands here are the conditions; others still reach the table.
    expect(plan).toContain("__firn_paths");
    expect(plan).not.toContain("json_extract_string");
    expect(plan).toContain("A>5");
    await connection.run(`DELETE FROM data.t${table()}`);
  });

  test("stay as they are where the SELECT groups or aggregates", () => {
    expect(emitted(`SELECT ${paths}, COUNT(*) AS n FROM t GROUP BY ALL`)).not.toContain("__firn_paths");
    expect(emitted("SELECT MAX(v:a::STRING), MAX(v:b::STRING), MAX(v:c::STRING) FROM t")).not.toContain(
      "__firn_paths",
    );
  });

  test("give the same rows, in joins, subqueries and unions, of documents of any kind", async () => {
    await account.run("CREATE TABLE doc (k INT, v VARIANT)");
    await account.run(`INSERT INTO doc SELECT column1, PARSE_JSON(column2) FROM VALUES
      (1, '{"a":"x","b":{"c":1.50},"d":"7"}'), (2, '{"a":null,"b":[1],"d":8}'), (3, '"text"'), (4, '[1,2]'), (5, NULL)`);
    const doc = "v:a::STRING AS a, v:b.c::STRING AS b, v:d::NUMBER(5,0) AS d";
    const rows = [
      [1n, "x", "1.5", 7n],
      [2n, null, null, 8n],
      [3n, null, null, null],
      [4n, null, null, null],
      [5n, null, null, null],
    ];
    expect(await account.rows(`SELECT k, ${doc} FROM doc ORDER BY k`)).toEqual(rows);
    expect(await account.rows(`SELECT k, a, b, d FROM (SELECT k, ${doc} FROM doc) ORDER BY k`)).toEqual(rows);
    expect(
      await account.rows(
        `WITH c AS (SELECT * FROM doc) SELECT p.k, p.v:a::STRING, q.v:b.c::STRING, (SELECT MAX(p.v:d::NUMBER(5,0) + 0 * z.k) FROM doc z)
         FROM c p LEFT JOIN c q ON q.k = p.k AND q.v:a::STRING = p.v:a::STRING ORDER BY p.k`,
      ),
    ).toEqual(rows);
    expect(
      await account.rows(
        `SELECT k, ${doc}, f.value::STRING FROM doc, LATERAL FLATTEN(input => v:b) f WHERE k IN (1, 2) ORDER BY k`,
      ),
    ).toEqual([
      [1n, "x", "1.5", 7n, "1.5"],
      [2n, null, null, 8n, "1"],
    ]);
    expect(
      await account.rows(
        `SELECT k, ${doc} FROM doc WHERE k < 3 UNION ALL SELECT k, ${doc} FROM doc WHERE k > 2 ORDER BY 1`,
      ),
    ).toEqual(rows);
  });
});

test("lines that may be broken are parsed once when they are checked and read", async () => {
  expect(emitted("SELECT CASE WHEN CHECK_JSON(s) IS NULL THEN PARSE_JSON(s) END AS x FROM t")).toContain(
    `coalesce(TRY_CAST(r1."S" AS JSON), CAST(firn_try_relaxed_json(r1."S") AS JSON)) AS "X"`,
  );
  expect(
    await account.rows(
      `SELECT CASE WHEN CHECK_JSON(column1) IS NULL THEN PARSE_JSON(column1) END::STRING,
         CASE WHEN CHECK_JSON(column1) IS NULL THEN PARSE_JSON(column1) ELSE TO_VARIANT(column1) END::STRING
       FROM VALUES ('{"a":1}'), ('{"a":'), (' '), (NULL)`,
    ),
  ).toEqual([
    ['{"a":1}', '{"a":1}'],
    [null, '{"a":'],
    [null, null],
    [null, null],
  ]);
});

test("a zone that only says UTC costs no calendar: instants are compared, and the wall clock is theirs", async () => {
  const sql = emitted("SELECT CONVERT_TIMEZONE('UTC', TRY_TO_TIMESTAMP_TZ(s))::TIMESTAMP_NTZ AS x FROM t");
  expect(sql).not.toContain("regexp_extract");
  expect(
    await account.rows(
      `SELECT CONVERT_TIMEZONE('UTC', TRY_TO_TIMESTAMP_TZ(column1))::TIMESTAMP_NTZ::STRING, TRY_TO_TIMESTAMP_TZ(column1) IS NULL,
         TRY_TO_TIMESTAMP_TZ(column1)::TIMESTAMP_NTZ::STRING, CONVERT_TIMEZONE('UTC', TRY_TO_TIMESTAMP_TZ(column1))::STRING
       FROM VALUES ('2026-03-02T00:30:00.5+02:00'), ('never')`,
    ),
  ).toEqual([
    ["2026-03-01 22:30:00.500", false, "2026-03-02 00:30:00.500", "2026-03-01 22:30:00.500 +0000"],
    [null, true, null, null],
  ]);
});
