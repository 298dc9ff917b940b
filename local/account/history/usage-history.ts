import { hasPrivilege, isAccountAdmin } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { ServerlessUse } from "../compute/ledger.ts";
import type { StatementContext } from "../session/context.ts";
import type { LoginEntry } from "./recorder.ts";
import {
  type Field,
  historyFunction,
  limitArgument,
  textArgument,
  timeArgument,
  usageView,
} from "./relation.ts";

const HOUR = 3_600_000;
const DAY = 86_400_000;

interface Metered {
  id: number;
  name: string;
  start: number;
  compute: number;
  cloud: number;
}

const METERING: readonly Field<Metered>[] = [
  ["START_TIME", "time", (m) => m.start],
  ["END_TIME", "time", (m) => m.start + HOUR],
  ["WAREHOUSE_ID", "number", (m) => m.id],
  ["WAREHOUSE_NAME", "text", (m) => m.name],
  ["CREDITS_USED", "float", (m) => m.compute + m.cloud],
  ["CREDITS_USED_COMPUTE", "float", (m) => m.compute],
  ["CREDITS_USED_CLOUD_SERVICES", "float", (m) => m.cloud],
  ["CREDITS_ATTRIBUTED_COMPUTE_QUERIES", "float", () => null],
];
/** The function of INFORMATION_SCHEMA has no id and no attribution. */
const METERING_FUNCTION = METERING.filter(([name]) => name !== "WAREHOUSE_ID" && !name.endsWith("QUERIES"));

function metered(ctx: StatementContext, from: number, to: number): Metered[] {
  const { catalog, clock, history } = ctx.services;
  return (history?.hourlyCredits(from, Math.min(to, clock.now() + HOUR)) ?? []).map((hour) => ({
    id: hour.warehouseId,
    name: catalog.get(hour.warehouseId)?.name ?? "",
    start: hour.hour,
    compute: hour.credits,
    cloud: 0,
  }));
}

const SERVICE_TYPE: Record<ServerlessUse["service"], string> = {
  SERVERLESS_TASK: "SERVERLESS_TASK",
  PIPE: "PIPE",
  SNOWPIPE_STREAMING: "SNOWPIPE_STREAMING",
  MATERIALIZED_VIEW: "MATERIALIZED_VIEW",
};

interface Daily {
  service: string;
  day: number;
  compute: number;
  cloud: number;
}

const DAILY: readonly Field<Daily>[] = [
  ["SERVICE_TYPE", "text", (d) => d.service],
  ["USAGE_DATE", "date", (d) => d.day],
  ["CREDITS_USED_COMPUTE", "float", (d) => d.compute],
  ["CREDITS_USED_CLOUD_SERVICES", "float", (d) => d.cloud],
  ["CREDITS_USED", "float", (d) => d.compute + d.cloud],
  // Cloud services are free up to a tenth of the day's warehouse credits.
  ["CREDITS_ADJUSTMENT_CLOUD_SERVICES", "float", (d) => -Math.min(d.cloud, d.compute / 10)],
  ["CREDITS_BILLED", "float", (d) => d.compute + d.cloud - Math.min(d.cloud, d.compute / 10)],
];

function daily(ctx: StatementContext): Daily[] {
  const sums = new Map<string, Daily>();
  const add = (service: string, at: number, credits: number) => {
    const day = Math.floor(at / DAY) * DAY;
    const sum = sums.get(`${service}/${day}`) ?? { service, day, compute: 0, cloud: 0 };
    sum.compute += credits;
    sums.set(`${service}/${day}`, sum);
  };
  for (const hour of metered(ctx, 0, Number.POSITIVE_INFINITY))
    add("WAREHOUSE_METERING", hour.start, hour.compute);
  for (const use of ctx.services.history?.serverless() ?? [])
    add(SERVICE_TYPE[use.service], use.startedOn, use.credits);
  return [...sums.values()].sort((a, b) => a.day - b.day || (a.service < b.service ? -1 : 1));
}

const PIPE_USAGE: readonly Field<ServerlessUse & { name: string }>[] = [
  ["PIPE_ID", "number", (u) => u.objectId],
  ["PIPE_NAME", "text", (u) => u.name],
  ["START_TIME", "time", (u) => u.startedOn],
  ["END_TIME", "time", (u) => u.endedOn],
  ["CREDITS_USED", "float", (u) => u.credits],
  ["BYTES_INSERTED", "float", (u) => u.bytes],
  ["BYTES_BILLED", "float", (u) => u.bytes],
  ["FILES_INSERTED", "float", (u) => u.files],
];

function uses(
  ctx: StatementContext,
  service: ServerlessUse["service"],
  from = 0,
  to = Number.POSITIVE_INFINITY,
) {
  return (ctx.services.history?.serverless() ?? [])
    .filter((use) => use.service === service && use.startedOn >= from && use.startedOn <= to)
    .map((use) => ({ ...use, name: ctx.services.catalog.get(use.objectId)?.name ?? "" }));
}

const SERVERLESS_TASK: readonly Field<ServerlessUse & { name: string }>[] = [
  ["START_TIME", "time", (u) => u.startedOn],
  ["END_TIME", "time", (u) => u.endedOn],
  ["TASK_ID", "number", (u) => u.objectId],
  ["TASK_NAME", "text", (u) => u.name],
  ["CREDITS_USED", "float", (u) => u.credits],
];

