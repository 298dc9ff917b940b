import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { runProgram } from "./python.ts";

const VERSION = "3.24.2";
const folder = join(import.meta.dirname, "jdbc");
const jars = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "firn", `jdbc-${VERSION}`);

/** Why the driver is not to be had; undefined when it is there. */
function missing(): string | undefined {
  if (!["jdbc", "all"].includes(process.env["FIRN_CLIENTS"] ?? "")) return "set FIRN_CLIENTS=jdbc to run it";
  if (spawnSync("java", ["-version"]).status !== 0) return "there is no java";
  if (existsSync(join(jars, "ready"))) return undefined;
  const copy = [
    "-q",
    "-B",
    "-f",
    join(folder, "pom.xml"),
    "dependency:copy-dependencies",
    `-DoutputDirectory=${jars}`,
  ];
  if (spawnSync("mvn", copy).status !== 0) return `Maven could not fetch snowflake-jdbc ${VERSION}`;
  mkdirSync(join(jars, "ready"));
  return undefined;
}

const reason = missing();

(reason ? describe.skip : describe)(
  `snowflake-jdbc ${VERSION}${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    let server: AccountServer;

    beforeAll(async () => {
      server = await startAccountServer({
        dataDir: ":memory:",
        adminUser: "ADMIN",
        adminPassword: "right horse",
      });
    });
    afterAll(() => server.stop());

    test.each(["JSON", "ARROW"])(
      "batches, binds, metadata, procedures, cancellation; results as %s",
      async (format) => {
        const output = await runProgram("java", [
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "-Duser.timezone=UTC",
          "-cp",
          join(jars, "*"),
          join(folder, "Jdbc.java"),
          String(server.port),
          format,
        ]);
        const seen = output
          .split("\n")
          .map((line) => /^([a-z ]+)=(.*)$/.exec(line))
          .filter((found) => found !== null);
        expect(Object.fromEntries(seen.map(([, name, value]) => [name, value]))).toEqual({
          batch: "20000 [1]",
          loaded: expect.stringMatching(/^\[20000\|10000\|25000\.00\|.*\|00FF\]$/),
          updates: "[1, 1, 1]",
          described: "2 2",
          selected: "[5|it's 5]",
          few: "[0, 1, 2]",
          many: "4999950000",
          called: "[got 7]",
          async: "[42]",
          "rolled back": "[20000]",
          cancelled: "604 57014",
          tables: "[P|TABLE, T|TABLE, V|VIEW]",
          columns: "[ID|-5|38|0|, N|12|20|0|the name]",
          keys: "[ID] [ID|I]",
          procedures: "[PR]",
        });
      },
      300_000,
    );
  },
);
