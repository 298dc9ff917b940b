import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";
import { runProgram, slowPythonClient } from "./python.ts";

const VERSION = "3.30.0";
const { bin, missing } = slowPythonClient("snow", "snowflake-cli", VERSION);

(missing ? describe.skip : describe)(`snow ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let server: AccountServer;
  let home: string;

  beforeAll(async () => {
    server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "pw" });
    const connection = await connect(server, { username: "ADMIN", password: "pw" });
    for (const sql of ["CREATE WAREHOUSE w", "CREATE DATABASE shop", "CREATE TABLE t (n INT, name VARCHAR)"])
      await execute(connection, sql);
    home = mkdtempSync(join(tmpdir(), "firn-snow-"));
    const config = `default_connection_name = "firn"
[cli.logs]
save_logs = false
[connections.firn]
account = "FIRNLOCAL"
host = "${server.host}"
port = ${server.port}
protocol = "http"
user = "ADMIN"
password = "pw"
warehouse = "W"
database = "SHOP"
schema = "PUBLIC"
`;
    writeFileSync(join(home, "config.toml"), config, { mode: 0o600 });
    mkdirSync(join(home, "files"));
    writeFileSync(join(home, "files", "one.csv"), "1,a\n2,b\n");
    writeFileSync(join(home, "files", "two.csv"), "3,c\n");
    writeFileSync(join(home, "load.sql"), "COPY INTO t FROM @s/in;\nSELECT SUM(n) AS total FROM t;\n");
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });

  const snow = async (...args: string[]): Promise<unknown> => {
    const options = ["--config-file", join(home, "config.toml")];
    const text = await runProgram(join(bin, "snow"), [...options, ...args, "--format", "JSON"], {
      cwd: home,
      env: { SNOWFLAKE_HOME: home },
    });
    return JSON.parse(text);
  };

  test("connection test, sql", async () => {
    const [tested, results] = await Promise.all([
      snow("connection", "test"),
      snow("sql", "--query", "SELECT 1 AS a, 'x' AS b; SELECT CURRENT_WAREHOUSE() AS w"),
    ]);
    expect(tested).toMatchObject({ Status: "OK", Role: "ACCOUNTADMIN", Database: "SHOP", Warehouse: "W" });
    expect(results).toEqual([[{ A: 1, B: "x" }], [{ W: "W" }]]);
  }, 60_000);

  test("object list and describe", async () => {
    const [tables, columns, pools] = await Promise.all([
      snow("object", "list", "table", "--like", "T%"),
      snow("object", "describe", "table", "t"),
      snow("object", "list", "compute-pool"),
    ]);
    expect(tables).toMatchObject([{ name: "T", database_name: "SHOP", schema_name: "PUBLIC" }]);
    expect(columns).toMatchObject([
      { name: "N", type: "NUMBER(38,0)" },
      { name: "NAME", type: "VARCHAR(16777216)" },
    ]);
    expect(pools).toEqual([]);
  }, 60_000);

  test("stage: create, copy to and from, list, execute, between stages, remove", async () => {
    await snow("stage", "create", "s");
    await snow("stage", "copy", "files", "@s/in", "--recursive");
    await snow("stage", "copy", "load.sql", "@s/scripts");
    expect(await snow("stage", "list-files", "@s")).toMatchObject([
      { name: "s/in/one.csv", size: 8 },
      { name: "s/in/two.csv", size: 4 },
      { name: "s/scripts/load.sql" },
    ]);
    expect(await snow("stage", "execute", "@s/scripts/load.sql")).toMatchObject([{ Status: "SUCCESS" }]);
    expect(await snow("sql", "--query", "SELECT SUM(n) AS total FROM t")).toEqual([{ TOTAL: 6 }]);
    await snow("stage", "copy", "@s/in/", "@s/copy/");
    mkdirSync(join(home, "down"));
    await snow("stage", "copy", "@s/copy", join(home, "down"), "--recursive");
    expect(readFileSync(join(home, "down", "one.csv"), "utf8")).toBe("1,a\n2,b\n");
    await snow("stage", "remove", "s", "in/one.csv");
    const names = (await snow("stage", "list-files", "@s/in")) as { name: string }[];
    expect(names.map(({ name }) => name)).toEqual(["s/in/two.csv"]);
  }, 120_000);
});
