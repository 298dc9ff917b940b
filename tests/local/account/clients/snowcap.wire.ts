import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { runProgram, slowPythonClient } from "./python.ts";

const VERSION = "1.0.33";
const { bin, missing } = slowPythonClient("snowcap", "snowcap", VERSION);

(missing ? describe.skip : describe)(`snowcap ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let server: AccountServer;
  let project: string;

  beforeAll(async () => {
    server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "pw" });
    project = mkdtempSync(join(tmpdir(), "firn-snowcap-"));
    cpSync(join(import.meta.dirname, "snowcap"), project, { recursive: true });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(project, { recursive: true });
  });

  const snowcap = (...args: string[]) =>
    runProgram(join(bin, "python"), [join(import.meta.dirname, "snowcap_app.py"), ...args], {
      cwd: project,
      env: {
        SNOWFLAKE_ACCOUNT: "FIRNLOCAL",
        SNOWFLAKE_USER: "ADMIN",
        SNOWFLAKE_PASSWORD: "pw",
        SNOWFLAKE_ROLE: "ACCOUNTADMIN",
        FIRN_HOST: server.host,
        FIRN_PORT: String(server.port),
        NO_COLOR: "1",
      },
    });
  const plan = async () => /Plan: (.*)\./.exec(await snowcap("plan", "--config", "snowcap.yml"))?.[1];

  test("apply makes everything; a plan after it finds nothing to do", async () => {
    expect(await snowcap("apply", "--config", "snowcap.yml")).toMatch(/Applied:.*26 created, 0 updated/);
    expect(await plan()).toBe("0 to create, 0 to update, 0 to transfer, 0 to drop");
  }, 120_000);

  test("a changed property is an update in place, and then none", async () => {
    const config = join(project, "snowcap.yml");
    writeFileSync(config, readFileSync(config, "utf8").replace("auto_suspend: 60", "auto_suspend: 120"));
    expect(await plan()).toBe("0 to create, 1 to update, 0 to transfer, 0 to drop");
    expect(await snowcap("apply", "--config", "snowcap.yml")).toMatch(/Applied:.*0 created, 1 updated/);
    expect(await plan()).toBe("0 to create, 0 to update, 0 to transfer, 0 to drop");
  }, 120_000);

  test("export of the whole account tells what is there", async () => {
    await snowcap("export", "--all", "--out", "export.yml");
    const exported = readFileSync(join(project, "export.yml"), "utf8");
    for (const name of ["ANALYTICS", "ORDERS", "TRANSFORMING", "NIGHTLY", "HIDE"])
      expect(exported).toMatch(new RegExp(`name: ${name}\\b`));
  }, 120_000);
});
