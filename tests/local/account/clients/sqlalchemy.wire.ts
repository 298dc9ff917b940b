import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { runProgram, slowPythonClient } from "./python.ts";

const VERSION = "1.11.1";
const { bin, missing } = slowPythonClient("sqlalchemy", "snowflake-sqlalchemy", VERSION, [
  "snowflake-connector-python==4.8.1",
  "SQLAlchemy==2.0.44",
]);
const title = `snowflake-sqlalchemy ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`;

(missing ? describe.skip : describe)(title, () => {
  let server: AccountServer;

  beforeAll(async () => {
    server = await startAccountServer({
      dataDir: ":memory:",
      adminUser: "ADMIN",
      adminPassword: "right horse",
    });
  });
  afterAll(() => server.stop());

  test("tables are made, filled, changed, rolled back and reflected", async () => {
    const script = join(import.meta.dirname, "sqlalchemy_app.py");
    const output = await runProgram(join(bin, "python"), [script, server.host, String(server.port)]);
    const seen = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { check: string; value: unknown });
    const types =
      "DECIMAL(38, 0),DECIMAL(38, 0),DECIMAL(10, 2),TIMESTAMP_NTZ,BOOLEAN,DATE,FLOAT,VARIANT".split(/,(?! )/);
    const names = ["id", "parent_id", "amount", "at", "ok", "d", "f", "v"];
    expect(Object.fromEntries(seen.map(({ check, value }) => [check, value]))).toEqual({
      row: ["1", "1", "1.25", "2026-01-01 01:02:03", "True", "2026-01-01", "1.5", "None"],
      join: [["p1", "1.25"]],
      counts: [4, 4],
      "rolled back": 0,
      tables: [["child", "parent"], true, false, ["ids"]],
      columns: names.map((name, i) => [name, types[i], name !== "id"]),
      keys: [["id"], ["id"], ["name"], "the parents"],
      reflected: [["child", "parent"], types],
    });
  }, 300_000);
});
