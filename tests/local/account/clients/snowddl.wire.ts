import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";
import { runProgram, slowPythonClient } from "./python.ts";

const VERSION = "0.70.1";
const { bin, missing } = slowPythonClient("snowddl", "snowddl", VERSION);

/** SnowDDL's own sample: databases, schemas, 23 tables, keys, views, functions, a procedure, users, roles, warehouses. */
(missing ? describe.skip : describe)(`SnowDDL ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let server: AccountServer;
  let connection: Connection;
  let configs: string;

  beforeAll(async () => {
    server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "pw" });
    connection = await connect(server, { username: "ADMIN", password: "pw" });
    // The administration user of SnowDDL's "Quick start".
    for (const sql of [
      "CREATE ROLE SNOWDDL_ADMIN",
      "GRANT ROLE SYSADMIN TO ROLE SNOWDDL_ADMIN",
      "GRANT ROLE SECURITYADMIN TO ROLE SNOWDDL_ADMIN",
      "CREATE USER SNOWDDL PASSWORD = 'pw' DEFAULT_ROLE = SNOWDDL_ADMIN",
      "GRANT ROLE SNOWDDL_ADMIN TO USER SNOWDDL",
    ])
      await execute(connection, sql);
    configs = mkdtempSync(join(tmpdir(), "firn-snowddl-"));
    const program = "import snowddl, pathlib; print(pathlib.Path(snowddl.__file__).parent / '_config')";
    const samples = (await runProgram(join(bin, "python"), ["-c", program])).trim();
    cpSync(samples, configs, { recursive: true });
    for (const sample of ["sample01_01", "sample01_02"]) {
      // The account has no GEOGRAPHY; the one column of that type is taken as a VARIANT.
      const table = join(configs, sample, "snowddl_db", "bookings", "table", "airports_data.yaml");
      writeFileSync(table, readFileSync(table, "utf8").replace("GEOGRAPHY", "VARIANT"));
    }
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    rmSync(configs, { recursive: true });
  });

  /** What SnowDDL says at its end: statements executed and suggested. */
  const snowddl = async (sample: string, ...action: string[]) => {
    const script = join(import.meta.dirname, "snowddl_app.py");
    const login = ["-a", "FIRNLOCAL", "-u", "SNOWDDL", "-p", "pw", "-r", "SNOWDDL_ADMIN"];
    const output = await runProgram(
      join(bin, "python"),
      [script, "-c", join(configs, sample), ...login, ...action],
      { env: { FIRN_HOST: server.host, FIRN_PORT: String(server.port), PYTHONUNBUFFERED: "1" }, both: true },
    );
    const [, executed, suggested] = /Executed (\d+) DDL queries, Suggested (\d+) DDL/.exec(output) ?? [];
    return { executed: Number(executed), suggested: Number(suggested) };
  };

  test("apply makes everything; a plan after it finds nothing to do", async () => {
    expect(await snowddl("sample01_01", "apply")).toEqual({ executed: 486, suggested: 0 });
    expect(await snowddl("sample01_01", "plan")).toEqual({ executed: 0, suggested: 0 });
    const tables = `SELECT table_schema AS s, COUNT(*) AS n FROM snowddl_db.information_schema.tables
      WHERE table_schema <> 'INFORMATION_SCHEMA' GROUP BY ALL ORDER BY 1`;
    await execute(connection, "CREATE WAREHOUSE w");
    expect(await execute(connection, tables)).toEqual([
      { S: "BOOKINGS", N: 12 },
      { S: "SAKILA", N: 21 },
    ]);
  }, 120_000);

  test("the changed sample: changes, unsafe ones too, then none", async () => {
    const planned = await snowddl("sample01_02", "plan");
    expect(planned.suggested).toBeGreaterThan(20);
    const { executed } = await snowddl("sample01_02", "--apply-unsafe", "apply");
    expect(executed).toBeGreaterThanOrEqual(planned.suggested);
    expect(await snowddl("sample01_02", "plan")).toEqual({ executed: 0, suggested: 0 });
  }, 120_000);
});
