import { FirnError } from "../../../infra/errors.ts";
import type { Platform } from "../../../infra/platform.ts";
import { compileSample, stackConfig } from "../../infra/sample.ts";

const model = (tests: string, more: { select?: string; header?: string } = {}): string => `/*
description: x
owner: finance
grain: one row for each id
key: [id]
${more.header ?? ""}columns:
  id: { type: varchar, description: "x" }
  v: { type: varchar, description: "x", tags: [personal] }
tests:
${tests}
*/
${more.select ?? "select e.record_content:id::varchar as id, max(e.record_content:v::varchar) as v from raw.product.events e where e.record_content:id::varchar is not null group by e.record_content:id::varchar"}`;

const compiled = (files: Record<string, string>): Platform =>
  compileSample(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    stackConfig(),
  );
const one = (tests: string): Platform => compiled({ "sql/core/a/one.sql": model(tests) });
const queryOf = (tests: string, index = 1): string => one(tests).checks[index]!.query;
const mistakes = (files: Record<string, string>): string[] => {
  try {
    compiled(files);
  } catch (error) {
    if (error instanceof FirnError) return error.message.split("\n");
    throw error;
  }
  return [];
};

describe("mistakes have a place and say what is possible", () => {
  test.each<[string, string, string]>([
    [
      "a kind that does not exist",
      "  - not_nul: id",
      'sql/core/a/one.sql:10: tests.0.not_nul: is not a part of a header (allowed: not_null, unique, relationship, accepted_values, holds, freshness, volume, reconciliation, severity). Did you mean "not_null"?',
    ],
    [
      "two kinds in one test",
      "  - not_null: id\n  - { not_null: id, unique: v }",
      "sql/core/a/one.sql:11: tests.1: is missing or not what is wanted (allowed: exactly one of not_null, unique, relationship, accepted_values, holds, freshness, volume, reconciliation)",
    ],
    [
      "a severity that does not exist",
      "  - { not_null: id, severity: fatal }",
      "sql/core/a/one.sql:10: tests.0.severity: is not possible (allowed: warning, blocking)",
    ],
    [
      "a check of the whole table that blocks",
      "  - { freshness: { column: v, within: 1 hour }, severity: blocking }",
      "sql/core/a/one.sql:10: tests.0.severity: is missing or not what is wanted (allowed: warning: freshness runs on a schedule, when what follows has run already; not_null, unique, relationship, accepted_values, holds can be blocking)",
    ],
    [
      "a column that the model lacks",
      "  - not_null: ide",
      'sql/core/a/one.sql:10: tests.not_null: there is no column ide in ops.check.changed. Did you mean "id"?',
    ],
    [
      "a table that does not exist",
      "  - relationship: { column: v, to: core.a.two }",
      "sql/core/a/one.sql:10: tests.relationship: there is no such table (given core.a.two)",
    ],
    [
      "a key of another width",
      "  - relationship: { column: [v, id], to: core.a.one }",
      "sql/core/a/one.sql:10: tests.relationship: core.a.one has another key (given v, id; allowed: 1 columns, for id)",
    ],
    [
      "a table without a key",
      "  - relationship: { column: v, to: raw.product.events }",
      "sql/core/a/one.sql:10: tests.relationship: raw.product.events has another key (given v; allowed: a table with a key)",
    ],
    [
      "reconciliation with a table that has no contract",
      "  - reconciliation: { with: core.a.one, column: v }",
      "sql/core/a/one.sql:10: tests.reconciliation: is no table of a source with a contract (given core.a.one; allowed: raw.<source>.<object>)",
    ],
    [
      "a condition that is no SQL",
      "  - holds: v >",
      expect.stringContaining("sql/core/a/one.sql:10: tests.holds: ") as unknown as string,
    ],
    [
      "a duration without a unit",
      "  - freshness: { column: v, within: '3' }",
      expect.stringContaining("sql/core/a/one.sql:10: tests.0.freshness.within: ") as unknown as string,
    ],
  ])("%s", (_, tests, message) => {
    expect(mistakes({ "sql/core/a/one.sql": model(tests) })).toEqual([message]);
  });

  test("row tests on a view", () => {
    expect(
      mistakes({
        "sql/core/a/one.sql": model("  - not_null: v"),
        "sql/core/a/two.sql": model("  - not_null: v", {
          header: "materialized: view\n",
          select: "select o.id, o.v from core.a.one o",
        }),
      }),
    ).toEqual([
      "sql/core/a/two.sql:11: tests.not_null: is not possible on a view, which has no rows that change. Test the tables that it reads.",
    ]);
  });

  test("a file's check that blocks without looking at changes, of no model, without a header", () => {
    expect(
      mistakes({
        "sql/core/a/one.sql": model("  - not_null: v"),
        "sql/checks/whole.sql":
          "/*\ndescription: x\nmodel: core.a.one\nseverity: blocking\n*/\nselect o.id from core.a.one o",
        "sql/checks/lost.sql": "/*\ndescription: x\nmodel: core.a.onne\n*/\nselect o.id from core.a.one o",
        "sql/checks/bare.sql": "select 1 as x",
      }),
    ).toEqual([
      "sql/checks/bare.sql:1: a check begins with a comment /* … */ that holds its YAML header. sql/README.md shows one.",
    ]);
    expect(
      mistakes({
        "sql/core/a/one.sql": model("  - not_null: v"),
        "sql/checks/whole.sql":
          "/*\ndescription: x\nmodel: core.a.one\nseverity: blocking\n*/\nselect o.id from core.a.one o",
        "sql/checks/lost.sql": "/*\ndescription: x\nmodel: core.a.onne\n*/\nselect o.id from core.a.one o",
      }),
    ).toEqual([
      'sql/checks/lost.sql:3: model: is no model (given core.a.onne). Did you mean "core.a.one"?',
      "sql/checks/whole.sql: cannot be blocking: it looks at whole tables, on a schedule, when what follows has run already. Read ops.check.changed, the rows of core.a.one that changed.",
    ]);
  });

  test("a blocking check that waits for what waits for it", () => {
    expect(
      mistakes({
        "sql/core/a/one.sql": model(
          "  - { relationship: { column: v, to: core.a.two }, severity: blocking }",
        ),
        "sql/core/a/two.sql": model("  - not_null: v", {
          select: "select o.id, max(o.v) as v from core.a.one o group by o.id",
        }),
      }),
    ).toEqual([
      "sql/core/a/one.sql: tasks wait for each other in a circle: check.core.a.one waits for core.a.two waits for check.core.a.one. Make the check a warning, or let it look at no model that is made from this one.",
    ]);
  });
});

