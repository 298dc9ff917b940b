import { hasPrivilege, nameParts, parseName, printName } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { Refresh } from "../schedule/refresh-log.ts";
import type { StatementContext } from "../session/context.ts";
import { lagOf } from "./lag.ts";
import {
  type Field,
  type FunctionArguments,
  historyFunction,
  limitArgument,
  textArgument,
  timeArgument,
  usageView,
} from "./relation.ts";

const DAY = 86_400_000;

interface Named {
  table: CatalogObject<"DYNAMIC_TABLE">;
  database: CatalogObject;
  schema: CatalogObject;
  qualified: string;
}
interface RefreshEntry extends Named {
  refresh: Refresh;
}
interface TableEntry extends Named {
  /** Without MONITOR only names are told. */
  monitored: boolean;
  refreshes: Refresh[];
  now: number;
  inputs: { name: string; kind: string }[];
}

function named(ctx: StatementContext, tableId: number): Named | null {
  const { catalog } = ctx.services;
  const table = catalog.getAs("DYNAMIC_TABLE", tableId);
  const schema = table && catalog.get(table.parent);
  const database = schema && catalog.get(schema.parent);
  if (!table || !schema || !database) return null;
  return { table, schema, database, qualified: printName(nameParts(ctx, table as CatalogObject)) };
}

/** Source: "Dynamic table access control", privileges to view metadata: MONITOR, or what includes it. */
const mayMonitor = (ctx: StatementContext, table: CatalogObject): boolean =>
  ["MONITOR", "OPERATE"].some((privilege) => hasPrivilege(ctx, privilege, table));

/** Time in the objects of these functions: `2024-03-01 10:29:02.066 Z`. */
const timeText = (ms: number) => new Date(ms).toISOString().replace("T", " ").replace("Z", " Z");

const REFRESH_FIELDS: readonly Field<RefreshEntry>[] = [
  ["NAME", "text", (e) => e.table.name],
  ["SCHEMA_NAME", "text", (e) => e.schema.name],
  ["DATABASE_NAME", "text", (e) => e.database.name],
  ["STATE", "text", (e) => e.refresh.state],
  ["STATE_CODE", "text", (e) => e.refresh.stateCode],
  ["STATE_MESSAGE", "text", (e) => e.refresh.stateMessage],
  ["QUERY_ID", "text", (e) => e.refresh.queryId],
  ["DATA_TIMESTAMP", "time", (e) => e.refresh.dataTimestamp],
  ["REFRESH_START_TIME", "time", (e) => e.refresh.startedOn],
  ["REFRESH_END_TIME", "time", (e) => e.refresh.endedOn],
  ["COMPLETION_TARGET", "time", (e) => e.refresh.completionTarget],
  ["QUALIFIED_NAME", "text", (e) => e.qualified],
  ["LAST_COMPLETED_DEPENDENCY", "object", () => null],
  [
    "STATISTICS",
    "object",
    ({ refresh }) =>
      refresh.state === "SUCCEEDED"
        ? { numInsertedRows: refresh.inserted, numDeletedRows: refresh.deleted }
        : null,
  ],
  ["REFRESH_ACTION", "text", (e) => e.refresh.action],
  ["REFRESH_TRIGGER", "text", (e) => e.refresh.trigger],
  ["TARGET_LAG_SEC", "number", (e) => e.refresh.targetLagSeconds],
  ["GRAPH_HISTORY_VALID_FROM", "time", (e) => validFrom(e.table)],
];

/** Last first. */
const refreshes = (ctx: StatementContext): RefreshEntry[] =>
  (ctx.services.history?.refreshes() ?? [])
    .map((refresh): RefreshEntry | null => {
      const found = named(ctx, refresh.tableId);
      return found && { ...found, refresh };
    })
    .filter((entry) => entry !== null)
    .reverse();

/** NAME => 'dt', 'schema.dt' or 'db.schema.dt', in any case. */
function nameFilter(args: FunctionArguments): (entry: Named) => boolean {
  const given = textArgument(args, "NAME");
  if (given === null) return () => true;
  const wanted = (parseName(given) ?? [given]).map((part) => part.toUpperCase());
  return ({ database, schema, table }) => {
    const own = [database.name, schema.name, table.name].map((part) => part.toUpperCase());
    return own.slice(-wanted.length).join(".") === wanted.join(".");
  };
}

