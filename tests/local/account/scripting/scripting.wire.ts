import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const value = async (sql: string) => Object.values((await run(sql))[0]!)[0];

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  connection = await connect(server, { username: "ADMIN", password: "x" });
  for (const sql of [
    "CREATE WAREHOUSE w",
    "CREATE DATABASE d",
    "CREATE TABLE invoices (id INT, price NUMBER(12, 2))",
    "INSERT INTO invoices VALUES (1, 11.11), (2, 22.22)",
    "CREATE TABLE log (n INT)",
  ])
    await run(sql);
});
afterAll(() => server.stop());

test.each([
  ["a value", "BEGIN RETURN 1 + 2; END;", 3],
  [
    "DECLARE with types and defaults",
    "DECLARE a NUMBER(38, 2); b DEFAULT 5; BEGIN a := b / 2; RETURN a; END;",
    2.5,
  ],
  [
    "IF, ELSEIF, ELSE",
    "BEGIN LET x := 7; IF (x < 5) THEN RETURN 'low'; ELSEIF (x < 10) THEN RETURN 'mid'; ELSE RETURN 'high'; END IF; END;",
    "mid",
  ],
  [
    "CASE",
    "BEGIN LET x := 'b'; CASE (x) WHEN 'a' THEN RETURN 1; WHEN 'b' THEN RETURN 2; ELSE RETURN 3; END; END;",
    2,
  ],
  [
    "CASE inside an expression",
    "BEGIN LET x := CASE WHEN 1 = 1 THEN 'yes' ELSE 'no' END; RETURN x; END;",
    "yes",
  ],
  [
    "FOR over a range",
    "DECLARE s INT DEFAULT 0; BEGIN FOR i IN 1 TO 5 DO s := s + i; END FOR; RETURN s; END;",
    15,
  ],
  [
    "FOR REVERSE",
    "BEGIN LET s := ''; FOR i IN REVERSE 1 TO 3 DO s := s || i; END FOR; RETURN s; END;",
    "321",
  ],
  [
    "WHILE, BREAK, CONTINUE",
    "BEGIN LET i := 0; LET s := 0; WHILE (TRUE) DO i := i + 1; IF (i = 2) THEN CONTINUE; END IF; IF (i > 4) THEN BREAK; END IF; s := s + i; END WHILE; RETURN s; END;",
    8,
  ],
  ["REPEAT", "BEGIN LET i := 0; REPEAT i := i + 1; UNTIL (i >= 3) END REPEAT; RETURN i; END;", 3],
  [
    "LOOP with a label",
    "BEGIN LET i := 0; LOOP LOOP i := i + 1; BREAK outer; END LOOP; END LOOP outer; RETURN i; END;",
    1,
  ],
  [
    "a cursor's rows as records",
    "DECLARE total NUMBER(12, 2) DEFAULT 0; c CURSOR FOR SELECT price FROM invoices; BEGIN FOR r IN c DO total := total + r.price; END FOR; RETURN total; END;",
    33.33,
  ],
  [
    "OPEN, FETCH, CLOSE",
    "DECLARE c CURSOR FOR SELECT id FROM invoices WHERE price > ? ORDER BY id; v INT; BEGIN OPEN c USING (20); FETCH c INTO v; CLOSE c; RETURN v; END;",
    2,
  ],
  [
    "SELECT INTO and bind variables",
    "DECLARE p NUMBER(12,2); BEGIN LET k := 2; SELECT price INTO :p FROM invoices WHERE id = :k; RETURN p; END;",
    22.22,
  ],
  [
    "a column of a variable's name stays the column where it has no colon",
    "DECLARE batch INT DEFAULT 2; n INT; BEGIN SELECT COUNT(*) INTO :n FROM VALUES (1), (2), (3) AS t(batch) WHERE batch = :batch; RETURN n; END;",
    1,
  ],
  [
    "the same in UPDATE, DELETE and a subquery of an expression",
    "DECLARE n INT DEFAULT 1; c INT; BEGIN DELETE FROM log; INSERT INTO log VALUES (1), (2), (3); UPDATE log SET n = n + 10 WHERE n = :n; DELETE FROM log WHERE n = :n + 1; c := (SELECT MAX(n) * 100 + COUNT(*) FROM log); RETURN c; END;",
    1102,
  ],
  [
    "the same in a query within an expression",
    "DECLARE n INT DEFAULT 11; r INT DEFAULT 0; BEGIN IF (EXISTS (SELECT 1 FROM log WHERE n = :n)) THEN r := r + 1; END IF; LET other := 1 + (SELECT COUNT(*) FROM log WHERE n <> :n); WHILE ((SELECT COUNT(*) FROM log WHERE n > :n) > 0) DO r := 99; BREAK; END WHILE; RETURN (SELECT COUNT(*) FROM log WHERE n = :n) * 100 + r * 10 + other; END;",
    112,
  ],
  [
    "and in a cursor's query",
    "DECLARE id INT DEFAULT 2; s NUMBER(12, 2) DEFAULT 0; BEGIN LET c CURSOR FOR SELECT id, price FROM invoices WHERE id = :id; FOR r IN c DO s := s + r.price + r.id; END FOR; RETURN s; END;",
    24.22,
  ],
  ["SQLROWCOUNT", "BEGIN INSERT INTO log VALUES (1), (2), (3); RETURN SQLROWCOUNT; END;", 3],
  [
    "EXECUTE IMMEDIATE USING",
    "BEGIN LET n := 9; EXECUTE IMMEDIATE 'INSERT INTO log VALUES (?)' USING (n); RETURN SQLROWCOUNT; END;",
    1,
  ],
  [
    "an exception and its handler",
    "DECLARE e EXCEPTION (-20002, 'Raised.'); BEGIN RAISE e; EXCEPTION WHEN e THEN RETURN SQLERRM; END;",
    "Raised.",
  ],
  [
    "a statement's error",
    "BEGIN SELECT * FROM nowhere; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN 'caught ' || SQLSTATE; END;",
    "caught 02000",
  ],
  ["a nested block's variables", "BEGIN LET x := 1; BEGIN LET x := 2; END; RETURN x; END;", 1],
  [
    "a path keeps its colon",
    'BEGIN LET n INT := 0; SELECT COUNT(*) INTO :n FROM (SELECT PARSE_JSON(\'{"a":{"b":1}}\') AS v) WHERE v:a.b::INT = 1; RETURN n; END;',
    1,
  ],
])("%s", async (_, script, expected) => {
  expect(await value(script)).toEqual(expected);
});

