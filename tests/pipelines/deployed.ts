/** What the provider would make of a platform, made by plain statements: tables, streams, tasks, on an account of our own. */
import type { Connection } from "snowflake-sdk";
import { quoted, quotedObject } from "../../infra/names.ts";
import type { Platform, Task } from "../../infra/platform.ts";
import { VirtualClock } from "../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../local/account/server.ts";
import { connect, execute } from "../local/account/sdk.ts";

export interface Deployed {
  server: AccountServer;
  connection: Connection;
  run(sql: string): Promise<Record<string, unknown>[]>;
  /** Values of the first column. */
  column(sql: string): Promise<unknown[]>;
  /** Lets time pass; everything that falls due happens first. */
  advance(by: string): Promise<void>;
}

export async function deploy(platform: Platform, start = Date.UTC(2026, 0, 5)): Promise<Deployed> {
  const server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(start),
  });
  const connection = await connect(server, { username: "ADMIN", password: "x" });
  const run = (sql: string) => execute(connection, sql) as Promise<Record<string, unknown>[]>;
  for (const sql of statementsOf(platform)) await run(sql);
  return {
    server,
    connection,
    run,
    column: async (sql) => (await run(sql)).map((row) => Object.values(row)[0]),
    advance: async (by) => void (await run(`CALL FIRN$ADVANCE_CLOCK('${by}')`)),
  };
}

function statementsOf(platform: Platform): string[] {
  return [
    "ALTER SESSION SET TIMEZONE = 'UTC'",
    ...platform.warehouses.map(
      (warehouse) =>
        `CREATE WAREHOUSE ${quoted(warehouse.name)} AUTO_SUSPEND = 60 INITIALLY_SUSPENDED = TRUE`,
    ),
    ...platform.databases.map((database) => `CREATE DATABASE ${quoted(database.name)}`),
    ...platform.schemas.map(
      (schema) => `CREATE SCHEMA IF NOT EXISTS ${quoted(schema.database, schema.schema)}`,
    ),
    ...platform.tables.map(
      (table) =>
        `CREATE TABLE ${quotedObject(table)} (${table.columns
          .map((column) => `${quoted(column.name)} ${column.type}${column.nullable ? "" : " NOT NULL"}`)
          .join(", ")}) CHANGE_TRACKING = TRUE`,
    ),
    ...platform.streams.map(
      (stream) =>
        `CREATE STREAM ${quotedObject(stream)} ON TABLE ${quotedObject(stream.table)} APPEND_ONLY = ${stream.appendOnly} SHOW_INITIAL_ROWS = TRUE`,
    ),
    ...tasksOf(platform),
  ];
}

/** Predecessors first; resumed in the opposite order, as roots must come last. */
function tasksOf(platform: Platform): string[] {
  const byKey = new Map(platform.tasks.map((task) => [task.key, task]));
  const order = new Set<Task>();
  const visit = (task: Task): void => {
    for (const key of task.after) visit(byKey.get(key)!);
    order.add(task);
  };
  for (const task of platform.tasks) visit(task);
  const made = [...order].map((task) =>
    [
      `CREATE TASK ${quotedObject(task)} WAREHOUSE = ${quoted(task.warehouse)}`,
      ...(task.schedule === undefined
        ? [`AFTER ${task.after.map((key) => quotedObject(byKey.get(key)!)).join(", ")}`]
        : [
            task.schedule.kind === "interval"
              ? `SCHEDULE = '${task.schedule.minutes} MINUTE'`
              : `SCHEDULE = 'USING CRON ${task.schedule.cron}'`,
          ]),
      ...(task.when === undefined ? [] : [`WHEN ${task.when}`]),
      `AS ${task.statement}`,
    ].join("\n"),
  );
  return [...made, ...[...order].reverse().map((task) => `ALTER TASK ${quotedObject(task)} RESUME`)];
}
