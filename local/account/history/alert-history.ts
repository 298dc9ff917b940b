import { activeRoles, isAccountAdmin } from "../access/index.ts";
import type { AlertRun } from "../schedule/alerts.ts";
import type { Notification } from "../schedule/notifications.ts";
import type { StatementContext } from "../session/context.ts";
import {
  type Field,
  historyFunction,
  limitArgument,
  textArgument,
  timeArgument,
  usageView,
} from "./relation.ts";

interface Entry {
  run: AlertRun;
  name: string;
  database: string;
  databaseId: number;
  schema: string;
  condition: string;
  action: string;
  owner: number | null;
}

const FIELDS: readonly Field<Entry>[] = [
  ["NAME", "text", (e) => e.name],
  ["DATABASE_NAME", "text", (e) => e.database],
  ["SCHEMA_NAME", "text", (e) => e.schema],
  ["CONDITION", "text", (e) => e.condition],
  ["CONDITION_QUERY_ID", "text", (e) => e.run.conditionQueryId],
  ["ACTION", "text", (e) => e.action],
  ["ACTION_QUERY_ID", "text", (e) => e.run.actionQueryId],
  ["STATE", "text", (e) => e.run.state],
  ["SQL_ERROR_CODE", "number", (e) => e.run.errorCode],
  ["SQL_ERROR_MESSAGE", "text", (e) => e.run.errorMessage],
  ["SCHEDULED_TIME", "time", (e) => e.run.scheduledOn],
  ["COMPLETED_TIME", "time", (e) => e.run.completedOn],
];

function entries(ctx: StatementContext): Entry[] {
  const { catalog, alerts } = ctx.services;
  return (alerts?.runs() ?? [])
    .map((run): Entry | null => {
      const alert = catalog.getAs("ALERT", run.alertId);
      const schema = alert && catalog.get(alert.parent);
      const database = schema && catalog.get(schema.parent);
      if (!alert || !schema || !database) return null;
      const { condition, action } = alert.props;
      const names = {
        name: alert.name,
        schema: schema.name,
        database: database.name,
        databaseId: database.id,
      };
      return { run, ...names, condition, action, owner: alert.owner };
    })
    .filter((entry) => entry !== null)
    .reverse();
}

const MESSAGES: readonly Field<Notification>[] = [
  ["CREATED", "time", (n) => n.on],
  ["PROCESSED", "time", (n) => n.on],
  ["INTEGRATION_NAME", "text", (n) => n.integration],
  ["STATUS", "text", (n) => n.status],
  ["ERROR_MESSAGE", "text", (n) => n.errorMessage],
  ["ATTEMPT", "number", () => 1],
  ["MESSAGE_SOURCE", "text", (n) => n.kind],
  ["MESSAGE", "text", (n) => [n.subject, n.body].filter(Boolean).join("\n")],
];

export function registerAlertHistory(): void {
  usageView("ALERT_HISTORY", FIELDS, entries);
  historyFunction(
    "ALERT_HISTORY",
    ["SCHEDULED_TIME_RANGE_START", "SCHEDULED_TIME_RANGE_END", "RESULT_LIMIT", "ALERT_NAME"],
    FIELDS,
    (ctx, args, database) => {
      const from = timeArgument(
        args,
        "SCHEDULED_TIME_RANGE_START",
        ctx.services.clock.now() - 7 * 86_400_000,
      );
      const to = timeArgument(args, "SCHEDULED_TIME_RANGE_END", Number.POSITIVE_INFINITY);
      const name = textArgument(args, "ALERT_NAME")?.toUpperCase() ?? null;
      const roles = activeRoles(ctx);
      const admin = isAccountAdmin(ctx);
      return entries(ctx)
        .filter((e) => e.databaseId === database.id && e.run.scheduledOn >= from && e.run.scheduledOn <= to)
        .filter((e) => name === null || e.name.toUpperCase() === name)
        .filter((e) => admin || (e.owner !== null && roles.has(e.owner)))
        .slice(0, limitArgument(args));
    },
  );
  historyFunction(
    "NOTIFICATION_HISTORY",
    ["START_TIME", "END_TIME", "INTEGRATION_NAME", "RESULT_LIMIT"],
    MESSAGES,
    (ctx, args) => {
      if (!isAccountAdmin(ctx)) return [];
      const from = timeArgument(args, "START_TIME", ctx.services.clock.now() - 14 * 86_400_000);
      const to = timeArgument(args, "END_TIME", Number.POSITIVE_INFINITY);
      const name = textArgument(args, "INTEGRATION_NAME")?.toUpperCase() ?? null;
      return (ctx.services.notifications?.sent() ?? [])
        .filter((n) => n.on >= from && n.on <= to && (name === null || n.integration.toUpperCase() === name))
        .toReversed()
        .slice(0, limitArgument(args));
    },
  );
}
