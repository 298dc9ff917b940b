/**
 * The task that looks after the platform: it writes down what somebody should know, once each, so that alerts about the
 * platform are SELECTs like any other. It runs as the role that owns tasks and streams, which alone sees all of them.
 */
import { literal } from "../../infra/literal.ts";
import { type ObjectName, quoted, quotedObject } from "../../infra/names.ts";
import type { Monitor, SourcePlan, Stream, Table, Task, Warehouse } from "../../infra/platform.ts";
import { indent } from "../sql/print.ts";

export interface WatchInput {
  events: ObjectName;
  tasks: readonly Task[];
  streams: readonly Stream[];
  sources: readonly SourcePlan[];
  tables: readonly Table[];
  warehouses: readonly Warehouse[];
  monitors: readonly Monitor[];
}

/** Days before its rows are lost that a stream is told of; Snowflake keeps them 14 days by default. */
const NEAR_STALE_DAYS = 7;
const EVENT_DAYS = 90;

export function watchStatement(input: WatchInput): string {
  const { events, tasks, streams } = input;
  const pipeline = tasks[0] ?? streams[0];
  const parts: string[] = [];
  if (pipeline !== undefined) {
    const { database, schema } = pipeline;
    parts.push(
      record(
        events,
        `SELECT 'failed_task' AS kind, name AS object, scheduled_time::VARCHAR AS event_key,
  name || ' failed: ' || COALESCE(error_message, state) AS detail
FROM TABLE(${quoted(database)}.INFORMATION_SCHEMA.TASK_HISTORY(
  SCHEDULED_TIME_RANGE_START => DATEADD('hour', -24, CURRENT_TIMESTAMP()), RESULT_LIMIT => 10000, ERROR_ONLY => TRUE))
WHERE schema_name = ${literal(schema)} AND state IN ('FAILED', 'FAILED_AND_AUTO_SUSPENDED')`,
      ),
    );
    if (streams.length > 0)
      parts.push(
        `SHOW STREAMS IN SCHEMA ${quoted(database, schema)}`,
        record(
          events,
          `SELECT 'stale_stream' AS kind, "name" AS object, "stale_after"::VARCHAR AS event_key,
  "name" || IFF("stale_after"::TIMESTAMP_LTZ < CURRENT_TIMESTAMP(), ' is stale: its rows are lost', ' will be stale on ' || TO_CHAR("stale_after"::TIMESTAMP_LTZ, 'YYYY-MM-DD')) AS detail
FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
WHERE "stale_after"::TIMESTAMP_LTZ < DATEADD('day', ${NEAR_STALE_DAYS}, CURRENT_TIMESTAMP())`,
        ),
      );
  }
  const late = lateSources(input);
  if (late !== undefined) parts.push(record(events, late));
  const budgets = warehouseBudgets(input);
  if (budgets !== undefined) parts.push(record(events, budgets));
  parts.push(`DELETE FROM ${quotedObject(events)} WHERE seen_at < DATEADD('day', -${EVENT_DAYS}, SYSDATE())`);
  return `BEGIN\n${parts.map((part) => `${indent(part)};`).join("\n")}\nEND`;
}

/** An event is what it is about and its key; seen again, it is not another. */
function record(events: ObjectName, source: string): string {
  return `MERGE INTO ${quotedObject(events)} AS seen
USING (
${indent(source)}
) AS event
ON seen.kind = event.kind AND seen.object = event.object AND seen.event_key = event.event_key
WHEN NOT MATCHED THEN INSERT (kind, object, event_key, detail, seen_at)
  VALUES (event.kind, event.object, event.event_key, event.detail, SYSDATE())`;
}

/**
 * Sources whose tables were written longer ago than they promise; told once for each last write. The catalogue knows
 * when that was, so no table is read.
 */
function lateSources({ sources, tables }: WatchInput): string | undefined {
  const promises = sources.flatMap((source) =>
    source.objects.flatMap((object) => {
      const table = tables.find((one) => one.logical === object.table);
      if (source.freshness === undefined || table === undefined) return [];
      return [
        {
          database: table.database,
          row: [table.schema, table.name, object.label],
          seconds: source.freshness,
        },
      ];
    }),
  );
  if (promises.length === 0) return undefined;
  const rows = promises.map(({ row, seconds }) => `SELECT ${row.map(literal).join(", ")}, ${seconds}`);
  return `WITH promise (table_schema, table_name, label, seconds) AS (
${indent(rows.join("\nUNION ALL\n"))}
)
SELECT 'late_source' AS kind, promise.label AS object, written.last_altered::VARCHAR AS event_key,
  promise.label || ' is late: the newest came at ' || TO_CHAR(CONVERT_TIMEZONE('UTC', written.last_altered), 'YYYY-MM-DD HH24:MI') || ' UTC' AS detail
FROM promise
JOIN ${quoted(promises[0]!.database)}.INFORMATION_SCHEMA.TABLES AS written
  ON written.table_schema = promise.table_schema AND written.table_name = promise.table_name
WHERE written.row_count > 0
  AND written.last_altered < DATEADD('second', -promise.seconds, CURRENT_TIMESTAMP())`;
}

/** Credits of this month beside the quota of the warehouse's monitor, at the percentages that notify. */
function warehouseBudgets({ warehouses, monitors, events }: WatchInput): string | undefined {
  const limits = warehouses.flatMap((warehouse) => {
    const monitor = monitors.find((one) => one.name === warehouse.monitor);
    if (monitor === undefined || monitor.frequency !== "MONTHLY") return [];
    return monitor.notify.map(
      (percent) => `SELECT ${literal(warehouse.name)}, ${percent}, ${(monitor.credits * percent) / 100}`,
    );
  });
  if (limits.length === 0) return undefined;
  return `WITH budget (warehouse, share, credits) AS (
${indent(limits.join("\nUNION ALL\n"))}
), used AS (
  SELECT warehouse_name, SUM(credits_used) AS credits
  FROM TABLE(${quoted(events.database)}.INFORMATION_SCHEMA.WAREHOUSE_METERING_HISTORY(DATE_TRUNC('month', CURRENT_DATE()), CURRENT_DATE()))
  GROUP BY warehouse_name
)
SELECT 'warehouse_budget' AS kind, budget.warehouse AS object, TO_CHAR(CURRENT_DATE(), 'YYYY-MM') || ' ' || budget.share AS event_key,
  budget.warehouse || ' has used ' || ROUND(used.credits, 1) || ' credits this month, more than ' || budget.share || ' % of its quota' AS detail
FROM budget
JOIN used ON used.warehouse_name = budget.warehouse
WHERE used.credits >= budget.credits`;
}
