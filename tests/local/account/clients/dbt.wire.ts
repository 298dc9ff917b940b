import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";
import { runProgram, slowPythonClient } from "./python.ts";

const { bin, missing } = slowPythonClient("dbt", "dbt-snowflake", "1.12.3");

(missing ? describe.skip : describe)(`dbt-snowflake 1.12.3${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let server: AccountServer;
  let project: string;

  beforeAll(async () => {
    server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "pw" });
    const connection = await connect(server, { username: "ADMIN", password: "pw" });
    await execute(connection, "CREATE WAREHOUSE w");
    await execute(connection, "CREATE DATABASE d");
    project = mkdtempSync(join(tmpdir(), "firn-dbt-"));
    cpSync(join(import.meta.dirname, "dbt"), project, { recursive: true });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(project, { recursive: true });
  });

  const dbt = (...args: string[]) =>
    runProgram(join(bin, "dbt"), ["--no-use-colors", ...args, "--profiles-dir", "."], {
      cwd: project,
      env: { PORT: String(server.port), DBT_SEND_ANONYMOUS_USAGE_STATS: "false" },
    });

  test.each([
    ["seeds", ["seed"], "PASS=1"],
    ["a view, a table, an incremental model", ["run"], "PASS=3"],
    ["the incremental model merges", ["run"], "PASS=3"],
    ["a snapshot", ["snapshot"], "PASS=1"],
    ["a snapshot again", ["snapshot"], "PASS=1"],
    ["its tests", ["test"], "PASS=2"],
    ["the catalogue", ["docs", "generate"], "Catalog written"],
  ])(
    "%s",
    async (_, args, expected) => {
      expect(await dbt(...args)).toContain(expected);
    },
    120_000,
  );
});