test("rows: RESULTSET and RETURN TABLE", async () => {
  expect(
    await run("DECLARE r RESULTSET; BEGIN r := (SELECT id FROM invoices ORDER BY id); RETURN TABLE(r); END;"),
  ).toEqual([{ ID: 1 }, { ID: 2 }]);
});

// Source: "Handling exceptions".
test("an exception that nothing catches is the statement's error, with its type and place", async () => {
  await expect(run("DECLARE e EXCEPTION (-20003, 'No.');\nBEGIN\n  RAISE e;\nEND;")).rejects.toMatchObject({
    code: "-20003",
    message: "Uncaught exception of type 'E' on line 3 at position 2 : No.",
  });
  await run("CREATE PROCEDURE reads_nothing() RETURNS INT AS BEGIN SELECT * FROM nowhere; END");
  await expect(run("BEGIN\nCALL reads_nothing();\nEND;")).rejects.toMatchObject({
    code: "002003",
    message: expect.stringMatching(
      /^Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 0 : Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : SQL compilation error:/,
    ),
  });
});

// Source: "EXCEPTION (Snowflake Scripting)".
test("a CONTINUE handler goes on after the statement that failed, in a loop and in a nested block", async () => {
  expect(
    await value(`DECLARE seen VARCHAR DEFAULT ''; bad EXCEPTION (-20001, 'Bad.');
      BEGIN
        FOR i IN 1 TO 3 DO
          IF (i = 2) THEN RAISE bad; END IF;
          seen := seen || i;
        END FOR;
        BEGIN SELECT * FROM nowhere; seen := seen || 'x'; END;
        seen := seen || '.';
        RETURN seen;
      EXCEPTION
        WHEN bad CONTINUE THEN seen := seen || '!';
        WHEN STATEMENT_ERROR CONTINUE THEN seen := seen || '?';
      END;`),
  ).toBe("1!23?.");
});

