/** Tables that alerts keep: what was noticed and told, and what happened to the platform itself. */
import type { Names } from "../../infra/names.ts";
import type { Column, Table } from "../../infra/platform.ts";
import { ownColumn, TEXT } from "../own-columns.ts";

export const ALERT_SCHEMA = "ops.alert";
export const SENT_ALERTS = "ops.alert.sent_alert";
export const PLATFORM_EVENTS = "ops.alert.platform_event";

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
      ownColumn("ALERT", TEXT, "Name of the alert."),
      ownColumn("KEY", TEXT, "What it is about: told once within the alert's window."),
      ownColumn("OWNER", TEXT, "Department that is told."),
      ownColumn("CHANNEL", TEXT, "mail or webhook."),
      ownColumn("ADDRESS", TEXT, "Recipients of a mail, or the webhook's integration."),
      ownColumn("SEVERITY", TEXT, "notice, warning or critical."),
      ownColumn("MESSAGE", TEXT, "What is told."),
      ownColumn("NOTICED_AT", time, "When it was noticed first."),
      ownColumn("DUE_AT", time, "When it may be told: at once, or after quiet hours."),
      ownColumn("BATCH", TEXT, "The message that it is a line of.", true),
      ownColumn("SENT_AT", time, "When that was sent; NULL until then.", true),
    ],
    names,
  ),
  table(
    PLATFORM_EVENTS,
    "What happened to the platform itself that somebody should know. Times are UTC.",
    [
      ownColumn("KIND", TEXT, "failed_task, stale_stream, late_source or warehouse_budget."),
      ownColumn("OBJECT", TEXT, "Task, stream, source or warehouse."),
      ownColumn("EVENT_KEY", TEXT, "What makes it another event: a run, a day, a threshold."),
      ownColumn("DETAIL", TEXT, "In words."),
      ownColumn("SEEN_AT", time, "When it was seen first."),
    ],
    names,
  ),
];
