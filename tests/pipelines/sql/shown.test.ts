import type { Relation } from "../../../pipelines/sql/relation.ts";
import { resolveQuery } from "../../../pipelines/sql/resolve.ts";
import { shownBy } from "../../../pipelines/sql/shown.ts";
import { parseSql } from "../../../pipelines/sql/tree.ts";

const relation = (logical: string, columns: Record<string, string>): Relation => {
  const [database = "", schema = "", name = ""] = logical.toUpperCase().split(".");
  return {
    logical,
    object: { database, schema, name },
    columns: new Map(
      Object.entries(columns).map(([one, type]) => [one, { name: one, type, nullable: true }]),
    ),
    insertOnly: false,
    key: [],
  };
};
const CATALOG = new Map(
  [
    relation("raw.crm.lead", { RECORD: "VARIANT", LINE: "VARCHAR" }),
    relation("core.customer.lead", { LEAD_ID: "VARCHAR", EMAIL: "VARCHAR", SCORE: "NUMBER(38,0)" }),
  ].map((one) => [one.logical, one]),
);

function shown(sql: string): string[] {
  const parsed = parseSql(sql);
  if ("error" in parsed) throw new Error(parsed.error.message);
  const query = resolveQuery(parsed.statements[0]!, CATALOG, (finding) => {
    throw new Error(finding.message);
  });
  return shownBy(query!).get("X") ?? [];
}

describe("values that can be read from a column", () => {
  test.each([
    ["as it is", "select l.email as x from core.customer.lead l", ["core.customer.lead.email"]],
    [
      "cut, folded and joined",
      "select lower(split_part(l.email, '@', 1)) || l.lead_id as x from core.customer.lead l",
      ["core.customer.lead.email", "core.customer.lead.lead_id"],
    ],
    ["hashed", "select sha2(l.email) as x from core.customer.lead l", ["core.customer.lead.email"]],
    [
      "of a record's field",
      "select r.record:Email::varchar as x from raw.crm.lead r",
      ["raw.crm.lead.record:Email"],
    ],
    [
      "of a field below another",
      "select r.record:person.email[0]::varchar as x from raw.crm.lead r",
      ["raw.crm.lead.record:person"],
    ],
    [
      "by GET",
      "select get(r.record, 'Email')::varchar as x from raw.crm.lead r",
      ["raw.crm.lead.record:Email"],
    ],
    ["of the whole record", "select to_json(r.record) as x from raw.crm.lead r", ["raw.crm.lead.record"]],
    [
      "of an element of an array",
      "select f.value:name::varchar as x from raw.crm.lead r, lateral flatten(input => r.record:people) f",
      ["raw.crm.lead.record:people"],
    ],
    [
      "through a subquery",
      "select s.y:Email::varchar as x from (select r.record as y from raw.crm.lead r) s",
      ["raw.crm.lead.record:Email"],
    ],
    [
      "by the largest and the latest",
      "select max_by(l.email, l.score) as x from core.customer.lead l",
      ["core.customer.lead.email"],
    ],
    [
      "by a choice's branches",
      "select case when l.score > 1 then l.email else l.lead_id end as x from core.customer.lead l",
      ["core.customer.lead.email", "core.customer.lead.lead_id"],
    ],
    [
      "of the row before",
      "select lag(l.lead_id) over (partition by l.email order by l.score) as x from core.customer.lead l",
      ["core.customer.lead.lead_id"],
    ],
    [
      "of either branch of a union",
      "select l.email as x from core.customer.lead l union all select r.record:Email::varchar as x from raw.crm.lead r",
      ["core.customer.lead.email", "raw.crm.lead.record:Email"],
    ],
  ])("are shown %s", (_name, sql, expected) => {
    expect(shown(sql)).toEqual(expected);
  });

  test.each([
    ["a count", "select count(distinct l.email) as x from core.customer.lead l"],
    ["a comparison", "select l.email = 'a@b.c' or l.email like '%@b.c' as x from core.customer.lead l"],
    ["a test of membership", "select l.email in ('a@b.c') as x from core.customer.lead l"],
    ["whether there is one", "select l.email is not null as x from core.customer.lead l"],
    [
      "a condition",
      "select case when l.email is null then 'none' else 'some' end as x from core.customer.lead l",
    ],
    [
      "a rank",
      "select row_number() over (partition by l.email order by l.score) as x from core.customer.lead l",
    ],
    ["a type", "select typeof(r.record:Email) as x from raw.crm.lead r"],
    [
      "names of fields",
      "select f.key::varchar as x from raw.crm.lead r, lateral flatten(input => r.record) f",
    ],
  ])("are not shown by %s", (_name, sql) => {
    expect(shown(sql)).toEqual([]);
  });
});