test("an error within a handler leaves the block, whatever the block's handlers catch", async () => {
  await expect(
    run("BEGIN SELECT * FROM a1; EXCEPTION WHEN OTHER CONTINUE THEN SELECT * FROM a2; END;"),
  ).rejects.toMatchObject({ message: expect.stringContaining("'A2'") });
});

// Source: "Using arguments passed to a stored procedure": output arguments.
test("OUT arguments give the caller's variables their last values", async () => {
  await run(
    "CREATE PROCEDURE gives(x OUT NUMBER, y IN NUMBER) RETURNS VARCHAR AS BEGIN x := y * 2; RETURN 'Done'; END",
  );
  expect(await value("BEGIN LET v NUMBER := 1; CALL gives(:v, 21); RETURN v; END;")).toBe(42);
  await expect(run("BEGIN CALL gives(1, 21); END;")).rejects.toMatchObject({
    message: expect.stringContaining("output argument"),
  });
});

// Source: "DECLARE (Snowflake Scripting)": nested stored procedures.
test("a block calls the procedures that it declares; they see their arguments only", async () => {
  expect(
    await value(`DECLARE
        twice PROCEDURE (n NUMBER, by_ NUMBER DEFAULT 2) RETURNS NUMBER AS
          DECLARE r NUMBER; BEGIN r := n * by_; RETURN r; END;
        a NUMBER; b NUMBER;
      BEGIN CALL twice(4) INTO :a; CALL twice(by_ => 5, n => :a) INTO :b; RETURN a + b; END;`),
  ).toBe(48);
  await expect(
    run("DECLARE v INT DEFAULT 1; p PROCEDURE () RETURNS INT AS BEGIN RETURN v; END; BEGIN CALL p(); END;"),
  ).rejects.toMatchObject({ message: expect.stringContaining("invalid identifier 'V'") });
});

test("FOR goes through the rows that a cursor was opened for; RETURN TABLE takes a cursor", async () => {
  expect(
    await value(`DECLARE s VARCHAR DEFAULT ''; c CURSOR FOR SELECT id FROM invoices WHERE price > ?;
      BEGIN OPEN c USING (20); FOR r IN c DO s := s || r.id; END FOR; CLOSE c; RETURN s; END;`),
  ).toBe("2");
  expect(
    await run(
      "DECLARE c CURSOR FOR SELECT id FROM invoices ORDER BY id; BEGIN OPEN c; RETURN TABLE(RESULTSET_FROM_CURSOR(c)); END;",
    ),
  ).toEqual([{ ID: 1 }, { ID: 2 }]);
});

// Source: "Selecting from a stored procedure".
test("a procedure that names its columns stands in FROM, in queries, INSERT and CREATE TABLE, not in views", async () => {
  await run(`CREATE PROCEDURE above(least NUMBER(12, 2)) RETURNS TABLE (id INT, price NUMBER(12, 2)) AS
    DECLARE r RESULTSET; BEGIN r := (SELECT id, price FROM invoices WHERE price > :least); RETURN TABLE(r); END`);
  expect(await run("SELECT id FROM TABLE(above(20)) a JOIN TABLE(d.public.above(0)) b USING (id)")).toEqual([
    { ID: 2 },
  ]);
  await run("CREATE TABLE copied AS SELECT * FROM TABLE(above(0))");
  await run("INSERT INTO copied SELECT * FROM TABLE(above(20))");
  expect(await value("SELECT COUNT(*) FROM copied")).toBe(3);
  await expect(run("CREATE VIEW v AS SELECT * FROM TABLE(above(0))")).rejects.toMatchObject({
    code: "002141",
  });
  await run(
    "CREATE PROCEDURE loose() RETURNS TABLE () AS DECLARE r RESULTSET DEFAULT (SELECT 1); BEGIN RETURN TABLE(r); END",
  );
  await expect(run("SELECT * FROM TABLE(loose())")).rejects.toMatchObject({
    message: expect.stringContaining("does not name its columns"),
  });
});

test("routines in Python, Java and Scala are refused by name", async () => {
  for (const language of ["PYTHON", "JAVA", "SCALA"])
    for (const kind of ["FUNCTION", "PROCEDURE"])
      await expect(
        run(
          `CREATE ${kind} f() RETURNS INT LANGUAGE ${language} RUNTIME_VERSION = '3.11' HANDLER = 'm' AS 'x'`,
        ),
      ).rejects.toMatchObject({
        message: expect.stringContaining(`Unsupported feature 'LANGUAGE ${language}'`),
      });
});

