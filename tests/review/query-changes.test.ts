import { changedColumns } from "../../review/query-changes.ts";

const BEFORE =
  "SELECT a.id AS id, MEDIAN(a.days) AS days, COUNT(*) AS deals FROM x AS a WHERE a.won GROUP BY a.id";

test.each<[string, string, string[] | undefined]>([
  ["nothing where only the text differs", BEFORE.replace("SELECT", "select -- won deals\n"), []],
  ["the one column whose expression is another", BEFORE.replace("MEDIAN", "AVG"), ["DAYS"]],
  ["a new column", BEFORE.replace(" FROM", ", 1 AS one FROM"), ["ONE"]],
  ["any column where other rows are read", BEFORE.replace("a.won", "NOT a.won"), undefined],
  ["any column where something else is read", BEFORE.replace("FROM x", "FROM y"), undefined],
  ["any column of what is no SELECT", "SELECT 1 AS id UNION ALL SELECT 2 AS id", undefined],
  ["any column of what is not SQL", "SELECT FROM (", undefined],
])("tells %s", (_case, after, expected) => {
  expect(changedColumns(BEFORE, after)).toEqual(expected);
});

test("follows a column that names a changed one", () => {
  expect(
    changedColumns(
      "SELECT a.x + 1 AS more, more * 2 AS twice, a.y AS y FROM a",
      "SELECT a.x + 2 AS more, more * 2 AS twice, a.y AS y FROM a",
    ),
  ).toEqual(["MORE", "TWICE"]);
});

test("a column without a name can be any", () => {
  expect(changedColumns("SELECT 1 + 1", "SELECT 1 + 2")).toBeUndefined();
});
