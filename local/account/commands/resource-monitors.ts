import { hasPrivilege, isAccountAdmin, requirePrivilege, resolveObject } from "../access/index.ts";
import { ACCOUNT_ID, type ResourceMonitorProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { listOf, nullable, objectName, oneOf, readProperties, text, type ValueReader } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import {
  listForShow,
  ownerColumns,
  readShowOptions,
  type ShowColumns,
  showOutcome,
  timeValue,
} from "./show.ts";

const quota: ValueReader<number> = (cursor, key) => {
  const value = Number(cursor.seesString ? cursor.string() : cursor.numberText());
  if (!(value >= 1)) throw errors.invalidValue(String(value), key);
  return value;
};

const PROPERTIES = {
  CREDIT_QUOTA: nullable(quota),
  FREQUENCY: oneOf("MONTHLY", "DAILY", "WEEKLY", "YEARLY", "NEVER"),
  START_TIMESTAMP: ((cursor) =>
    cursor.accept("IMMEDIATELY") ? "IMMEDIATELY" : cursor.string()) as ValueReader<string>,
  END_TIMESTAMP: nullable(text),
  NOTIFY_USERS: listOf(objectName),
};

type Trigger = { percent: number; action: "NOTIFY" | "SUSPEND" | "SUSPEND_IMMEDIATE" };

/** `TRIGGERS ON 80 PERCENT DO NOTIFY …`. */
function readTriggers(cursor: Cursor): Trigger[] | undefined {
  if (!cursor.accept("TRIGGERS")) return undefined;
  const triggers: Trigger[] = [];
  while (cursor.accept("ON")) {
    const percent = cursor.integer();
    cursor.expect("PERCENT", "DO");
    const action = cursor.acceptOneOf("SUSPEND_IMMEDIATE", "SUSPEND", "NOTIFY");
    if (!action) throw cursor.syntaxError();
    if (percent < 1) throw errors.invalidValue(String(percent), "TRIGGERS");
    triggers.push({ percent, action });
  }
  if (triggers.length === 0) throw cursor.syntaxError();
  return triggers;
}

/** Source: "CREATE RESOURCE MONITOR": one suspend, one suspend-immediate and up to five notify triggers. */
function triggerProps(
  triggers: readonly Trigger[],
): Pick<ResourceMonitorProps, "notifyAt" | "suspendAt" | "suspendImmediateAt"> {
  const at = (action: Trigger["action"]) => triggers.filter((t) => t.action === action).map((t) => t.percent);
  const notifyAt = [...new Set(at("NOTIFY"))].sort((a, b) => a - b);
  const suspend = at("SUSPEND");
  const immediate = at("SUSPEND_IMMEDIATE");
  if (suspend.length > 1 || immediate.length > 1 || notifyAt.length > 5)
    throw errors.compilation(
      "090402",
      "22023",
      "A resource monitor can have one SUSPEND trigger, one SUSPEND_IMMEDIATE trigger and up to five NOTIFY triggers.",
    );
  return { notifyAt, suspendAt: suspend[0] ?? null, suspendImmediateAt: immediate[0] ?? null };
}

/** `2030-01-01`, `2030-01-01 00:00`, with an offset or in UTC; IMMEDIATELY is the hour that runs. */
/** Zones that the documentation's examples name. Source: "CREATE RESOURCE MONITOR". */
const ZONES: Record<string, string> = {
  UTC: "+00:00",
  GMT: "+00:00",
  EST: "-05:00",
  EDT: "-04:00",
  CST: "-06:00",
  CDT: "-05:00",
  MST: "-07:00",
  MDT: "-06:00",
  PST: "-08:00",
  PDT: "-07:00",
};

function parseTimestamp(ctx: StatementContext, given: string, key: string): number {
  const now = ctx.services.clock.now();
  if (given.toUpperCase() === "IMMEDIATELY") return now - (now % 3_600_000);
  const trimmed = given.trim();
  const spaced = trimmed[10] === "T" ? `${trimmed.slice(0, 10)} ${trimmed.slice(11)}` : trimmed;
  const [date = "", time = "00:00", zone = ""] = spaced.split(" ");
  const clock = time.split(":").length === 2 ? `${time}:00` : time;
  const named = ZONES[zone.toUpperCase()];
  const offset = named ?? (zone === "" || zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`);
  const ms = Date.parse(`${date}T${clock}${offset === "" && !clock.endsWith("Z") ? "Z" : offset}`);
  if (Number.isNaN(ms)) throw errors.invalidValue(given, key);
  return ms;
}

const DEFAULTS = (ctx: StatementContext): ResourceMonitorProps => ({
  creditQuota: null,
  frequency: "MONTHLY",
  startTimestamp: monthStart(ctx.services.clock.now()),
  endTimestamp: null,
  notifyAt: [],
  suspendAt: null,
  suspendImmediateAt: null,
  notifyUsers: [],
  level: null,
});

const monthStart = (now: number) => {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
};

function applyProperties(
  ctx: StatementContext,
  base: ResourceMonitorProps,
  values: ReturnType<typeof readProperties<typeof PROPERTIES>>,
): ResourceMonitorProps {
  const props = { ...base };
  if ((values.FREQUENCY === undefined) !== (values.START_TIMESTAMP === undefined))
    throw errors.compilation(
      "090403",
      "22023",
      "FREQUENCY and START_TIMESTAMP must be specified together for a resource monitor.",
    );
  if (values.CREDIT_QUOTA !== undefined) props.creditQuota = values.CREDIT_QUOTA;
  if (values.FREQUENCY !== undefined) props.frequency = values.FREQUENCY;
  if (values.START_TIMESTAMP !== undefined)
    props.startTimestamp = parseTimestamp(ctx, values.START_TIMESTAMP, "START_TIMESTAMP");
  if (values.END_TIMESTAMP !== undefined)
    props.endTimestamp =
      values.END_TIMESTAMP === null ? null : parseTimestamp(ctx, values.END_TIMESTAMP, "END_TIMESTAMP");
  if (
    props.endTimestamp !== null &&
    props.startTimestamp !== null &&
    props.endTimestamp <= props.startTimestamp
  )
    throw errors.invalidValue(String(values.END_TIMESTAMP ?? ""), "END_TIMESTAMP");
  if (values.NOTIFY_USERS !== undefined)
    props.notifyUsers = values.NOTIFY_USERS.map((name) => resolveObject(ctx, "USER", name).name);
  return props;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  cursor.accept("WITH");
  const values = readProperties(cursor, PROPERTIES);
  const triggers = readTriggers(cursor) ?? [];
  cursor.expectEnd();
  if (!isAccountAdmin(ctx)) throw errors.insufficientPrivileges("account", ctx.services.identity.name);
  const { outcome } = await createObject(ctx, {
    kind: "RESOURCE_MONITOR",
    head,
    name,
    privilege: null,
    build: () => ({ props: { ...applyProperties(ctx, DEFAULTS(ctx), values), ...triggerProps(triggers) } }),
    message: (printed) => `Resource monitor ${printed} successfully created.`,
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const monitor = findExisting(ctx, "RESOURCE_MONITOR", parts, ifExists);
  if (!monitor) return statusOutcome(EXECUTED);
  let values: ReturnType<typeof readProperties<typeof PROPERTIES>> = {};
  let any = false;
  while (cursor.accept("SET")) {
    values = { ...values, ...readProperties(cursor, PROPERTIES) };
    any = true;
  }
  const triggers = readTriggers(cursor);
  cursor.expectEnd();
  if (!any && !triggers) throw cursor.syntaxError();
  if (!isAccountAdmin(ctx)) requirePrivilege(ctx, "MODIFY", monitor);
  await changeCatalog(ctx, (change) => {
    const props = applyProperties(ctx, monitor.props, values);
    updateProps(change, monitor, triggers ? { ...props, ...triggerProps(triggers) } : props);
  });
  return statusOutcome(EXECUTED);
}

const COLUMNS: ShowColumns = [
  ["name", "text"],
  ["credit_quota", "text"],
  ["used_credits", "text"],
  ["remaining_credits", "text"],
  ["level", "text"],
  ["frequency", "text"],
  ["start_time", "time"],
  ["end_time", "time"],
  ["notify_at", "text"],
  ["suspend_at", "text"],
  ["suspend_immediately_at", "text"],
  ["created_on", "time"],
  ["owner", "text"],
  ["comment", "text"],
  ["notify_users", "text"],
];

/** ACCOUNT or WAREHOUSE by what the monitor watches; null when nothing. */
function levelOf(ctx: StatementContext, monitorId: number): "ACCOUNT" | "WAREHOUSE" | null {
  const { catalog } = ctx.services;
  if (catalog.listAll("ACCOUNT_SETTINGS")[0]?.props.resourceMonitorId === monitorId) return "ACCOUNT";
  const watched = catalog.list("WAREHOUSE", ACCOUNT_ID).some((w) => w.props.resourceMonitorId === monitorId);
  return watched ? "WAREHOUSE" : null;
}

const percents = (values: readonly number[]) => values.map((value) => `${value}%`).join(",");
const percent = (value: number | null) => (value === null ? null : `${value}%`);
const credits = (value: number) => value.toFixed(2);

async function show(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const all = isAccountAdmin(ctx);
  const rows = listForShow(ctx, "RESOURCE_MONITOR", options)
    .filter((monitor) => all || hasPrivilege(ctx, "MONITOR", monitor) || hasPrivilege(ctx, "MODIFY", monitor))
    .map((monitor) => {
      const { props } = monitor;
      const { usedCredits } = ctx.services.runtime.compute.monitorUsage(monitor.id);
      return {
        name: monitor.name,
        credit_quota: props.creditQuota === null ? null : credits(props.creditQuota),
        used_credits: credits(usedCredits),
        remaining_credits: props.creditQuota === null ? null : credits(props.creditQuota - usedCredits),
        level: levelOf(ctx, monitor.id),
        frequency: props.frequency,
        start_time: timeValue(props.startTimestamp),
        end_time: timeValue(props.endTimestamp),
        notify_at: props.notifyAt.length === 0 ? null : percents(props.notifyAt),
        suspend_at: percent(props.suspendAt),
        suspend_immediately_at: percent(props.suspendImmediateAt),
        created_on: timeValue(monitor.createdOn),
        owner: ownerColumns(ctx, monitor).owner,
        comment: monitor.comment,
        notify_users: props.notifyUsers.join(", "),
      };
    });
  return showOutcome(COLUMNS, rows, options);
}

const test = "tests/local/account/commands/resource-monitors.test.ts";
export const resourceMonitorCommands: CommandDef[] = [
  command("CREATE", "RESOURCE MONITOR", create, { source: "CREATE RESOURCE MONITOR", test }),
  command("ALTER", "RESOURCE MONITOR", alter, { source: "ALTER RESOURCE MONITOR", test }),
  command(
    "DROP",
    "RESOURCE MONITOR",
    (ctx, cursor) =>
      dropObject(ctx, cursor, {
        kind: "RESOURCE_MONITOR",
        after: (change, monitor) => {
          for (const warehouse of ctx.services.catalog.list("WAREHOUSE", ACCOUNT_ID))
            if (warehouse.props.resourceMonitorId === monitor.id)
              updateProps(change, warehouse, { resourceMonitorId: null });
          for (const settings of ctx.services.catalog.listAll("ACCOUNT_SETTINGS"))
            if (settings.props.resourceMonitorId === monitor.id)
              updateProps(change, settings, { resourceMonitorId: null });
        },
      }),
    { source: "DROP RESOURCE MONITOR", test },
  ),
  command("SHOW", "RESOURCE MONITORS", show, { source: "SHOW RESOURCE MONITORS", test }),
];
