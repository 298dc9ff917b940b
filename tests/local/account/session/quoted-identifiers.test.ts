import { withUpperQuoted } from "../../../../local/account/session/quoted-identifiers.ts";

// Source: "Identifier requirements", QUOTED_IDENTIFIERS_IGNORE_CASE.
test.each([
  ['SELECT "col", t."Col b" FROM "t"', 'SELECT "COL", t."COL B" FROM "T"'],
  [`SELECT 'say "hi"' AS "x" -- "left"`, `SELECT 'say "hi"' AS "X" -- "left"`],
  ['SELECT v:"a b"."C"[0]."d", "e" FROM t', 'SELECT v:"a b"."C"[0]."d", "E" FROM t'],
  ['SELECT a::INT AS "b"', 'SELECT a::INT AS "B"'],
  ['SELECT "unfinished', 'SELECT "unfinished'],
  ["SELECT 1", "SELECT 1"],
])("%s means %s", (written, meant) => {
  expect(withUpperQuoted(written)).toBe(meant);
});
