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

test("an exception that nothing catches is the statement's error", async () => {
  await expect(run("DECLARE e EXCEPTION (-20003, 'No.'); BEGIN RAISE e; END;")).rejects.toMatchObject({
    message: "No.",
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