describe("a test is a SELECT of the rows that break it", () => {
  test.each<[string, string, string]>([
    [
      "not_null",
      "  - not_null: [id, v]",
      "SELECT\n  c.id\nFROM changed AS c\nWHERE (c.id IS NULL OR c.v IS NULL)",
    ],
    [
      "accepted_values",
      '  - accepted_values: { column: v, values: [a, "b\'s", 3, true] }',
      "SELECT\n  c.id\nFROM changed AS c\nWHERE c.v IS NOT NULL\n  AND c.v NOT IN ('a', 'b\\'s', 3, TRUE)",
    ],
    ["holds", "  - holds: length(v) > 2", "SELECT\n  c.id\nFROM changed AS c\nWHERE NOT (LENGTH(c.v) > 2)"],
    [
      "relationship",
      "  - relationship: { column: v, to: core.a.one }",
      'SELECT\n  c.id\nFROM changed AS c\nLEFT JOIN "CORE"."A"."ONE" AS o ON o.id = c.v\nWHERE c.v IS NOT NULL\n  AND o.id IS NULL',
    ],
    [
      "freshness",
      "  - freshness: { column: v, within: 2 hours }",
      `SELECT\n  MAX(t.v) AS newest\nFROM "CORE"."A"."ONE" AS t\nHAVING (MAX(t.v) IS NULL OR MAX(t.v) < DATEADD('second', -7200, SYSDATE()))`,
    ],
  ])("%s", (kind, tests, sql) => {
    expect(queryOf(tests, kind === "freshness" ? 0 : 1)).toBe(sql);
  });

  test("the key is looked at where changes are looked at anyway, and not for its own sake", () => {
    expect(one("  - not_null: v").checks.map((check) => check.key)).toEqual([
      "core.a.one.key",
      "core.a.one.not_null.v",
    ]);
    expect(one("  - freshness: { column: v, within: 2 hours }").checks.map((check) => check.key)).toEqual([
      "core.a.one.freshness.v",
    ]);
  });

  test("personal columns are no samples; two tests of one name are told apart", () => {
    const { checks } = one("  - unique: v\n  - unique: v");
    expect(checks.map((check) => [check.key, check.sample])).toEqual([
      ["core.a.one.key", ["ID"]],
      ["core.a.one.unique.v", []],
      ["core.a.one.unique.v.2", []],
    ]);
  });
});

