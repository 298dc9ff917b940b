/**
 * A header's test as a SELECT of the rows that break it, with names as models write them. Tests of rows read CHANGED:
 * what the model's table gained or changed since they last ran, so that their cost follows the change, not the history.
 */
import { constant } from "../../infra/literal.ts";
import type { Model } from "../../infra/platform.ts";
import { type ContractedTable, fieldText, fieldTime } from "../sources/contract.ts";
import type { HeaderTest } from "./header-tests.ts";

/** Stands for the rows of the model that changed; nothing is called so. */
export const CHANGED = "ops.check.changed";

/** A test that its header cannot mean: what is wrong, and what is possible. */
export interface Refused {
  message: string;
  given?: string;
  allowed?: string;
}

export interface TestSql {
  /** Last part of the check's name: the kind and what it is about. */
  name: string;
  /** In words. */
  says: string;
  sql: string;
}

export interface TestContext {
  model: Pick<Model, "logical" | "key">;
  /** Key of another table; undefined where there is no such table. */
  keyOf(logical: string): readonly string[] | undefined;
  contracted(logical: string): ContractedTable | undefined;
}

const list = (alias: string, columns: readonly string[]): string =>
  columns.map((column) => `${alias}.${column}`).join(", ");
const tuple = (alias: string, columns: readonly string[]): string =>
  columns.length === 1 ? list(alias, columns) : `(${list(alias, columns)})`;
const allPresent = (alias: string, columns: readonly string[]): string =>
  columns.map((column) => `${alias}.${column} is not null`).join(" and ");
const words = (columns: readonly string[]): string => columns.join(", ");

/** The key's columns, twice in what changed: MERGE keeps a key once, this tells when it could not. */
export function keyTest({ key }: TestContext["model"]): TestSql {
  return {
    name: "key",
    says: `${words(key)} identifies a row`,
    sql: `select ${list("c", key)} from ${CHANGED} c group by ${list("c", key)} having count(*) > 1`,
  };
}

export function testSql(test: HeaderTest, context: TestContext): TestSql | Refused {
  const { logical, key } = context.model;
  const rows = (where: string): string => `select ${list("c", key)} from ${CHANGED} c where ${where}`;
  switch (test.kind) {
    case "not_null":
      return {
        name: `not_null.${test.given.join("+")}`,
        says: `${words(test.given)} is there`,
        sql: rows(test.given.map((column) => `c.${column} is null`).join(" or ")),
      };
    case "unique":
      return {
        name: `unique.${test.given.join("+")}`,
        says: `${words(test.given)} occurs once`,
        // The other rows of the same values may be old: this looks through the column's whole history.
        sql: `select ${list("t", test.given)} from ${logical} t
where ${tuple("t", test.given)} in (select ${list("c", test.given)} from ${CHANGED} c where ${allPresent("c", test.given)})
group by ${list("t", test.given)} having count(*) > 1`,
      };
    case "relationship": {
      const { column, to } = test.given;
      const target = context.keyOf(to);
      if (target === undefined) return { message: "there is no such table", given: to };
      if (target.length !== column.length)
        return {
          message: `${to} has another key`,
          given: words(column),
          allowed:
            target.length === 0 ? "a table with a key" : `${target.length} columns, for ${words(target)}`,
        };
      const on = column.map((one, index) => `o.${target[index]} = c.${one}`).join(" and ");
      return {
        name: `relationship.${column.join("+")}`,
        says: `${words(column)} is in ${to}`,
        sql: `select ${list("c", key)} from ${CHANGED} c left join ${to} o on ${on}
where ${allPresent("c", column)} and o.${target[0]} is null`,
      };
    }
    case "accepted_values":
      return {
        name: `accepted_values.${test.given.column}`,
        says: `${test.given.column} is one of ${test.given.values.join(", ")}`,
        sql: rows(
          `c.${test.given.column} is not null and c.${test.given.column} not in (${test.given.values.map(constant).join(", ")})`,
        ),
      };
    case "holds":
      return { name: "holds", says: test.given, sql: rows(`not (${test.given})`) };
    case "freshness": {
      const newest = `max(t.${test.given.column})`;
      return {
        name: `freshness.${test.given.column}`,
        says: `the newest ${test.given.column} is at most ${test.given.within} seconds old`,
        sql: `select ${newest} as newest from ${logical} t
having ${newest} is null or ${newest} < dateadd('second', -${test.given.within}, sysdate())`,
      };
    }
    case "volume":
      return volumeSql(logical, test.given);
    case "reconciliation":
      return reconciliationSql(logical, test.given, context);
  }
}

