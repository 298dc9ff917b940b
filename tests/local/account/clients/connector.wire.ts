import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";

const VERSION = "5.2.0";
const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
const venv = join(cache, "firn", `snowflake-connector-${VERSION}`);
const python = join(venv, "bin", "python");

/** A virtual environment with the connector, made once; undefined with a reason where that cannot be. */
function prepare(): string | undefined {
  if (existsSync(join(venv, "ready"))) return undefined;
  if (spawnSync("python3", ["--version"]).status !== 0) return "there is no python3";
  mkdirSync(venv, { recursive: true });
  if (spawnSync("python3", ["-m", "venv", venv]).status !== 0) return "python3 has no venv module";
  const install = spawnSync(python, ["-m", "pip", "install", "-q", `snowflake-connector-python==${VERSION}`]);
  if (install.status !== 0) return `pip could not install snowflake-connector-python ${VERSION}`;
  mkdirSync(join(venv, "ready"));
  return undefined;
}

const missing = prepare();
const title = `snowflake-connector-python ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`;

(missing ? describe.skip : describe)(title, () => {
  let server: AccountServer;
  const seen = new Map<string, unknown>();

  beforeAll(async () => {
    server = await startAccountServer({
      dataDir: ":memory:",
      adminUser: "ADMIN",
      adminPassword: "right horse",
    });
    const script = join(import.meta.dirname, "connector.py");
    const output = await new Promise<string>((resolve, reject) => {
      const child = spawn(python, [script, server.host, String(server.port)]);
      let text = "";
      let errors = "";
      child.stdout.on("data", (part) => {
        text += part;
      });
      child.stderr.on("data", (part) => {
        errors += part;
      });
      child.on("error", reject);
      child.on("close", (code) =>
        code === 0 ? resolve(text) : reject(new Error(`exit ${code}\n${text}\n${errors}`)),
      );
    });
    for (const line of output.trim().split("\n")) {
      const { check, value } = JSON.parse(line) as { check: string; value: unknown };
      seen.set(check, value);
    }
  }, 120_000);
  afterAll(() => server.stop());

  test.each([
    ["row", [1, "x", null]],
    ["description", ["A", "B", "C"]],
    ["query id", 36],
    ["many", [90_000, 0, 89_999]],
    ["async", [[42]]],
    ["error", [true, true]],
    ["string", [[[1]], [[2]]]],
    ["multi", [[[1]], [[2]]]],
    ["refused", 390100],
  ])("%s", (check, expected) => {
    expect(seen.get(check)).toEqual(expected);
  });
});
