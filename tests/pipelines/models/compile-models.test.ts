import { formatProblem, Problems } from "../../../infra/errors.ts";
import { Names } from "../../../infra/names.ts";
import { type CompiledModels, compileModels } from "../../../pipelines/models/compile-models.ts";
import type { Relation } from "../../../pipelines/sql/relation.ts";

const names = new Names("test", "ACME");

const feed: Relation = {
  logical: "raw.crm.account",
  object: names.object({ database: "raw", schema: "crm", name: "account" }),
  columns: new Map(
    Object.entries({ RECORD: "VARIANT", LINE: "VARCHAR(16777216)", LOADED_AT: "TIMESTAMP_LTZ(9)" }).map(
      ([name, type]) => [name, { name, type, nullable: true }],
    ),
  ),
  insertOnly: true,
  key: [],
};

const ACCOUNT = `/*
description: Accounts.
owner: sales
grain: one row for each account
key: [id]
columns:
  id: { type: varchar, description: "Id." }
  name: { type: varchar, description: "Name." }
  at: { type: number, description: "Version.", required: true }
*/
select a.record:id::varchar as id, a.record:name::varchar as name, a.record:at::number as at
from raw.crm.account a
where a.record:id::varchar is not null
qualify row_number() over (partition by id order by at desc) = 1
`;

const COUNTED = `/*
description: Accounts by name.
owner: sales
grain: one row for each name
key: [name]
columns:
  name: { type: varchar, description: "Name." }
  n: { type: number, description: "Accounts." }
*/
select a.name, count(*) as n
from core.crm.account a
where a.name is not null
group by a.name
`;

const FILES = { "sql/core/crm/account.sql": ACCOUNT, "sql/mart/sales/by_name.sql": COUNTED };

function compile(files: Record<string, string>): {
  compiled: CompiledModels;
  problems: string[];
  codes: string[];
} {
  const problems = new Problems();
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  const compiled = compileModels(list, [feed], names, problems);
  return {
    compiled,
    problems: problems.list.map(formatProblem),
    codes: problems.list.map((problem) => problem.code),
  };
}

