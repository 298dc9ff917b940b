import { notIncremental, parseQuery } from "../../../../local/account/sql/index.ts";

const reason = (text: string) => notIncremental(parseQuery(text));

test.each([
  "SELECT a, SUM(b) AS s FROM t GROUP BY a HAVING s > 1",
  "SELECT DISTINCT a FROM t UNION SELECT a FROM u UNION ALL SELECT a FROM v",
  "WITH c AS (SELECT a FROM t) SELECT c.a, u.b FROM c LEFT JOIN u ON c.a = u.a AND c.a = u.b JOIN v USING (a)",
  "SELECT a, ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM t QUALIFY n = 1",
  "SELECT a FROM t WHERE b > CURRENT_TIMESTAMP AND c < CURRENT_DATE()",
  "SELECT t.a, f.value FROM t, LATERAL FLATTEN(input => t.b) f",
  "SELECT a FROM (SELECT a FROM t)",
])("incremental: %s", (text) => {
  expect(reason(text)).toBeNull();
});

test.each([
  ["SELECT a FROM t EXCEPT SELECT a FROM u", "the set operator EXCEPT"],
  ["SELECT a FROM t WHERE a IN (SELECT a FROM u)", "a subquery outside of the FROM clause"],
  ["SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u)", "a subquery outside of the FROM clause"],
  ["SELECT (SELECT MAX(a) FROM u) AS m FROM t", "a subquery outside of the FROM clause"],
  ["SELECT t.a FROM t LEFT JOIN u ON t.a > u.a", "an outer join with a condition other than equality"],
  ["SELECT a, CURRENT_TIMESTAMP() AS at FROM t", "the function CURRENT_TIMESTAMP outside of a filter"],
  ["SELECT a FROM t GROUP BY a, CURRENT_DATE", "the function CURRENT_DATE outside of a filter"],
  ["SELECT a, RANDOM() AS r FROM t", "the function RANDOM"],
  ["SELECT a FROM t WHERE CURRENT_ROLE() = 'X'", "the function CURRENT_ROLE"],
  ["SELECT own(a) AS b FROM t", "the function OWN"],
  ["SELECT a FROM t LIMIT 1", "LIMIT"],
])("not incremental: %s: %s", (text, because) => {
  expect(reason(text)).toBe(because);
});
