/** Tables that alerts keep: what was noticed and told, and what happened to the platform itself. */
import type { Names } from "../../infra/names.ts";
import type { Column, Table } from "../../infra/platform.ts";

export const ALERT_SCHEMA = "ops.alert";
export const SENT_ALERTS = "ops.alert.sent_alert";
export const PLATFORM_EVENTS = "ops.alert.platform_event";

const column = (name: string, type: string, description: string, nullable = false): Column => ({
  name,
  type,
  nullable,
  description,
  tags: [],
});
const text = "VARCHAR(16777216)";
const time = "TIMESTAMP_NTZ(9)";

function table(logical: string, comment: string, columns: Column[], names: Names): Table {
  const [, schema, name] = logical.split(".") as [string, string, string];
  return {
    key: logical,
    logical,
    ...names.object({ database: "ops", schema, name }),
    columns,
    clusterBy: [],
    comment,
    insertOnly: false,
  };
}

export const alertTables = (names: Names): Table[] => [
  table(
    SENT_ALERTS,
    "What alerts noticed, whom they tell and when that was done. Times are UTC.",
    [
      column("ALERT", text, "Name of the alert."),
      column("KEY", text, "What it is about: told once within the alert's window."),
      column("OWNER", text, "Department that is told."),
      column("CHANNEL", text, "mail or webhook."),
      column("ADDRESS", text, "Recipients of a mail, or the webhook's integration."),
      column("SEVERITY", text, "notice, warning or critical."),
      column("MESSAGE", text, "What is told."),
      column("NOTICED_AT", time, "When it was noticed first."),
      column("DUE_AT", time, "When it may be told: at once, or after quiet hours."),
      column("BATCH", text, "The message that it is a line of.", true),
      column("SENT_AT", time, "When that was sent; NULL until then.", true),
    ],
    names,
  ),
  table(
    PLATFORM_EVENTS,
    "What happened to the platform itself that somebody should know. Times are UTC.",
    [
      column("KIND", text, "failed_task, stale_stream, late_source or warehouse_budget."),
      column("OBJECT", text, "Task, stream, source or warehouse."),
      column("EVENT_KEY", text, "What makes it another event: a run, a day, a threshold."),
      column("DETAIL", text, "In words."),
      column("SEEN_AT", time, "When it was seen first."),
    ],
    names,
  ),
];
