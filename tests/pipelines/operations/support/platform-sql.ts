/** A platform as plain SQL, for tests that need it on an account without the engine. */
import { quoted, quotedObject, quotedSchema } from "../../../../infra/names.ts";
import type { FileFormat, Pipe, Platform, Stream, Task } from "../../../../infra/platform.ts";

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const snake = (camel: string) => camel.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

export function* platformStatements(platform: Platform): Generator<string> {
  for (const warehouse of platform.warehouses)
    yield `CREATE WAREHOUSE ${quoted(warehouse.name)} INITIALLY_SUSPENDED = TRUE`;
  for (const database of platform.databases) yield `CREATE DATABASE ${quoted(database.name)}`;
  for (const schema of platform.schemas) yield `CREATE SCHEMA ${quotedSchema(schema)}`;
  for (const one of platform.integrations)
    yield `CREATE STORAGE INTEGRATION ${quoted(one.name)} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE
      STORAGE_AWS_ROLE_ARN = ${text(one.roleArn)} STORAGE_ALLOWED_LOCATIONS = (${one.allowedLocations.map(text).join(", ")})`;
  for (const stage of platform.stages)
    yield `CREATE STAGE ${quotedObject(stage)} URL = ${text(stage.url)} STORAGE_INTEGRATION = ${quoted(stage.integration)}`;
  for (const format of platform.fileFormats) yield createFormat(format);
  for (const table of platform.tables) {
    const columns = table.columns.map(
      (column) => `${quoted(column.name)} ${column.type}${column.nullable ? "" : " NOT NULL"}`,
    );
    yield `CREATE TABLE ${quotedObject(table)} (${columns.join(", ")}) CHANGE_TRACKING = TRUE`;
  }
  for (const view of platform.views) yield `CREATE VIEW ${quotedObject(view)} AS ${view.statement}`;
  for (const pipe of platform.pipes) yield createPipe(pipe);
  for (const stream of platform.streams) yield createStream(stream);
  const made: Task[] = [];
  for (const task of inOrder(platform.tasks)) {
    yield createTask(task, platform.tasks);
    made.push(task);
  }
  // Children first: a resumed root would refuse changes to its graph.
  for (const task of made.reverse()) yield `ALTER TASK ${quotedObject(task)} RESUME`;
}

function createFormat({ options, ...format }: FileFormat): string {
  const list = Object.entries(options).map(([key, value]) => {
    const name = snake(key);
    return `${name} = ${typeof value === "string" && value !== "NONE" ? text(value) : value}`;
  });
  return `CREATE FILE FORMAT ${quotedObject(format)} TYPE = ${format.type} ${list.join(" ")}`;
}

export const createPipe = (pipe: Pipe): string =>
  `CREATE PIPE ${quotedObject(pipe)} AUTO_INGEST = TRUE AS\n${pipe.copy}`;

export const createStream = (stream: Stream): string =>
  `CREATE STREAM ${quotedObject(stream)} ON TABLE ${quotedObject(stream.table)} APPEND_ONLY = ${stream.appendOnly} SHOW_INITIAL_ROWS = TRUE`;

function createTask(task: Task, all: readonly Task[]): string {
  const after = task.after.map((key) => quotedObject(all.find((one) => one.key === key)!));
  return [
    `CREATE TASK ${quotedObject(task)}`,
    `WAREHOUSE = ${quoted(task.warehouse)}`,
    // Far away: tests start graphs themselves.
    task.schedule === undefined ? `AFTER ${after.join(", ")}` : "SCHEDULE = '11520 MINUTE'",
    task.when === undefined ? "" : `WHEN ${task.when}`,
    `AS ${task.statement}`,
  ].join("\n");
}

function inOrder(tasks: readonly Task[]): Task[] {
  const order: Task[] = [];
  const visit = (task: Task): void => {
    if (order.includes(task)) return;
    for (const key of task.after) visit(tasks.find((one) => one.key === key)!);
    order.push(task);
  };
  for (const task of tasks) visit(task);
  return order;
}
