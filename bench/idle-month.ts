/**
 * A month of a schedule that finds nothing to do, on the virtual clock: what a rehearsal pays for each evaluation of a
 * root task's WHEN. Baseline: the same number of single-row inserts into DuckDB, which a skipped run writes at least.
 *
 *     node bench/idle-month.ts [streams] [days]
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { SnowflakeClient } from "../cli/snowflake-client.ts";
import { VirtualClock } from "../local/account/clock.ts";
import { startAccountServer } from "../local/account/server.ts";

const streams = Number(process.argv[2] ?? 148);
const days = Number(process.argv[3] ?? 30);
const EVERY_MINUTES = 5;

const server = await startAccountServer({
  dataDir: ":memory:",
  adminUser: "ADMIN",
  adminPassword: "bench",
  clock: new VirtualClock(Date.UTC(2026, 2, 1)),
});
const client = await SnowflakeClient.connect({
  accessUrl: server.url,
  account: "FIRNLOCAL",
  username: "ADMIN",
  password: "bench",
});
try {
  await client.query("CREATE DATABASE d");
  await client.query("USE SCHEMA d.public");
  await client.query("CREATE WAREHOUSE w AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE");
  await client.query("CREATE TABLE t (a INT)");
  const conditions: string[] = [];
  for (let number = 1; number <= streams; number++) {
    await client.query(`CREATE STREAM s${number} ON TABLE t`);
    conditions.push(`SYSTEM$STREAM_HAS_DATA('"D"."PUBLIC"."S${number}"')`);
  }
  await client.query(
    `CREATE TASK root WAREHOUSE = w SCHEDULE = '${EVERY_MINUTES} MINUTES' WHEN ${conditions.join(" OR ")} AS SELECT 1`,
  );
  await client.query("ALTER TASK root RESUME");
  const runs = (days * 24 * 60) / EVERY_MINUTES;
  const seconds = await timed(async () => {
    await client.query(`CALL FIRN$ADVANCE_CLOCK('${days} days')`);
  });
  const baseline = await timed(() => inserts(runs));
  console.log(
    `${runs} evaluations of ${streams} streams in ${seconds.toFixed(1)} s: ${((1000 * seconds) / runs).toFixed(2)} ms each`,
  );
  console.log(
    `${runs} inserts into DuckDB alone in ${baseline.toFixed(1)} s; ratio ${(seconds / baseline).toFixed(1)}`,
  );
} finally {
  await client.close();
  await server.stop();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function inserts(count: number): Promise<void> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("CREATE TABLE run (id BIGINT PRIMARY KEY, state VARCHAR)");
  for (let id = 0; id < count; id++)
    await connection.run(`INSERT OR REPLACE INTO run VALUES (${id}, 'SKIPPED')`);
}