/** The newest day may still grow; the one before it is judged. */
function volumeSql(
  logical: string,
  { column, days, least, most }: Extract<HeaderTest, { kind: "volume" }>["given"],
): TestSql {
  return {
    name: `volume.${column}`,
    says: `a day of ${column} has ${least} to ${most} times the mean of ${days} days`,
    sql: `select d.day, d.row_count, d.usual from (
  select n.day, n.row_count,
    avg(n.row_count) over (order by n.day rows between ${days} preceding and 1 preceding) as usual,
    row_number() over (order by n.day desc) as age
  from (
    select t.${column}::date as day, count(*) as row_count from ${logical} t
    where t.${column} >= (select dateadd('day', -${days + 1}, max(x.${column})::date) as oldest from ${logical} x)
    group by t.${column}::date
  ) n
) d
where d.age = 2 and d.usual is not null and (d.row_count < ${least} * d.usual or d.row_count > ${most} * d.usual)`,
  };
}

/** How long a record may be on its way from its raw table to the model before it counts as lost. */
const ON_ITS_WAY = "dateadd('hour', -1, sysdate())";

function reconciliationSql(
  logical: string,
  { with: source, column, days }: Extract<HeaderTest, { kind: "reconciliation" }>["given"],
  context: TestContext,
): TestSql | Refused {
  const table = context.contracted(source);
  if (table === undefined)
    return {
      message: "is no table of a source with a contract",
      given: source,
      allowed: "raw.<source>.<object>",
    };
  const newest = `(select max(x.${column})::date as newest from ${logical} x)`;
  const from = `(select dateadd('day', -${days}, max(x.${column})::date) as oldest from ${logical} x)`;
  const day = `convert_timezone('UTC', ${fieldTime(table, table.contract.time, "r")})::timestamp_ntz::date`;
  const key = fieldText(table, table.contract.key, "r");
  const arrived =
    table.record === "record"
      ? "convert_timezone('UTC', r.loaded_at)::timestamp_ntz"
      : "to_timestamp_ntz(r.record_metadata:SnowflakeConnectorPushTime::number(38, 0), 3)";
  return {
    name: `reconciliation.${column}`,
    says: `each day of ${column} has as many rows as ${source} has records`,
    sql: `select coalesce(s.day, m.day) as day, coalesce(m.row_count, 0) as row_count, coalesce(s.settled, 0) as settled, coalesce(s.record_count, 0) as record_count
from (
  select ${day} as day, count(distinct ${key}) as record_count,
    count(distinct case when ${arrived} < ${ON_ITS_WAY} then ${key} end) as settled
  from ${source} r
  where ${arrived} >= ${from} and ${day} >= ${from} and ${day} < ${newest}
  group by ${day}
) s
full join (
  select t.${column}::date as day, count(*) as row_count from ${logical} t
  where t.${column} >= ${from} and t.${column} < ${newest}
  group by t.${column}::date
) m on m.day = s.day
where coalesce(m.row_count, 0) < coalesce(s.settled, 0) or coalesce(m.row_count, 0) > coalesce(s.record_count, 0)`,
  };
}

export const isRefused = (result: TestSql | Refused): result is Refused => "message" in result;
