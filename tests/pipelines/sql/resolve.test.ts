import { printQuery } from "../../../pipelines/sql/print.ts";
import type { Relation } from "../../../pipelines/sql/relation.ts";
import { type Finding, resolveQuery } from "../../../pipelines/sql/resolve.ts";
import { parseSql, positionAt } from "../../../pipelines/sql/tree.ts";

const relation = (logical: string, columns: string[]): Relation => {
  const [database, schema, name] = logical.toUpperCase().split(".") as [string, string, string];
  return {
    logical,
    object: { database, schema, name },
    columns: new Map(columns.map((one) => [one, { name: one, type: "NUMBER(38,0)", nullable: true }])),
    insertOnly: false,
    key: [],
  };
};
const CATALOG = new Map(
  [
    relation("core.customer.account", ["ACCOUNT_ID", "NAME", "TYPE", "RECORD"]),
    relation("core.usage.event", ["EVENT_ID", "ACCOUNT_ID", "DAY"]),
  ].map((one) => [one.logical, one]),
);

function resolve(sql: string): { text?: string; findings: Finding[] } {
  const parsed = parseSql(sql);
  if ("error" in parsed) throw new Error(parsed.error.message);
  const findings: Finding[] = [];
  const query = resolveQuery(parsed.statements[0]!, CATALOG, (finding) => findings.push(finding));
  return { text: query === undefined ? undefined : printQuery(query).replaceAll(/\s+/g, " "), findings };
}

describe("names are bound", () => {
  test.each([
    [
      "unqualified columns get their table",
      "select name from core.customer.account a",
      'SELECT a.name FROM "CORE"."CUSTOMER"."ACCOUNT" AS a',
    ],
    [
      "* is every column",
      "select * from core.usage.event e",
      'SELECT e.event_id, e.account_id, e.day FROM "CORE"."USAGE"."EVENT" AS e',
    ],
    [
      "a.* is that table's",
      "select a.*, e.day from core.usage.event e join core.customer.account a on a.account_id = e.account_id",
      'SELECT a.account_id, a.name, a."TYPE", a.record, e.day FROM "CORE"."USAGE"."EVENT" AS e JOIN "CORE"."CUSTOMER"."ACCOUNT" AS a ON a.account_id = e.account_id',
    ],
    [
      "a WITH is put where it is read",
      "with big as (select account_id as id from core.usage.event) select b.id from big b",
      'SELECT b.id FROM ( SELECT event.account_id AS id FROM "CORE"."USAGE"."EVENT" AS event ) AS b',
    ],
    [
      "an alias of SELECT stands for its expression",
      "select upper(name) as n from core.customer.account where n <> 'X'",
      'SELECT UPPER(account.name) AS n FROM "CORE"."CUSTOMER"."ACCOUNT" AS account WHERE (UPPER(account.name)) <> \'X\'',
    ],
    [
      "GROUP BY takes positions and ALL",
      "select type, count(*) as n from core.customer.account group by all",
      'SELECT account."TYPE", COUNT(*) AS n FROM "CORE"."CUSTOMER"."ACCOUNT" AS account GROUP BY account."TYPE"',
    ],
    [
      "paths into a VARIANT are kept",
      "select record:a.Bc[0]::number(10, 2) as v from core.customer.account",
      'SELECT CAST(GET_PATH(account.record, \'a.Bc[0]\') AS DECIMAL(10, 2)) AS v FROM "CORE"."CUSTOMER"."ACCOUNT" AS account',
    ],
    [
      "FLATTEN has its columns",
      "select f.value::varchar as v from core.customer.account a, lateral flatten(input => a.record:items) f",
      'SELECT CAST(f.value AS VARCHAR) AS v FROM "CORE"."CUSTOMER"."ACCOUNT" AS a CROSS JOIN LATERAL FLATTEN(input => GET_PATH(a.record, \'items\')) AS f',
    ],
    [
      "a subquery in a condition sees the rows around it",
      "select a.name from core.customer.account a where exists (select 1 as one from core.usage.event e where e.account_id = a.account_id)",
      'SELECT a.name FROM "CORE"."CUSTOMER"."ACCOUNT" AS a WHERE EXISTS(SELECT 1 AS one FROM "CORE"."USAGE"."EVENT" AS e WHERE e.account_id = a.account_id)',
    ],
    [
      "a unit of time is no column",
      "select dateadd(day, 1, day) as next from core.usage.event",
      'SELECT DATEADD(day, 1, event.day) AS "NEXT" FROM "CORE"."USAGE"."EVENT" AS event',
    ],
  ])("%s", (_, sql, wanted) => {
    const { text, findings } = resolve(sql);
    expect(findings).toEqual([]);
    expect(text).toBe(wanted);
  });
});