const validFrom = ({ createdOn, props }: Named["table"]): number =>
  Math.max(createdOn, props.suspended?.on ?? 0, props.lastResumedOn ?? 0);

function schedulingState({ props }: Named["table"], active: string): Record<string, string> {
  const { suspended, lastResumedOn } = props;
  if (!suspended)
    return { ...(lastResumedOn === null ? {} : { resumed_on: timeText(lastResumedOn) }), state: active };
  return {
    reason_code: suspended.reason,
    reason_message: MESSAGES[suspended.reason],
    state: "SUSPENDED",
    suspended_on: timeText(suspended.on),
  };
}

const MESSAGES: Record<NonNullable<Named["table"]["props"]["suspended"]>["reason"], string> = {
  USER_SUSPENDED: "The DT was suspended by a user",
  UPSTREAM_USER_SUSPENDED: "The DT was suspended because an input DT was suspended by a user",
  SUSPENDED_DUE_TO_ERRORS: "The DT was suspended due to 5 consecutive refresh errors",
  UPSTREAM_SUSPENDED_DUE_TO_ERRORS:
    "The DT was suspended because an input DT had 5 consecutive refresh errors",
  CLONED_AUTO_SUSPENDED: "The DT was suspended because it is a clone",
  UPSTREAM_CLONED_AUTO_SUSPENDED: "The DT was suspended because an input DT is a clone",
};

const lagType = ({ props }: Named["table"]) =>
  props.targetLag.seconds === null ? "DOWNSTREAM" : "USER_DEFINED";

/** A field that only MONITOR shows. */
const monitored = <T extends TableEntry>([name, kind, value]: Field<T>): Field<T> => [
  name,
  kind,
  (entry) => (entry.monitored ? value(entry) : null),
];

const NAMES: readonly Field<TableEntry>[] = [
  ["NAME", "text", (e) => e.table.name],
  ["SCHEMA_NAME", "text", (e) => e.schema.name],
  ["DATABASE_NAME", "text", (e) => e.database.name],
  ["QUALIFIED_NAME", "text", (e) => e.qualified],
];
const last = ({ refreshes }: TableEntry) => refreshes.findLast(({ state }) => state !== "EXECUTING");
const lag = (e: TableEntry) => lagOf(e.refreshes, e.table.props.targetLag.seconds, e.now);

const TABLE_FIELDS: readonly Field<TableEntry>[] = [
  ...NAMES,
  ...(
    [
      ["TARGET_LAG_SEC", "number", (e) => e.table.props.targetLag.seconds],
      ["TARGET_LAG_TYPE", "text", (e) => lagType(e.table)],
      ["SCHEDULING_STATE", "object", (e) => schedulingState(e.table, "RUNNING")],
      ["MEAN_LAG_SEC", "number", (e) => lag(e)?.mean],
      ["MAXIMUM_LAG_SEC", "number", (e) => lag(e)?.maximum],
      ["TIME_ABOVE_TARGET_LAG_SEC", "number", (e) => lag(e)?.above],
      ["TIME_WITHIN_TARGET_LAG_RATIO", "float", (e) => lag(e)?.within],
      [
        "LATEST_DATA_TIMESTAMP",
        "time",
        (e) => e.refreshes.findLast(({ state }) => state === "SUCCEEDED")?.dataTimestamp,
      ],
      ["LAST_COMPLETED_REFRESH_STATE", "text", (e) => last(e)?.state],
      ["LAST_COMPLETED_REFRESH_STATE_CODE", "text", (e) => last(e)?.stateCode],
      ["LAST_COMPLETED_REFRESH_STATE_MESSAGE", "text", (e) => last(e)?.stateMessage],
      [
        "EXECUTING_REFRESH_QUERY_ID",
        "text",
        (e) => e.refreshes.findLast(({ state }) => state === "EXECUTING")?.queryId,
      ],
    ] as Field<TableEntry>[]
  ).map(monitored),
];

