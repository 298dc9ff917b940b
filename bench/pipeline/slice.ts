/**
 * The part of the platform that events pass through: the program's own compiled tables, pipes, streams and tasks of
 * the models that the chosen KPIs stand on, as SQL for an account of the bench's own.
 */
import { join } from "node:path";
import { loadPlatform } from "../../infra/load.ts";
import { quoted, quotedObject } from "../../infra/names.ts";
import type { Platform, Task } from "../../infra/platform.ts";

/** Models whose tables are compared or timed; what they read comes with them. */
const MODELS = [
  "mart.executive.unique_data_points",
  "mart.product.active_accounts",
  "mart.product.daily_usage",
  "mart.product.events_by_type",
  "mart.engineering.errors_by_day",
  "mart.engineering.events_without_account",
  "ops.quality.rejected_record",
];

/** KPIs that the generator knows the truth of. */
export const KPIS = [
  "unique_data_points_per_day",
  "active_accounts_per_day",
  "daily_account_usage",
  "events_by_type",
  "events_without_account_per_day",
  "rejected_records",
];

export const EVENT_MODEL = "core.usage.event";

/** The smallest stack that has the product's events and the CRM. Key pairs are not needed: nobody logs in with one. */
export function loadSlice(): Platform {
  const root = join(import.meta.dirname, "../..");
  const publicKeys = { kafka_loader: `MII${"A".repeat(389)}` };
  const platform = loadPlatform({ root, stack: "small", publicKeys });
  const wanted = new Set<string>();
  const visit = (logical: string): void => {
    if (wanted.has(logical)) return;
    wanted.add(logical);
    for (const read of platform.models.find((model) => model.logical === logical)?.reads ?? []) visit(read);
  };
  for (const model of MODELS) visit(model);
  const chosen = (task: Task) => task.model === undefined || wanted.has(task.model);
  const tasks = platform.tasks.filter(chosen);
  const kept = new Set(tasks.map((task) => task.key));
  return {
    ...platform,
    tables: platform.tables.filter((table) => wanted.has(table.logical)),
    pipes: platform.pipes.filter((pipe) => wanted.has(pipe.key)),
    streams: platform.streams.filter((stream) => wanted.has(stream.consumer)),
    tasks: tasks
      .map((task) => ({ ...task, after: task.after.filter((key) => kept.has(key)) }))
      // A root whose graph has nothing here.
      .filter((task) => task.model !== undefined || tasks.some((other) => other.after.includes(task.key))),
    kpis: platform.kpis.filter((kpi) => KPIS.includes(kpi.name)),
    connectors: platform.connectors.filter((connector) => connector.key.startsWith("product.")),
  };
}

/**
 * The bench's pipe for landed events, into the table that the connector fills: the same models run whichever way the
 * events came. A record's place is its file and line, and grows from file to file as offsets do. What is not JSON is
 * kept as text, which the models reject for its lack of an id.
 */
export const EVENT_PIPE = "EVENTS_FROM_FILES";
export const eventKey = (file: number): string => `product_events/${String(file).padStart(6, "0")}.jsonl.gz`;

function eventPipe(platform: Platform): string {
  const table = platform.tables.find((one) => one.logical === "raw.product.events")!;
  const stage = platform.stages[0]!;
  const format = platform.fileFormats[0]!;
  return `CREATE PIPE IF NOT EXISTS ${quoted(table.database, table.schema, EVENT_PIPE)} AUTO_INGEST = TRUE AS
    COPY INTO ${quotedObject(table)} (record_content, record_metadata)
    FROM (SELECT CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) ELSE TO_VARIANT($1) END,
      OBJECT_CONSTRUCT('topic', METADATA$FILENAME, 'partition', 0, 'offset',
        (1000000 * SUBSTR(METADATA$FILENAME, 16, 6)::NUMBER(18,0) + METADATA$FILE_ROW_NUMBER)::NUMBER(18,0))
      FROM @${quotedObject(stage)}/product_events/)
    FILE_FORMAT = (FORMAT_NAME = '${quotedObject(format)}')`;
}

/** Statements that make the slice's objects; each may run again. */
export function declareSlice(platform: Platform): string[] {
  const format = platform.fileFormats[0]!;
  const { options } = format;
  const text = (value: string) =>
    value === "NONE" ? value : `'${value.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  const statements = [
    ...platform.warehouses.map(
      (one) =>
        `CREATE WAREHOUSE IF NOT EXISTS ${quoted(one.name)} WAREHOUSE_SIZE = ${one.size} AUTO_SUSPEND = ${one.autoSuspend}`,
    ),
    ...platform.databases.map((one) => `CREATE DATABASE IF NOT EXISTS ${quoted(one.name)}`),
    ...platform.schemas.map((one) => `CREATE SCHEMA IF NOT EXISTS ${quoted(one.database, one.schema)}`),
    `CREATE FILE FORMAT IF NOT EXISTS ${quotedObject(format)} TYPE = CSV COMPRESSION = ${options.compression}
     FIELD_DELIMITER = ${text(options.fieldDelimiter)} FIELD_OPTIONALLY_ENCLOSED_BY = ${text(options.fieldOptionallyEnclosedBy)}
     ESCAPE_UNENCLOSED_FIELD = ${text(options.escapeUnenclosedField)} SKIP_BLANK_LINES = ${options.skipBlankLines}
     REPLACE_INVALID_CHARACTERS = ${options.replaceInvalidCharacters} EMPTY_FIELD_AS_NULL = ${options.emptyFieldAsNull} NULL_IF = ()`,
    `CREATE STAGE IF NOT EXISTS ${quotedObject(platform.stages[0]!)} URL = '${platform.stages[0]!.url}'`,
    ...platform.tables.map(
      (table) =>
        `CREATE TABLE IF NOT EXISTS ${quotedObject(table)} (${table.columns
          .map((column) => `${quoted(column.name)} ${column.type}${column.nullable ? "" : " NOT NULL"}`)
          .join(", ")}) CHANGE_TRACKING = TRUE`,
    ),
    ...platform.pipes.map(
      (pipe) => `CREATE PIPE IF NOT EXISTS ${quotedObject(pipe)} AUTO_INGEST = TRUE AS ${pipe.copy}`,
    ),
    eventPipe(platform),
    ...platform.streams.map(
      (stream) =>
        `CREATE STREAM IF NOT EXISTS ${quotedObject(stream)} ON TABLE ${quotedObject(stream.table)} APPEND_ONLY = ${stream.appendOnly} SHOW_INITIAL_ROWS = TRUE`,
    ),
  ];
  const byKey = new Map(platform.tasks.map((task) => [task.key, task]));
  for (const task of platform.tasks) {
    const when = task.model === undefined || task.when === undefined ? "" : ` WHEN ${task.when}`;
    const start =
      task.schedule === undefined
        ? ` AFTER ${task.after.map((key) => quotedObject(byKey.get(key)!)).join(", ")}`
        : " SCHEDULE = '1440 MINUTES'";
    statements.push(
      `CREATE TASK IF NOT EXISTS ${quotedObject(task)} WAREHOUSE = ${quoted(task.warehouse)}${start.startsWith(" SCHEDULE") ? start : ""} USER_TASK_TIMEOUT_MS = 86400000${start.startsWith(" AFTER") ? start : ""}${when} AS ${task.statement}`,
    );
  }
  // Roots stay suspended: the bench runs each graph by hand, so that a stage's time is its own.
  for (const task of platform.tasks)
    if (task.schedule === undefined) statements.push(`ALTER TASK ${quotedObject(task)} RESUME`);
  return statements;
}
