import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "snowflake-sdk";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { connect, execute } from "../sdk.ts";

let dir: string;
let server: AccountServer;
let connection: Connection;
const run = (sql: string) => execute(connection, sql);
const column = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);
const advance = (interval: string) => run(`CALL FIRN$ADVANCE_CLOCK('${interval}')`);
const failure = (sql: string) =>
  run(sql).then(
    () => "no error",
    (error: Error) => error.message,
  );

async function open(start = Date.UTC(2026, 0, 1)): Promise<void> {
  server = await startAccountServer({
    dataDir: dir,
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(start),
  });
  connection = await connect(server, { username: "ADMIN", password: "x" });
}
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-materialized-"));
  await open();
  for (const sql of [
    "CREATE DATABASE d",
    "CREATE WAREHOUSE w AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE",
    "USE WAREHOUSE w",
    "CREATE TABLE orders (id INT, customer VARCHAR, amount INT)",
    "INSERT INTO orders VALUES (1, 'a', 10), (2, 'b', 20), (3, 'a', 5)",
    "CREATE MATERIALIZED VIEW totals AS SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer",
  ])
    await run(sql);
});
afterEach(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const totals = () => column("SELECT customer || '=' || total FROM totals ORDER BY 1");
const refreshes = () =>
  column(
    "SELECT COUNT(*) || ' ' || (SUM(credits_used) > 0) FROM snowflake.account_usage.materialized_view_refresh_history WHERE table_name = 'TOTALS'",
  );
const shown = async () => {
  const [row] = await run("SHOW MATERIALIZED VIEWS LIKE 'totals'");
  return `${row!["behind_by"]} ${row!["rows"]} ${row!["invalid"]} ${row!["invalid_reason"] ?? ""}`.trim();
};

test("it is always current, and maintained in the background at a cost of its own", async () => {
  expect(await totals()).toEqual(["a=15", "b=20"]);
  expect(await shown()).toBe("0s 2 false");
  await run("INSERT INTO orders VALUES (4, 'c', 1)");
  await advance("4 seconds");
  expect(await totals()).toEqual(["a=15", "b=20", "c=1"]);
  expect(await shown()).toBe("4s 2 false");
  await advance("6 seconds");
  expect(await totals()).toEqual(["a=15", "b=20", "c=1"]);
  expect(await shown()).toBe("0s 3 false");
  expect(await refreshes()).toEqual(["1 true"]);
  await advance("1 hour");
  expect(await refreshes()).toEqual(["1 true"]);
});

test("a transaction sees its own changes in it, and others do not", async () => {
  const other = await connect(server, {
    username: "ADMIN",
    password: "x",
    database: "D",
    schema: "PUBLIC",
    warehouse: "W",
  });
  const theirs = async () =>
    (await execute(other, "SELECT customer || '=' || total FROM totals ORDER BY 1")).map(
      (row) => Object.values(row)[0],
    );
  await run("BEGIN");
  await run("DELETE FROM orders WHERE customer = 'a'");
  expect(await totals()).toEqual(["b=20"]);
  expect(await theirs()).toEqual(["a=15", "b=20"]);
  await run("ROLLBACK");
  expect(await totals()).toEqual(["a=15", "b=20"]);
});

test("suspended, it cannot be read; resumed, it is", async () => {
  await run("ALTER MATERIALIZED VIEW totals SUSPEND");
  expect(await failure("SELECT * FROM totals")).toBe(
    "SQL compilation error:\nFailure during expansion of view 'TOTALS': SQL compilation error: Materialized View TOTALS is invalid.",
  );
  await run("INSERT INTO orders VALUES (4, 'c', 1)");
  await advance("1 minute");
  expect(await refreshes()).not.toEqual(["1 true"]);
  await run("ALTER MATERIALIZED VIEW totals RESUME");
  expect(await totals()).toEqual(["a=15", "b=20", "c=1"]);
});

test("a change of its table beyond a new column makes it invalid", async () => {
  const reason =
    "DDL Statement was executed on the base table 'ORDERS'. Marked Materialized View as invalid.";
  await run("ALTER TABLE orders ADD COLUMN note VARCHAR");
  expect(await totals()).toEqual(["a=15", "b=20"]);
  await run("ALTER TABLE orders RENAME TO orders2");
  expect(await shown()).toBe(`0s 2 true ${reason}`);
  expect(await failure("SELECT * FROM totals")).toContain(reason);
  await run("ALTER TABLE orders2 RENAME TO orders");
  expect(await totals()).toEqual(["a=15", "b=20"]);
  await run("DROP TABLE orders");
  expect(await failure("SELECT * FROM totals")).toContain(reason);
  await run("UNDROP TABLE orders");
  expect(await totals()).toEqual(["a=15", "b=20"]);
});

test("a failure of its maintenance makes it invalid until it is resumed", async () => {
  await run("CREATE MATERIALIZED VIEW shares AS SELECT id, 100 / amount AS share FROM orders");
  await run("INSERT INTO orders VALUES (4, 'c', 0)");
  await advance("10 seconds");
  expect(await failure("SELECT * FROM shares")).toContain("Invalidation reason: Division by zero");
  await run("DELETE FROM orders WHERE amount = 0");
  expect(await failure("SELECT * FROM shares")).toContain("Materialized View SHARES is invalid.");
  await run("ALTER MATERIALIZED VIEW shares RESUME");
  await advance("10 seconds");
  expect(await column("SELECT share FROM shares ORDER BY id")).toHaveLength(3);
});

test("it is printed by GET_DDL, hides the text of a secure one, and takes no changes", async () => {
  await run(
    "CREATE SECURE MATERIALIZED VIEW mv (k COMMENT 'key') CLUSTER BY (k) COMMENT = 'c' AS SELECT id FROM orders",
  );
  const [ddl] = await column("SELECT GET_DDL('view', 'mv')");
  expect(ddl).toBe(
    "create or replace secure materialized view MV(\n\tK COMMENT 'key'\n) COMMENT='c' cluster by (k) as SELECT id FROM orders;",
  );
  await run(ddl as string);
  expect(await column("SELECT k FROM mv ORDER BY k")).toEqual([1, 2, 3]);
  expect(await failure("INSERT INTO mv VALUES (9)")).toContain("MV");
  expect(
    await column(
      "SELECT table_name || ' ' || table_type FROM information_schema.tables WHERE table_schema = 'PUBLIC' ORDER BY 1",
    ),
  ).toEqual(["MV MATERIALIZED VIEW", "ORDERS BASE TABLE", "TOTALS MATERIALIZED VIEW"]);
  await run("CREATE ROLE r");
  await run("GRANT ROLE r TO USER admin");
  for (const what of [
    "USAGE ON DATABASE d",
    "USAGE ON SCHEMA d.public",
    "USAGE ON WAREHOUSE w",
    "SELECT ON MATERIALIZED VIEW mv",
  ])
    await run(`GRANT ${what} TO ROLE r`);
  await run("USE ROLE r");
  await run("USE SECONDARY ROLES NONE");
  expect(await column("SELECT COUNT(*) FROM mv")).toEqual([3]);
  const [row] = await run("SHOW MATERIALIZED VIEWS");
  expect(row).toMatchObject({ name: "MV", text: "" });
  expect(await failure("SELECT COUNT(*) FROM orders")).toContain("does not exist or not authorized");
});

test("it survives a restart, and is cloned with its schema", async () => {
  await run("INSERT INTO orders VALUES (4, 'c', 1)");
  await server.stop();
  await open(Date.UTC(2026, 0, 1, 1));
  await run("USE SCHEMA d.public");
  await run("USE WAREHOUSE w");
  expect(await totals()).toEqual(["a=15", "b=20", "c=1"]);
  await advance("10 seconds");
  expect(await shown()).toBe("0s 3 false");
  await run("CREATE SCHEMA copy CLONE public");
  expect(await totals()).toEqual(["a=15", "b=20", "c=1"]);
  await run("INSERT INTO copy.orders VALUES (5, 'd', 1)");
  expect(await column("SELECT COUNT(*) FROM copy.totals")).toEqual([4]);
  expect(await column("SELECT COUNT(*) FROM d.public.totals")).toEqual([3]);
});
