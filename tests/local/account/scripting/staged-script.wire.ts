import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let server: AccountServer;
let folder: string;
let run: (sql: string) => Promise<Record<string, unknown>[]>;

beforeAll(async () => {
  server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "x" });
  const connection = await connect(server, { username: "ADMIN", password: "x" });
  run = (sql) => execute(connection, sql);
  for (const sql of ["CREATE WAREHOUSE w", "CREATE DATABASE d", "CREATE STAGE s"]) await run(sql);
  folder = mkdtempSync(join(tmpdir(), "firn-staged-"));
  const files = {
    "all.sql":
      "CREATE TABLE t (n INT);\nEXECUTE IMMEDIATE FROM './fill.sql';\nSELECT SUM(n) AS total FROM t;",
    "fill.sql": "-- two; rows\nINSERT INTO t VALUES (40), (2);\nBEGIN INSERT INTO t VALUES (100); END;",
    "broken.sql": "CREATE TABLE before_it (n INT);\nSELECT * FROM nowhere;\nCREATE TABLE after_it (n INT);",
    "template.sql": "--!jinja\nSELECT {{ n }};",
    "loop.sql": "EXECUTE IMMEDIATE FROM 'loop.sql';",
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    await run(`PUT file://${join(folder, name)} @s/in AUTO_COMPRESS = FALSE`);
  }
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

// Source: "EXECUTE IMMEDIATE FROM".
test("a staged file's statements run in turn, with the files beside it; the answer is the last one's", async () => {
  expect(await run("EXECUTE IMMEDIATE FROM @s/in/all.sql")).toEqual([{ TOTAL: 142 }]);
});

test("an error ends the file; what ran before it stays", async () => {
  await expect(run("EXECUTE IMMEDIATE FROM @s/in/broken.sql")).rejects.toMatchObject({ code: "002003" });
  const tables = (await run("SHOW TABLES LIKE '%_it'")).map(({ name }) => name);
  expect(tables).toEqual(["BEFORE_IT"]);
});

test.each([
  ["a file that is not there", "EXECUTE IMMEDIATE FROM @s/in/none.sql", /@s\/in\/none.sql.* does not exist/],
  ["a template", "EXECUTE IMMEDIATE FROM @s/in/template.sql", /Jinja2 templates/],
  ["template variables", "EXECUTE IMMEDIATE FROM @s/in/all.sql USING (n => 1)", /USING/],
  ["files that call each other for ever", "EXECUTE IMMEDIATE FROM @s/in/loop.sql", /files deep/],
  ["a relative path outside of a file", "EXECUTE IMMEDIATE FROM './all.sql'", /a path in a stage/],
])("%s is refused", async (_, sql, message) => {
  await expect(run(sql)).rejects.toThrow(message);
});