describe("what follows from two models", () => {
  const { compiled, problems } = compile(FILES);
  const [account, byName] = compiled.models;

  test("no problem, in the order in which they read each other", () => {
    expect(problems).toEqual([]);
    expect(compiled.models.map((one) => one.model.logical)).toEqual([
      "core.crm.account",
      "mart.sales.by_name",
    ]);
  });

  test("their tables, keys NOT NULL, with the stack's prefix", () => {
    expect(compiled.tables[0]).toMatchObject({
      database: "ACME_CORE",
      schema: "CRM",
      name: "ACCOUNT",
      insertOnly: false,
    });
    expect(compiled.tables[0]!.columns.map((column) => [column.name, column.type, column.nullable])).toEqual([
      ["ID", "VARCHAR(16777216)", false],
      ["NAME", "VARCHAR(16777216)", true],
      ["AT", "NUMBER(38,0)", false],
    ]);
  });

  test("a stream of each input, for that model alone; append-only where rows are only added", () => {
    expect(
      [...account!.streams, ...byName!.streams].map((one) => [one.name, one.appendOnly, one.consumer]),
    ).toEqual([
      ["CORE_CRM_ACCOUNT__RAW_CRM_ACCOUNT", true, "core.crm.account"],
      ["MART_SALES_BY_NAME__CORE_CRM_ACCOUNT", false, "mart.sales.by_name"],
    ]);
  });

  test("how each is maintained", () => {
    expect(account!.model.maintenance).toEqual({ kind: "arrivals", driver: "raw.crm.account", lookups: [] });
    expect(byName!.model.maintenance).toEqual({ kind: "affected", grain: ["name"] });
  });

  test("lineage to the column", () => {
    expect(byName!.model.lineage).toEqual({ name: ["core.crm.account.name"], n: [] });
    expect(account!.model.lineage["name"]).toEqual(["raw.crm.account.record"]);
  });

  test("the statement for what arrived takes the best of each key, and writes what differs", () => {
    expect(account!.statement).toBe(`MERGE INTO "ACME_CORE"."CRM"."ACCOUNT" AS target
USING (
  WITH arriving AS (
    SELECT
      CAST(GET_PATH(a.record, 'id') AS VARCHAR) AS id,
      CAST(GET_PATH(a.record, 'name') AS VARCHAR) AS name,
      CAST(GET_PATH(a.record, 'at') AS DECIMAL) AS at
    FROM "ACME_OPS"."PIPELINE"."CORE_CRM_ACCOUNT__RAW_CRM_ACCOUNT" AS a
    WHERE CAST(GET_PATH(a.record, 'id') AS VARCHAR) IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY CAST(GET_PATH(a.record, 'id') AS VARCHAR) ORDER BY CAST(GET_PATH(a.record, 'at') AS DECIMAL) DESC) = 1
  )
  SELECT id, name, at
  FROM arriving
) AS source
ON target.id = source.id
WHEN MATCHED AND (source.at > target.at OR source.at = target.at)
  AND (
    source.name IS DISTINCT FROM target.name
    OR source.at IS DISTINCT FROM target.at
  ) THEN UPDATE SET
  name = source.name,
  at = source.at
WHEN NOT MATCHED THEN INSERT (id, name, at)
  VALUES (source.id, source.name, source.at)`);
  });

  test("the statement for affected keys deletes what is gone", () => {
    expect(byName!.statement).toBe(`MERGE INTO "ACME_MART"."SALES"."BY_NAME" AS target
USING (
  WITH affected AS (
    SELECT DISTINCT a.name AS name FROM "ACME_OPS"."PIPELINE"."MART_SALES_BY_NAME__CORE_CRM_ACCOUNT" AS a WHERE (a.name IS NOT NULL)
  ), recomputed AS (
    SELECT
      a.name,
      COUNT(*) AS n
    FROM "ACME_CORE"."CRM"."ACCOUNT" AS a
    WHERE a.name IS NOT NULL
      AND a.name IN (SELECT name FROM affected)
    GROUP BY a.name
  )
  SELECT affected.name, recomputed.n, recomputed.name IS NOT NULL AS present
  FROM affected
  LEFT JOIN recomputed ON recomputed.name = affected.name
) AS source
ON target.name = source.name
WHEN MATCHED AND NOT source.present THEN DELETE
WHEN MATCHED AND (
    source.n IS DISTINCT FROM target.n
  ) THEN UPDATE SET
  n = source.n
WHEN NOT MATCHED AND source.present THEN INSERT (name, n)
  VALUES (source.name, source.n)`);
  });

  test("a full refresh is one statement too", () => {
    expect(byName!.model.fullRefresh?.split("\n")[0]).toBe(
      'INSERT OVERWRITE INTO "ACME_MART"."SALES"."BY_NAME" (name, n)',
    );
  });
});

describe("a model that cannot be followed is rebuilt, and says why", () => {
  test.each([
    [
      "current_date changes by itself",
      "count(*) as n",
      "count_if(a.at < current_date()::varchar::number) as n",
      /^current_date changes by itself/,
    ],
    [
      "a window across keys",
      "count(*) as n",
      "sum(count(*)) over (order by a.name) as n",
      /^a window looks across keys/,
    ],
    [
      "a subquery in a condition",
      "where a.name is not null",
      "where a.name is not null and a.id in (select b.id from core.crm.account b)",
      /^a subquery in an expression/,
    ],
  ])("%s", (_, from, to, reason) => {
    const { compiled, problems } = compile({
      ...FILES,
      "sql/mart/sales/by_name.sql": COUNTED.replace(from, to),
    });
    expect(problems).toEqual([]);
    const model = compiled.models[1]!;
    expect(model.model.maintenance).toEqual({ kind: "rebuild", reason: expect.stringMatching(reason) });
    expect(model.streams).toEqual([]);
    expect(model.statement).toContain("FULL JOIN recomputed");
  });

  test("an order that may be NULL cannot tell the best row", () => {
    const { compiled } = compile({ "sql/core/crm/account.sql": ACCOUNT.replace(", required: true", "") });
    expect(compiled.models[0]!.model.maintenance).toEqual({ kind: "affected", grain: ["id"] });
  });
});

