import { bindsOfEach, boundText } from "../../../../local/account/commands/index.ts";

const text = (value: string | null) => ({ type: "TEXT", value });
const of = (sql: string, ...binds: { type: string; value: string | null | (string | null)[] }[]) =>
  boundText({ text: sql, binds: Object.fromEntries(binds.map((bind, i) => [String(i + 1), bind])) });

test.each([
  ["CREATE STAGE IDENTIFIER(?) COMMENT = ?", [text('"a b"'), text("it's \\ so")]],
  ["ALTER TABLE IDENTIFIER(:1) RENAME TO IDENTIFIER(:2)", [text("a"), text("b")]],
])("texts become literals: %s", (sql, binds) => {
  const written = of(sql, ...binds);
  expect(written).not.toMatch(/[?:]/);
  for (const { value } of binds)
    expect(written).toContain(`'${value!.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`);
});

test.each([
  ["FIXED", "-5", "-5"],
  ["BOOLEAN", "true", "TRUE"],
  ["DATE", "1772323200000", "TO_DATE('2026-03-01')"],
  ["TIMESTAMP_NTZ", "1772323200000000000", "TO_TIMESTAMP_NTZ(1772323200000000000, 9)"],
  ["TEXT", null, "NULL"],
])("a %s of %s is %s", (type, value, literal) => {
  expect(of("CREATE TABLE t AS SELECT ?", { type, value })).toBe(`CREATE TABLE t AS SELECT ${literal}`);
});

test("marks in texts, comments and slices are none", () => {
  const sql = "CREATE TABLE t COMMENT = '?' AS SELECT a[0:1] FROM b /* ? */ -- ?";
  expect(of(sql, text("x"))).toBe(sql);
});

test("several statements count their marks through all of them; numbered ones name any", () => {
  const binds = { "1": text("a"), "2": text("b"), "3": text("c") };
  expect(bindsOfEach(["SELECT ?", "SELECT '?', ?, ?", "SELECT :3"], binds)).toEqual([
    { "1": text("a") },
    { "1": text("b"), "2": text("c") },
    binds,
  ]);
});

test("what has no literal, and many values, are refused by name", () => {
  expect(() => of("CREATE TABLE t AS SELECT ?", { type: "TIMESTAMP_TZ", value: "0 1440" })).toThrow(
    /bind of type TIMESTAMP_TZ/,
  );
  expect(() => of("USE SCHEMA ?", { type: "TEXT", value: ["a", "b"] })).toThrow(/array binds/);
});
