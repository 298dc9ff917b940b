import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "snowflake-sdk";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";
import { pythonClient, runProgram } from "./python.ts";

const VERSION = "4.4.0";
const { bin, missing } = pythonClient("schemachange", VERSION);

(missing ? describe.skip : describe)(
  `schemachange ${VERSION}${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    let server: AccountServer;
    let connection: Connection;
    let project: string;

    beforeAll(async () => {
      server = await startAccountServer({ dataDir: ":memory:", adminUser: "ADMIN", adminPassword: "pw" });
      connection = await connect(server, { username: "ADMIN", password: "pw" });
      await execute(connection, "CREATE WAREHOUSE w");
      await execute(connection, "CREATE DATABASE shop");
      project = mkdtempSync(join(tmpdir(), "firn-schemachange-"));
      cpSync(join(import.meta.dirname, "schemachange"), project, { recursive: true });
    });
    afterAll(async () => {
      await server.stop();
      rmSync(project, { recursive: true });
    });

    /** Deploys; the names of the scripts that schemachange says it applied. */
    const deploy = async (): Promise<string[]> => {
      const output = await runProgram(join(bin, "schemachange"), ["deploy"], {
        cwd: project,
        env: { PORT: String(server.port), SNOWFLAKE_PASSWORD: "pw", NO_COLOR: "1" },
      });
      return [...output.matchAll(/Applying .* change script.*?([VRA][\w.]*__\w+\.sql)/g)].map((m) => m[1]!);
    };

    test("versioned scripts run once, repeatable ones when they change, always ones always", async () => {
      expect(await deploy()).toEqual([
        "V1.0.0__first_tables.sql",
        "V1.1.0__orders.sql",
        "R__count_orders.sql",
        "R__customer_totals.sql",
        "A__grants.sql",
      ]);
      expect(await deploy()).toEqual(["A__grants.sql"]);
      appendFileSync(join(project, "changes", "r", "R__customer_totals.sql"), "\n-- changed\n");
      expect(await deploy()).toEqual(["R__customer_totals.sql", "A__grants.sql"]);
    }, 60_000);

    test("the scripts' objects and rows, and the history table, are there", async () => {
      expect(
        await execute(connection, "SELECT name, total FROM shop.sales.customer_totals ORDER BY 1"),
      ).toEqual([
        { NAME: "Ann", TOTAL: 12.5 },
        { NAME: 'Bob; the "second"', TOTAL: 12.5 },
      ]);
      expect(await execute(connection, "CALL shop.sales.count_orders()")).toEqual([{ COUNT_ORDERS: 2 }]);
      const history = `SELECT script_type || ' ' || version AS script, COUNT(*) AS times FROM shop.schemachange.change_history
      WHERE status = 'Success' GROUP BY 1 ORDER BY 1`;
      expect(await execute(connection, history)).toEqual([
        { SCRIPT: "A ", TIMES: 3 },
        { SCRIPT: "R ", TIMES: 3 },
        { SCRIPT: "V 1.0.0", TIMES: 1 },
        { SCRIPT: "V 1.1.0", TIMES: 1 },
      ]);
    });

    test("a script that fails is told by its name and recorded, and leaves nothing uncommitted", async () => {
      const broken =
        "INSERT INTO shop.sales.orders (customer_id) VALUES (9);\nSELECT * FROM shop.sales.nowhere;\n";
      writeFileSync(join(project, "changes", "v1", "V1.2.0__broken.sql"), broken);
      await expect(deploy()).rejects.toThrow(/V1\.2\.0__broken\.sql[\s\S]*does not exist or not authorized/);
      const failed = "SELECT script FROM shop.schemachange.change_history WHERE status = 'Failed'";
      expect(await execute(connection, failed)).toEqual([{ SCRIPT: "V1.2.0__broken.sql" }]);
      expect(await execute(connection, "CALL shop.sales.count_orders()")).toEqual([{ COUNT_ORDERS: 2 }]);
    }, 60_000);
  },
);
