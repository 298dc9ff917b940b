import { quoteString, tokenize, unquoteString } from "../../../../local/account/commands/lexer.ts";
import { classify, splitStatements } from "../../../../local/account/commands/statements.ts";

describe("lexer", () => {
  test("keeps strings, quoted identifiers, bodies and stage paths whole", () => {
    const tokens = tokenize(
      `COPY into "My ""T""" from @db.sch."St"/a/b.json -- note ; here\n file_format = 'it''s' $$ body; ' $$`,
    );
    expect(tokens.map((t) => [t.kind, t.value])).toEqual([
      ["WORD", "COPY"],
      ["WORD", "INTO"],
      ["QUOTED", 'My "T"'],
      ["WORD", "FROM"],
      ["STAGE", '@db.sch."St"/a/b.json'],
      ["WORD", "FILE_FORMAT"],
      ["SYMBOL", "="],
      ["STRING", "it's"],
      ["DOLLAR_STRING", " body; ' "],
    ]);
    expect(tokens[5]).toMatchObject({ line: 2, position: 1 });
  });

  test("backslash sequences in strings", () => {
    expect(unquoteString(String.raw`'a\tb\\c\'d\u00e9\x41'`)).toBe("a\tb\\c'dé" + "A");
    expect(unquoteString(quoteString("it's a \\ b"))).toBe("it's a \\ b");
  });

  test("an unterminated string is a syntax error where it begins", () => {
    expect(() => tokenize("select\n 'abc")).toThrow(/syntax error line 2 at position 1/);
  });
});

describe("splitStatements", () => {
  const texts = (text: string) => splitStatements(text).map((s) => s.text);

  test("semicolons in strings, comments and $$ bodies do not split", () => {
    expect(texts("select ';' ; /* ; */ select 2; create function f() as $$ a; b $$;; -- end;")).toEqual([
      "select ';'",
      "select 2",
      "create function f() as $$ a; b $$",
    ]);
  });

  test("a scripting block is one statement, a transaction is not a block", () => {
    const block = "begin let x := 1; if (x > 0) then return case when x = 1 then 2 end; end if; end";
    expect(texts(`${block}; begin; select 1; commit`)).toEqual([block, "begin", "select 1", "commit"]);
    const declared = "declare a int; begin begin a := 1; end; return a; end";
    expect(texts(`${declared}; select 2`)).toEqual([declared, "select 2"]);
    const task = "create task t as begin insert into a values (1); delete from b; end";
    expect(texts(`${task}; show tasks;`)).toEqual([task, "show tasks"]);
    expect(
      splitStatements("ALTER ALERT a MODIFY ACTION DECLARE n NUMBER; BEGIN SELECT 1; END; SELECT 2").map(
        (one) => one.text,
      ),
    ).toEqual(["ALTER ALERT a MODIFY ACTION DECLARE n NUMBER; BEGIN SELECT 1; END", "SELECT 2"]);
  });

  test("offsets point into the text", () => {
    const text = "  select 1 ;\n select 2";
    expect(splitStatements(text).map((s) => text.slice(s.start, s.start + s.text.length))).toEqual([
      "select 1",
      "select 2",
    ]);
  });
});

describe("classify", () => {
  test.each([
    ["-- c\n select 1", "QUERY"],
    ["((select 1) union (select 2))", "QUERY"],
    ["with a as (select 1) select * from a", "QUERY"],
    ["merge into t using s on 1=1 when matched then delete", "DML"],
    ["copy into t from @s", "COPY"],
    ["create table t (a int)", "COMMAND"],
    ["begin", "COMMAND"],
    ["begin transaction", "COMMAND"],
    ["begin return 1; end", "SCRIPT"],
    ["execute immediate 'select 1'", "SCRIPT"],
    ["execute task t", "COMMAND"],
    ["set a = 1", "SET"],
    ["put file:///tmp/a.csv @~", "FILE_TRANSFER"],
    ["call p()", "CALL"],
    ["/* nothing */", "EMPTY"],
  ])("%s is %s", (text, kind) => {
    expect(classify(text)).toBe(kind);
  });

  test("a long text is read only as far as needed", () => {
    expect(classify(`${" ".repeat(5000)}insert into t values ('${"x".repeat(1e6)}'`)).toBe("DML");
  });
});