const GRAPH_FIELDS: readonly Field<TableEntry>[] = [
  ...NAMES,
  ...(
    [
      ["INPUTS", "json", (e) => e.inputs],
      ["TARGET_LAG_TYPE", "text", (e) => lagType(e.table)],
      ["TARGET_LAG_SEC", "number", (e) => e.table.props.targetLag.seconds],
      ["QUERY_TEXT", "text", (e) => e.table.props.query],
      ["VALID_FROM", "time", (e) => validFrom(e.table)],
      ["VALID_TO", "time", () => null],
      ["SCHEDULING_STATE", "object", (e) => schedulingState(e.table, "ACTIVE")],
      ["ALTER_TRIGGER", "json", () => ["NONE"]],
    ] as Field<TableEntry>[]
  ).map(monitored),
];

function tables(ctx: StatementContext, since: number): TableEntry[] {
  const { catalog, clock } = ctx.services;
  const all = ctx.services.history?.refreshes() ?? [];
  return catalog
    .listAll("DYNAMIC_TABLE")
    .map((table) => named(ctx, table.id))
    .filter((entry) => entry !== null)
    .filter(({ table }) => mayMonitor(ctx, table) || hasPrivilege(ctx, "SELECT", table))
    .map((entry) => ({
      ...entry,
      monitored: mayMonitor(ctx, entry.table),
      refreshes: all.filter((r) => r.tableId === entry.table.id && r.dataTimestamp >= since),
      now: clock.now(),
      inputs: [],
    }));
}

export function registerDynamicTableHistory(): void {
  usageView("DYNAMIC_TABLE_REFRESH_HISTORY", REFRESH_FIELDS, (ctx) =>
    refreshes(ctx).filter(({ refresh }) => refresh.state !== "EXECUTING"),
  );
  historyFunction(
    "DYNAMIC_TABLE_REFRESH_HISTORY",
    ["DATA_TIMESTAMP_START", "DATA_TIMESTAMP_END", "RESULT_LIMIT", "NAME", "NAME_PREFIX", "ERROR_ONLY"],
    REFRESH_FIELDS,
    (ctx, args, database) => {
      const to = timeArgument(args, "DATA_TIMESTAMP_END", ctx.services.clock.now());
      const from = timeArgument(args, "DATA_TIMESTAMP_START", to - DAY);
      const prefix = (textArgument(args, "NAME_PREFIX") ?? "").toUpperCase();
      const byName = nameFilter(args);
      return refreshes(ctx)
        .filter((e) => e.database.id === database.id && byName(e))
        .filter(({ refresh }) => refresh.dataTimestamp >= from && refresh.dataTimestamp <= to)
        .filter(({ qualified }) => qualified.toUpperCase().startsWith(prefix))
        .filter(({ refresh }) => args["ERROR_ONLY"] !== true || refresh.state.endsWith("FAILED"))
        .filter(({ table }) => mayMonitor(ctx, table))
        .slice(0, limitArgument(args));
    },
  );
  historyFunction(
    "DYNAMIC_TABLES",
    ["NAME", "REFRESH_DATA_TIMESTAMP_START", "RESULT_LIMIT", "INCLUDE_CONNECTED"],
    TABLE_FIELDS,
    async (ctx, args, database) => {
      const since = timeArgument(args, "REFRESH_DATA_TIMESTAMP_START", ctx.services.clock.now() - 7 * DAY);
      const own = tables(ctx, since).filter((e) => e.database.id === database.id);
      const wanted = own.filter(nameFilter(args));
      if (args["INCLUDE_CONNECTED"] !== true) return wanted.slice(0, limitArgument(args));
      const { dynamicTables } = ctx.services.runtime;
      const connected = new Set<number>();
      for (const { table } of wanted)
        for (const id of [
          table.id,
          ...(await dynamicTables.upstream(table.id)),
          ...(await dynamicTables.downstream(table.id)),
        ])
          connected.add(id);
      return own.filter(({ table }) => connected.has(table.id));
    },
  );
  historyFunction("DYNAMIC_TABLE_GRAPH_HISTORY", ["AS_OF"], GRAPH_FIELDS, async (ctx) => {
    const entries = tables(ctx, Number.POSITIVE_INFINITY);
    for (const entry of entries)
      for (const id of await ctx.services.runtime.dynamicTables.inputs(entry.table.id)) {
        const object = ctx.services.catalog.get(id);
        if (object) entry.inputs.push({ kind: object.kind, name: printName(nameParts(ctx, object)) });
      }
    return entries;
  });
}