describe("mistakes", () => {
  const inAccount = (from: string, to: string) => {
    expect(ACCOUNT).toContain(from);
    return compile({ "sql/core/crm/account.sql": ACCOUNT.replace(from, to) });
  };

  test.each([
    [
      "an unknown table",
      "from raw.crm.account a",
      "from raw.crm.acount a",
      'sql/core/crm/account.sql:12:6: there is no table raw.crm.acount. Did you mean "raw.crm.account"?',
    ],
    [
      "an unknown column",
      "a.record:name",
      "a.recrod:name",
      'sql/core/crm/account.sql:11:38: there is no column recrod in raw.crm.account. Did you mean "record"?',
    ],
    ["no SQL", "from raw.crm.account a", "form raw.crm.account a", /^sql\/core\/crm\/account\.sql:\d+:\d+: /],
    [
      "a column that the header lacks",
      '  name: { type: varchar, description: "Name." }\n',
      "",
      "sql/core/crm/account.sql: columns.name: is yielded by the SELECT, but the header does not describe it. Add it to columns with a type and a description.",
    ],
    [
      "a column that the SELECT lacks",
      "a.record:name::varchar as name, ",
      "",
      "sql/core/crm/account.sql:8: columns.name: is in the header, but the SELECT does not yield it",
    ],
    [
      "a type that does not fit",
      "name: { type: varchar",
      "name: { type: date",
      "sql/core/crm/account.sql:8: columns.name: the SELECT yields VARCHAR, which is not stored in DATE by itself (given DATE). Cast the expression: … ::date.",
    ],
    [
      "a type that does not exist",
      "name: { type: varchar",
      "name: { type: varchr",
      /columns\.name: has no type of Snowflake's \(given "varchr"; .*Did you mean "varchar"\?/,
    ],
    ["no key", "key: [id]\n", "", /^sql\/core\/crm\/account\.sql:\d+: key: is missing/],
    [
      "a key that is no column",
      "key: [id]",
      "key: [ids]",
      /key: ids is no column of this model \(allowed: id, name, at\)\. Did you mean "id"\?/,
    ],
    [
      "a key that may be NULL",
      "where a.record:id::varchar is not null\n",
      "",
      /columns\.id: is part of the key and may be NULL/,
    ],
    [
      "a part of the header that does not exist",
      "grain: one",
      "grian: one",
      /grian: is not a part of a header .*Did you mean "grain"\?/,
    ],
    ["a reserved word as a column", "  at: {", "  order: {", /columns\.order: cannot be a column's name/],
    ["two statements", "= 1\n", "= 1;\nselect 2 as x", /there is more than one statement/],
    [
      "a quoted name in a path",
      "a.record:name::varchar",
      'a.record:"na.me"::varchar',
      /:11:36: a quoted name in a path is not possible/,
    ],
    ["no header", "/*", "-- ", /begins with a comment/],
  ])("%s", (_, from, to, wanted) => {
    const { problems } = inAccount(from, to);
    if (typeof wanted === "string") expect(problems).toEqual([wanted]);
    else expect(problems.join("\n")).toMatch(wanted);
  });

  test("models that read each other in a circle", () => {
    const circle = ACCOUNT.replace("from raw.crm.account a", "from mart.sales.by_name a");
    const { codes, problems } = compile({ ...FILES, "sql/core/crm/account.sql": circle });
    expect(codes).toEqual(["MODEL_CYCLE"]);
    expect(problems[0]).toContain("core.crm.account reads mart.sales.by_name reads core.crm.account");
  });

  test("two writers of one table", () => {
    const { codes } = compile({ ...FILES, "sql/core/CRM/account.sql": ACCOUNT });
    expect(codes).toEqual(["MODEL_TWO_WRITERS"]);
  });

  test("a model outside of the four databases, or in RAW", () => {
    expect(
      compile({
        "sql/core/account.sql": ACCOUNT,
        "sql/raw/crm/x.sql": ACCOUNT,
        "sql/lake/crm/x.sql": ACCOUNT,
      }).codes,
    ).toEqual(["MODEL_HEADER", "MODEL_HEADER", "MODEL_HEADER"]);
  });

  test("what reads a broken model is not blamed", () => {
    expect(compile({ ...FILES, "sql/core/crm/account.sql": "select" }).problems).toHaveLength(1);
  });
});