test("EXECUTE IMMEDIATE of a statement and of a block in dollars", async () => {
  expect(await value("EXECUTE IMMEDIATE 'SELECT 5 AS n'")).toBe(5);
  expect(await value("EXECUTE IMMEDIATE $$ BEGIN RETURN 'in'; END $$")).toBe("in");
});

test("procedures: arguments, defaults, names, the owner's rights", async () => {
  await run(`CREATE PROCEDURE add_up(a INT, b INT DEFAULT 10) RETURNS INT LANGUAGE SQL AS
    $$ BEGIN INSERT INTO log SELECT :a; RETURN a + b; END $$`);
  expect(await run("CALL add_up(1, 2)")).toEqual([{ ADD_UP: 3 }]);
  expect(await value("CALL add_up(1)")).toBe(11);
  expect(await value("CALL add_up(b => 5, a => 1)")).toBe(6);
  await run("CREATE ROLE caller");
  await run("GRANT ROLE caller TO ROLE ACCOUNTADMIN");
  await run("GRANT USAGE ON DATABASE d TO ROLE caller");
  await run("GRANT USAGE ON SCHEMA d.public TO ROLE caller");
  await run("GRANT USAGE ON WAREHOUSE w TO ROLE caller");
  await run("GRANT USAGE ON PROCEDURE add_up(INT, INT) TO ROLE caller");
  await run("USE SECONDARY ROLES NONE");
  await run("USE ROLE caller");
  await expect(run("INSERT INTO d.public.log VALUES (1)")).rejects.toMatchObject({ code: "002003" });
  expect(await value("CALL d.public.add_up(4, 4)")).toBe(8);
  await run("USE ROLE ACCOUNTADMIN");
});

// Source: "CALL (with anonymous procedure)".
test("an anonymous procedure in SQL and in JavaScript is called once, with the caller's rights, and not kept", async () => {
  expect(
    await run(`WITH total AS PROCEDURE (least NUMBER(12, 2), word VARCHAR DEFAULT 'is')
      RETURNS VARCHAR LANGUAGE SQL
      AS $$ DECLARE s NUMBER(12, 2); BEGIN SELECT SUM(price) INTO :s FROM invoices WHERE price > :least; RETURN word || ' ' || s; END; $$
      CALL total(20)`),
  ).toEqual([{ TOTAL: "is 22.22" }]);
  expect(
    await value(
      "WITH twice AS PROCEDURE (n FLOAT) RETURNS FLOAT LANGUAGE JAVASCRIPT AS 'return 2 * N;' CALL twice(21);",
    ),
  ).toBe(42);
  expect(await run("SHOW PROCEDURES LIKE 'total'")).toEqual([]);
  await expect(
    run("WITH a AS PROCEDURE () RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN 1; END' CALL b()"),
  ).rejects.toThrow(/Unknown user-defined procedure/);
  await expect(run("WITH a AS PROCEDURE () RETURNS INT LANGUAGE PYTHON AS 'x' CALL a()")).rejects.toThrow(
    /Unsupported feature 'LANGUAGE PYTHON'/,
  );
});

// Source: "JavaScript stored procedures API".
test("a JavaScript procedure asks a statement for its columns, and a row for them by name", async () => {
  await run(`CREATE PROCEDURE asks() RETURNS VARIANT LANGUAGE JAVASCRIPT AS $$
    const s = snowflake.createStatement({
      sqlText: "SELECT id, price, 'x' AS t, TRUE AS b FROM invoices WHERE id = :1", binds: [2],
    });
    const r = s.execute();
    r.next();
    snowflake.addEvent("asked");
    snowflake.setSpanAttribute("rows", s.getRowCount());
    return [r.ID, r.PRICE, s.getColumnSqlType(2), s.isColumnNumber(1), s.isColumnText(1), s.isColumnText(3),
      s.isColumnBoolean(4), s.getColumnScale(2), r.getColumnCount()];
  $$`);
  expect(await value("CALL asks()")).toEqual([2, 22.22, "NUMBER", true, false, true, true, 2, 4]);
});