describe("in the graph", () => {
  const platform = (severity: string) =>
    compiled({
      "sql/core/a/one.sql": model(`  - { not_null: v, severity: ${severity} }`),
      "sql/core/a/seen.sql": model("  - not_null: v", {
        header: "materialized: view\n",
        select: "select o.id, o.v from core.a.one o",
      })
        .replace(/tests:\n {2}- not_null: v\n/, "")
        .replace('description: "x" }', 'description: "x", required: true }'),
      "sql/mart/b/two.sql": model("  - not_null: v", {
        select: "select o.id, max(o.v) as v from core.a.seen o group by o.id",
      }),
    });
  const task = (of: Platform, key: string) => of.tasks.find((each) => each.key === key)!;
  const stream = `SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."CHECK__CORE_A_ONE"')`;

  test("the checks of a model are one task after the model's, which runs when rows changed", () => {
    expect(task(platform("warning"), "check.core.a.one")).toMatchObject({
      name: "CHECK_CORE_A_ONE",
      after: ["core.a.one"],
      when: `SYSTEM$PREDECESSORS_STATE('NONE_FAILED') AND ${stream}`,
      checks: "core.a.one",
      freshness: "continuous",
    });
  });

  test("nothing waits for warnings", () => {
    expect(task(platform("warning"), "mart.b.two").after).toEqual(["core.a.one"]);
    expect(task(platform("warning"), "mart.b.two").when).not.toContain("NOT ");
  });

  test("what reads the model, through views too, waits while a blocking check holds rows", () => {
    expect(task(platform("blocking"), "mart.b.two")).toMatchObject({
      after: ["core.a.one", "check.core.a.one"],
      when: `SYSTEM$PREDECESSORS_STATE('NONE_FAILED') AND NOT ${stream} AND SYSTEM$STREAM_HAS_DATA('"OPS"."PIPELINE"."MART_B_TWO__CORE_A_ONE"')`,
    });
  });

  test("the root asks the checks' streams too: a check that a kill cut off is made up for", () => {
    expect(task(platform("warning"), "start.continuous").when).toContain(stream);
  });

  test("a model that the stack leaves out takes its checks along", () => {
    const of = compiled({
      "sql/core/a/one.sql": model("  - not_null: v", {
        select:
          "select i.record:id::varchar as id, max(i.record:v::varchar) as v from raw.billing.invoice i where i.record:id::varchar is not null group by i.record:id::varchar",
      }),
      "sql/checks/x.sql": "/*\ndescription: x\nmodel: core.a.one\n*/\nselect o.id from core.a.one o",
    });
    expect(of.checks).toEqual([]);
    expect(of.tasks.filter((each) => each.checks !== undefined && each.key !== "watch")).toEqual([]);
  });
});
