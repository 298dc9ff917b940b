/**
 * What the provider would make of a platform, made by plain statements on an account of our own: tables, views, roles and
 * their privileges, and streams and tasks as the role that owns them, so that what it lacks is an error here too.
 */
import type { Connection } from "snowflake-sdk";
import { quoted, quotedObject, quotedSchema } from "../../infra/names.ts";
import type { GrantTarget, NotificationIntegration, Platform, Task } from "../../infra/platform.ts";
import { VirtualClock } from "../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../local/account/server.ts";
import type { AwsEndpoint } from "../../local/aws/start.ts";
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

/** With an AWS endpoint the integrations and stages are made too. */
export async function deploy(
  platform: Platform,
  start = Date.UTC(2026, 0, 5),
  aws?: AwsEndpoint,
): Promise<Deployed> {
  const server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(start),
    ...(aws === undefined ? {} : { aws: { endpoint: aws.endpoint, region: aws.region, credentials: aws } }),
  });
  const connection = await connect(server, { username: "ADMIN", password: "x" });
  const run = (sql: string) => execute(connection, sql) as Promise<Record<string, unknown>[]>;
  for (const sql of statementsOf(platform, aws !== undefined)) await run(sql);
  return {
    server,
    connection,
    run,
    column: async (sql) => (await run(sql)).map((row) => Object.values(row)[0]),
    advance: async (by) => void (await run(`CALL FIRN$ADVANCE_CLOCK('${by}')`)),
  };
}

function statementsOf(platform: Platform, files: boolean): string[] {
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
    ...(files ? stagesOf(platform) : []),
    ...platform.views.map((view) => `CREATE VIEW ${quotedObject(view)} AS ${view.statement}`),
    ...platform.notifications.map(integrationOf),
    ...accessOf(platform, files),
    `USE ROLE ${quoted(platform.automation.transformer)}`,
    ...platform.streams.map(
      (stream) =>
        `CREATE STREAM ${quotedObject(stream)} ON TABLE ${quotedObject(stream.table)} APPEND_ONLY = ${stream.appendOnly} SHOW_INITIAL_ROWS = TRUE`,
    ),
    ...tasksOf(platform, undefined),
    ...(platform.activations.length === 0
      ? []
      : [`USE ROLE ${quoted(platform.automation.activator)}`, ...tasksOf(platform, "activator")]),
    ...(platform.alerts.length === 0 ? [] : [`USE ROLE ${quoted(platform.automation.alerter)}`]),
    ...platform.alerts.flatMap((alert) => [
      `CREATE ALERT ${quotedObject(alert)} WAREHOUSE = ${quoted(alert.warehouse)} SCHEDULE = '${alert.schedule.kind === "interval" ? `${alert.schedule.minutes} MINUTE` : `USING CRON ${alert.schedule.cron}`}'
IF (EXISTS (${alert.condition}))
THEN ${alert.action}`,
      `ALTER ALERT ${quotedObject(alert)} RESUME`,
    ]),
    "USE ROLE ACCOUNTADMIN",
  ];
}

function stagesOf(platform: Platform): string[] {
  return [
    ...platform.integrations.map(
      (one) =>
        `CREATE STORAGE INTEGRATION ${quoted(one.name)} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
         STORAGE_AWS_ROLE_ARN = '${one.roleArn}' STORAGE_ALLOWED_LOCATIONS = (${one.allowedLocations.map((place) => `'${place}'`).join(", ")})`,
    ),
    ...platform.stages.map(
      (stage) =>
        `CREATE STAGE ${quotedObject(stage)} URL = '${stage.url}' STORAGE_INTEGRATION = ${quoted(stage.integration)}`,
    ),
  ];
}

function integrationOf(plan: NotificationIntegration): string {
  const head = `CREATE NOTIFICATION INTEGRATION ${quoted(plan.name)} ENABLED = TRUE`;
  switch (plan.kind) {
    case "mail":
      return `${head} TYPE = EMAIL ALLOWED_RECIPIENTS = (${plan.recipients.map((one) => `'${one}'`).join(", ")})`;
    case "webhook":
      return `${head} TYPE = WEBHOOK WEBHOOK_URL = '${plan.url}' WEBHOOK_BODY_TEMPLATE = '${plan.bodyTemplate}'`;
    case "queue":
      return `${head} TYPE = QUEUE DIRECTION = OUTBOUND NOTIFICATION_PROVIDER = AWS_SNS AWS_SNS_TOPIC_ARN = '${plan.topicArn}' AWS_SNS_ROLE_ARN = '${plan.roleArn}'`;
  }
}

/** Privileges on stages, storage integrations and single objects that are not made here are left out. */
function accessOf(platform: Platform, files: boolean): string[] {
  return [
    ...platform.roles.map((role) => `CREATE ROLE ${quoted(role.name)}`),
    ...platform.roleGrants.flatMap((grant) =>
      "role" in grant.to ? [`GRANT ROLE ${quoted(grant.role)} TO ROLE ${quoted(grant.to.role)}`] : [],
    ),
    ...platform.grants.flatMap((grant) =>
      targetsOf(
        grant.target,
        platform.notifications.map((one) => one.name),
        files,
      ).map((target) => `GRANT ${grant.privileges.join(", ")} ON ${target} TO ROLE ${quoted(grant.role)}`),
    ),
  ];
}

function targetsOf(target: GrantTarget, made: readonly string[], files: boolean): string[] {
  switch (target.on) {
    case "account":
      return ["ACCOUNT"];
    case "integration":
      return made.includes(target.name) ? [`INTEGRATION ${quoted(target.name)}`] : [];
    case "database":
    case "warehouse":
      return [`${target.on} ${quoted(target.name)}`];
    case "schema":
      return [`SCHEMA ${quotedSchema(target.schema)}`];
    case "future":
      return ["ALL", "FUTURE"].map(
        (which) => `${which} ${target.objects} IN SCHEMA ${quotedSchema(target.schema)}`,
      );
    case "table":
      return [`TABLE ${quotedObject(target.object)}`];
    case "stage":
      return files ? [`STAGE ${quotedObject(target.object)}`] : [];
    default:
      return [];
  }
}

/** Predecessors first; resumed in the opposite order, as roots must come last. */
function tasksOf(platform: Platform, role: Task["role"]): string[] {
  const byKey = new Map(platform.tasks.map((task) => [task.key, task]));
  const order = new Set<Task>();
  const visit = (task: Task): void => {
    for (const key of task.after) visit(byKey.get(key)!);
    order.add(task);
  };
  for (const task of platform.tasks) if (task.role === role) visit(task);
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