/** Source: "MATERIALIZED_VIEW_REFRESH_HISTORY view". */
const MATERIALIZED_VIEW: readonly Field<ServerlessUse & { name: string; path: CatalogObject[] }>[] = [
  ["START_TIME", "time", (u) => u.startedOn],
  ["END_TIME", "time", (u) => u.endedOn],
  ["CREDITS_USED", "text", (u) => u.credits],
  ["TABLE_ID", "number", (u) => u.objectId],
  ["TABLE_NAME", "text", (u) => u.name],
  ["SCHEMA_ID", "number", (u) => u.path[1]?.id],
  ["SCHEMA_NAME", "text", (u) => u.path[1]?.name],
  ["DATABASE_ID", "number", (u) => u.path[0]?.id],
  ["DATABASE_NAME", "text", (u) => u.path[0]?.name],
];

/** The database and the schema of the object. */
function pathOf(ctx: StatementContext, objectId: number): CatalogObject[] {
  const { catalog } = ctx.services;
  const schema = catalog.get(catalog.get(objectId)?.parent ?? -1);
  const database = schema && catalog.get(schema.parent);
  return schema && database ? [database, schema] : [];
}

const LOGIN: readonly Field<LoginEntry>[] = [
  ["EVENT_ID", "number", (l) => l.eventId],
  ["EVENT_TIMESTAMP", "time", (l) => l.on],
  ["EVENT_TYPE", "text", () => "LOGIN"],
  ["USER_NAME", "text", (l) => l.userName],
  ["CLIENT_IP", "text", (l) => l.clientIp],
  ["REPORTED_CLIENT_TYPE", "text", (l) => l.clientType],
  ["REPORTED_CLIENT_VERSION", "text", (l) => l.clientVersion],
  ["FIRST_AUTHENTICATION_FACTOR", "text", (l) => l.factor],
  ["SECOND_AUTHENTICATION_FACTOR", "text", () => null],
  ["IS_SUCCESS", "text", (l) => (l.success ? "YES" : "NO")],
  ["ERROR_CODE", "number", (l) => l.errorCode],
  ["ERROR_MESSAGE", "text", (l) => l.errorMessage],
  ["RELATED_EVENT_ID", "number", () => 0],
  ["CONNECTION", "text", () => null],
];

const mayMonitorUsage = (ctx: StatementContext) =>
  isAccountAdmin(ctx) || hasPrivilege(ctx, "MONITOR USAGE", "ACCOUNT");

export function registerUsageHistory(): void {
  usageView("WAREHOUSE_METERING_HISTORY", METERING, (ctx) => metered(ctx, 0, Number.POSITIVE_INFINITY));
  historyFunction(
    "WAREHOUSE_METERING_HISTORY",
    ["DATE_RANGE_START", "DATE_RANGE_END", "WAREHOUSE_NAME"],
    METERING_FUNCTION,
    (ctx, args) => {
      if (!mayMonitorUsage(ctx)) return [];
      const now = ctx.services.clock.now();
      const from = timeArgument(args, "DATE_RANGE_START", now - 10 * DAY);
      const to = timeArgument(args, "DATE_RANGE_END", now);
      const name = textArgument(args, "WAREHOUSE_NAME")?.toUpperCase() ?? null;
      return metered(ctx, from, to).filter((m) => name === null || m.name === name);
    },
  );
  usageView("METERING_DAILY_HISTORY", DAILY, daily);
  usageView("PIPE_USAGE_HISTORY", PIPE_USAGE, (ctx) => uses(ctx, "PIPE"));
  historyFunction(
    "PIPE_USAGE_HISTORY",
    ["DATE_RANGE_START", "DATE_RANGE_END", "PIPE_NAME"],
    PIPE_USAGE.filter(([name]) => name !== "PIPE_ID"),
    (ctx, args) => {
      if (!mayMonitorUsage(ctx)) return [];
      const now = ctx.services.clock.now();
      const name = textArgument(args, "PIPE_NAME")?.toUpperCase() ?? null;
      const from = timeArgument(args, "DATE_RANGE_START", now - DAY);
      const to = timeArgument(args, "DATE_RANGE_END", now);
      return uses(ctx, "PIPE", from, to).filter((use) => name === null || name.endsWith(use.name));
    },
  );
  usageView("MATERIALIZED_VIEW_REFRESH_HISTORY", MATERIALIZED_VIEW, (ctx) =>
    uses(ctx, "MATERIALIZED_VIEW").map((use) => ({ ...use, path: pathOf(ctx, use.objectId) })),
  );
  usageView("SERVERLESS_TASK_HISTORY", SERVERLESS_TASK, (ctx) => uses(ctx, "SERVERLESS_TASK"));
  usageView("LOGIN_HISTORY", LOGIN, (ctx) => ctx.services.history?.logins() ?? []);
  historyFunction(
    "LOGIN_HISTORY",
    ["TIME_RANGE_START", "TIME_RANGE_END", "RESULT_LIMIT"],
    LOGIN,
    (ctx, args) => {
      const from = timeArgument(args, "TIME_RANGE_START", 0);
      const to = timeArgument(args, "TIME_RANGE_END", Number.POSITIVE_INFINITY);
      const own = ctx.services.catalog.get(ctx.session.userId)?.name;
      return (ctx.services.history?.logins() ?? [])
        .filter((l) => l.on >= from && l.on <= to && (isAccountAdmin(ctx) || l.userName === own))
        .slice(-limitArgument(args))
        .reverse();
    },
  );
}
