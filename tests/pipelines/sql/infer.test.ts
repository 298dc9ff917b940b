import { inferQuery } from "../../../pipelines/sql/infer.ts";
import { lineageOf } from "../../../pipelines/sql/lineage.ts";
import type { Query } from "../../../pipelines/sql/query.ts";
import type { Relation } from "../../../pipelines/sql/relation.ts";
import { resolveQuery } from "../../../pipelines/sql/resolve.ts";
import { parseSql } from "../../../pipelines/sql/tree.ts";

const TYPES = { ID: "VARCHAR(16777216)", N: "NUMBER(38,0)", AT: "TIMESTAMP_TZ(9)", V: "VARIANT", F: "FLOAT" };
const relation: Relation = {
  logical: "core.t.x",
  object: { database: "CORE", schema: "T", name: "X" },
  columns: new Map(
    Object.entries(TYPES).map(([name, type]) => [name, { name, type, nullable: name !== "ID" }]),
  ),
  insertOnly: false,
  key: ["ID"],
};

function query(sql: string): Query {
  const parsed = parseSql(sql);
  if ("error" in parsed) throw new Error(parsed.error.message);
  const found = resolveQuery(parsed.statements[0]!, new Map([[relation.logical, relation]]), (finding) => {
    throw new Error(finding.message);
  });
  return found!;
}

describe("types and NULL", () => {
  test.each([
    ["id", "VARCHAR", false],
    ["n", "NUMBER", true],
    ["n + 1.5", "NUMBER", true],
    ["n + f", "FLOAT", true],
    ["v:a.b", "VARIANT", true],
    ["v:a.b::varchar", "VARCHAR", true],
    ["coalesce(v:a::varchar, '?')", "VARCHAR", false],
    ["convert_timezone('UTC', at)", "TIMESTAMP_TZ", true],
    ["convert_timezone('UTC', at)::timestamp_ntz", "TIMESTAMP_NTZ", true],
    ["at::date", "DATE", true],
    ["id || '/' || id", "VARCHAR", false],
    ["id || v:a::varchar", "VARCHAR", true],
    ["case when n > 1 then 'a' else 'b' end", "VARCHAR", false],
    ["case when n > 1 then 'a' end", "VARCHAR", true],
    ["try_to_number(id)", "NUMBER", true],
    ["n > 3", "BOOLEAN", true],
    ["n is null", "BOOLEAN", false],
    ["iff(n = 1, 1, 2)", "NUMBER", false],
    ["some_function(id)", undefined, true],
  ])("%s is %s, may be NULL: %s", (expression, family, nullable) => {
    expect(inferQuery(query(`select ${expression} as x from core.t.x`))).toEqual([{ family, nullable }]);
  });

  test("a condition IS NOT NULL holds for what remains", () => {
    expect(
      inferQuery(query("select v:a::varchar as x from core.t.x where v:a::varchar is not null"))[0]?.nullable,
    ).toBe(false);
    expect(
      inferQuery(query("select v:a::varchar as x from core.t.x where v:b::varchar is not null"))[0]?.nullable,
    ).toBe(true);
  });

  test("a LEFT JOIN fills with NULL", () => {
    expect(
      inferQuery(query("select b.id as x from core.t.x a left join core.t.x b on b.id = a.id"))[0]?.nullable,
    ).toBe(true);
  });

  test("a UNION is what both sides are", () => {
    expect(
      inferQuery(query("select id as x from core.t.x union all select v:a::varchar as x from core.t.x")),
    ).toEqual([{ family: "VARCHAR", nullable: true }]);
  });
});

describe("lineage", () => {
  test("through joins, subqueries, FLATTEN and UNION, to the columns of tables", () => {
    const lineage = lineageOf(
      query(`with a as (select id, sum(n) as total from core.t.x group by id)
        select a.id, a.total * 2 as twice, f.value as item from a join core.t.x b on b.id = a.id, lateral flatten(input => b.v) f
        union all select id, f, v from core.t.x`),
    );
    expect(Object.fromEntries(lineage)).toEqual({
      ID: ["core.t.x.id"],
      TWICE: ["core.t.x.f", "core.t.x.n"],
      ITEM: ["core.t.x.v"],
    });
  });

  test("conditions are no source of a value", () => {
    expect(lineageOf(query("select id from core.t.x where n > 1")).get("ID")).toEqual(["core.t.x.id"]);
  });
});