describe("what is wrong is said with its place and the nearest name", () => {
  const cases: [string, string, string, string, string | RegExp][] = [
    [
      "an unknown table",
      "select 1 as x from core.customer.acount",
      "core.customer.acount",
      "SQL_UNKNOWN_TABLE",
      'Did you mean "core.customer.account"?',
    ],
    [
      "a table without its schema",
      "select 1 as x from account",
      "account",
      "SQL_UNKNOWN_TABLE",
      'Did you mean "core.customer.account"?',
    ],
    [
      "an unknown column",
      "select nam from core.customer.account",
      "nam",
      "SQL_UNKNOWN_COLUMN",
      'Did you mean "name"?',
    ],
    [
      "an unknown column of an alias",
      "select a.tipe from core.customer.account a",
      "tipe",
      "SQL_UNKNOWN_COLUMN",
      'Did you mean "type"?',
    ],
    ["an unknown alias", "select b.type from core.customer.account a", "b.type", "SQL_UNKNOWN_TABLE", /./],
    [
      "a column of two tables",
      "select account_id from core.customer.account a join core.usage.event e on e.account_id = a.account_id",
      "account_id",
      "SQL_AMBIGUOUS_COLUMN",
      "Write a.account_id or e.account_id.",
    ],
    [
      "a column that is an output of another meaning too",
      "select upper(a.type) as name from core.customer.account a qualify row_number() over (order by name) = 1",
      "name) = 1",
      "SQL_AMBIGUOUS_COLUMN",
      "Write a.name, or the output's expression.",
    ],
    [
      "an expression without a name",
      "select upper(name) from core.customer.account",
      "name",
      "MODEL_COLUMNS",
      "Add AS and a name.",
    ],
    [
      "two columns of one name",
      "select name, type as name from core.customer.account",
      "type as name",
      "MODEL_COLUMNS",
      /./,
    ],
    ["LIMIT", "select name from core.customer.account limit 3", "", "SQL_UNSUPPORTED", /^$/],
    ["ORDER BY", "select name from core.customer.account order by name", "name", "SQL_UNSUPPORTED", /^$/],
    [
      "USING",
      "select a.name from core.customer.account a join core.usage.event e using (account_id)",
      "account_id)",
      "SQL_UNSUPPORTED",
      /ON/,
    ],
    [
      "a table twice under one name",
      "select 1 as x from core.usage.event join core.usage.event on true",
      "",
      "SQL_UNSUPPORTED",
      /alias/,
    ],
    [
      "sides of UNION that differ",
      "select name, type from core.customer.account union all select day from core.usage.event",
      "",
      "SQL_UNSUPPORTED",
      /^$/,
    ],
  ];
  test.each(cases)("%s", (_, sql, at, code, hint) => {
    const { text, findings } = resolve(sql);
    expect(text).toBeUndefined();
    expect(findings[0]?.code).toBe(code);
    if (at !== "") expect(sql.slice(findings[0]!.span!.start).startsWith(at)).toBe(true);
    if (typeof hint === "string") expect(findings[0]?.hint).toBe(hint);
    else expect(findings[0]?.hint ?? "").toMatch(hint);
  });
});

test("a place counts characters, whatever their size", () => {
  const sql = "-- naïve 😀 note\nselect\n  'ä😀' as x, nam as y\nfrom core.customer.account";
  const { findings } = resolve(sql);
  expect(positionAt(sql, findings[0]!.span!.start)).toEqual({ line: 3, column: 14 });
});
