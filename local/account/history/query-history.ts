import { hasPrivilege, isAccountAdmin } from "../access/index.ts";
import type { StatementContext } from "../session/context.ts";
import type { QueryEntry } from "./recorder.ts";
import {
  type Field,
  historyFunction,
  limitArgument,
  textArgument,
  timeArgument,
  usageView,
} from "./relation.ts";

const elapsed = (q: QueryEntry) => (q.endedOn === null ? null : q.endedOn - q.startedOn);

const FIELDS: readonly Field<QueryEntry>[] = [
  ["QUERY_ID", "text", (q) => q.queryId],
  ["QUERY_TEXT", "text", (q) => q.text],
  ["DATABASE_ID", "number", (q) => q.databaseId],
  ["DATABASE_NAME", "text", (q) => q.databaseName],
  ["SCHEMA_ID", "number", (q) => q.schemaId],
  ["SCHEMA_NAME", "text", (q) => q.schemaName],
  ["QUERY_TYPE", "text", (q) => q.type],
  ["SESSION_ID", "number", (q) => q.sessionId],
  ["USER_NAME", "text", (q) => q.userName],
  ["ROLE_NAME", "text", (q) => q.roleName],
  ["WAREHOUSE_ID", "number", (q) => q.warehouseId],
  ["WAREHOUSE_NAME", "text", (q) => q.warehouseName],
  ["WAREHOUSE_SIZE", "text", (q) => q.warehouseSize],
  ["WAREHOUSE_TYPE", "text", (q) => q.warehouseType],
  ["CLUSTER_NUMBER", "number", (q) => (q.warehouseId === null ? null : 1)],
  ["QUERY_TAG", "text", (q) => q.queryTag],
  ["EXECUTION_STATUS", "text", (q) => q.status],
  ["ERROR_CODE", "text", (q) => q.errorCode],
  ["ERROR_MESSAGE", "text", (q) => q.errorMessage],
  ["START_TIME", "time", (q) => q.startedOn],
  ["END_TIME", "time", (q) => q.endedOn],
  ["TOTAL_ELAPSED_TIME", "number", elapsed],
  ["BYTES_SCANNED", "number", () => 0],
  ["ROWS_PRODUCED", "number", (q) => q.rowsProduced],
  ["ROWS_INSERTED", "number", (q) => q.inserted],
  ["ROWS_UPDATED", "number", (q) => q.updated],
  ["ROWS_DELETED", "number", (q) => q.deleted],
  ["COMPILATION_TIME", "number", () => 0],
  ["EXECUTION_TIME", "number", (q) => (elapsed(q) === null ? null : elapsed(q)! - q.queuedMs)],
  ["QUEUED_PROVISIONING_TIME", "number", () => 0],
  ["QUEUED_REPAIR_TIME", "number", () => 0],
  ["QUEUED_OVERLOAD_TIME", "number", (q) => q.queuedMs],
  ["TRANSACTION_BLOCKED_TIME", "number", () => 0],
  ["CREDITS_USED_CLOUD_SERVICES", "float", () => 0],
  ["TRANSACTION_ID", "number", (q) => q.transactionId],
  ["IS_CLIENT_GENERATED_STATEMENT", "boolean", () => false],
  ["USER_TYPE", "text", () => null],
];

/** A user sees its own statements; with MONITOR or OPERATE on the warehouse those there; ACCOUNTADMIN all. */
function visible(ctx: StatementContext): (entry: QueryEntry) => boolean {
  if (isAccountAdmin(ctx)) return () => true;
  return (entry) => {
    if (entry.userId === ctx.session.userId) return true;
    const warehouse = entry.warehouseId === null ? undefined : ctx.services.catalog.get(entry.warehouseId);
    return (
      warehouse !== undefined &&
      (hasPrivilege(ctx, "MONITOR", warehouse) || hasPrivilege(ctx, "OPERATE", warehouse))
    );
  };
}

const entries = (ctx: StatementContext): QueryEntry[] => ctx.services.history?.queries() ?? [];

export function registerQueryHistory(): void {
  usageView("QUERY_HISTORY", FIELDS, (ctx) => entries(ctx).filter((entry) => entry.status !== "RUNNING"));
  const byFilter = (
    name: string,
    extra: string | null,
    filter: (entry: QueryEntry, value: string) => boolean,
  ) =>
    historyFunction(
      name,
      [extra, "END_TIME_RANGE_START", "END_TIME_RANGE_END", "RESULT_LIMIT"].filter((part) => part !== null),
      FIELDS,
      (ctx, args) => {
        const now = ctx.services.clock.now();
        const from = timeArgument(args, "END_TIME_RANGE_START", now - 7 * 86_400_000);
        const to = timeArgument(args, "END_TIME_RANGE_END", Number.POSITIVE_INFINITY);
        const own = name.endsWith("SESSION")
          ? ctx.session.id
          : (ctx.services.catalog.get(ctx.session.userId)?.name ?? "");
        const wanted = extra === null ? "" : (textArgument(args, extra) ?? own);
        const isVisible = visible(ctx);
        return entries(ctx)
          .filter((entry) => (entry.endedOn ?? now) >= from && (entry.endedOn ?? now) <= to)
          .filter((entry) => filter(entry, wanted) && isVisible(entry))
          .reverse()
          .slice(0, limitArgument(args));
      },
    );
  byFilter("QUERY_HISTORY", null, () => true);
  byFilter("QUERY_HISTORY_BY_SESSION", "SESSION_ID", (entry, id) => entry.sessionId === id);
  byFilter("QUERY_HISTORY_BY_USER", "USER_NAME", (entry, name) => entry.userName === name.toUpperCase());
  byFilter(
    "QUERY_HISTORY_BY_WAREHOUSE",
    "WAREHOUSE_NAME",
    (entry, name) => entry.warehouseName === name.toUpperCase(),
  );

  const named = (
    ctx: StatementContext,
    ids: readonly number[],
    columns: QueryEntry["columnsAccessed"] = [],
  ) =>
    ids.map((id) => {
      const read = columns.find(([object]) => object === id)?.[1];
      const object = ctx.services.catalog.get(id);
      const parts = [object?.name];
      for (let at = object?.parent ?? 0; at !== 0; ) {
        const container = ctx.services.catalog.get(at);
        parts.unshift(container?.name);
        at = container?.parent ?? 0;
      }
      return {
        objectDomain: domainOf(object?.kind ?? "TABLE"),
        objectId: id,
        objectName: parts.join("."),
        ...(read === undefined ? {} : { columns: read.map((columnName) => ({ columnName })) }),
      };
    });
  const accessFields: readonly Field<{
    entry: QueryEntry;
    direct: unknown;
    base: unknown;
    modified: unknown;
  }>[] = [
    ["QUERY_ID", "text", ({ entry }) => entry.queryId],
    ["QUERY_START_TIME", "time", ({ entry }) => entry.startedOn],
    ["USER_NAME", "text", ({ entry }) => entry.userName],
    ["DIRECT_OBJECTS_ACCESSED", "json", ({ direct }) => direct],
    ["BASE_OBJECTS_ACCESSED", "json", ({ base }) => base],
    ["OBJECTS_MODIFIED", "json", ({ modified }) => modified],
    ["OBJECT_MODIFIED_BY_DDL", "json", () => null],
    ["POLICIES_REFERENCED", "json", () => []],
    ["PARENT_QUERY_ID", "text", () => null],
    ["ROOT_QUERY_ID", "text", () => null],
  ];
  usageView("ACCESS_HISTORY", accessFields, (ctx) =>
    entries(ctx)
      .filter(
        (entry) =>
          entry.status === "SUCCESS" &&
          (entry.objectsAccessed.length > 0 || entry.objectsModified.length > 0),
      )
      .map((entry) => ({
        entry,
        direct: named(ctx, entry.directAccessed ?? entry.objectsAccessed, entry.columnsAccessed),
        // A view is not among them: what it reads is. Source: "ACCESS_HISTORY view", base_objects_accessed.
        base: named(
          ctx,
          entry.objectsAccessed.filter((id) => !VIEWS.has(ctx.services.catalog.get(id)?.kind ?? "")),
          entry.columnsAccessed,
        ),
        modified: named(ctx, entry.objectsModified),
      })),
  );
}

/** `Table`, `Materialized view`. Source: "ACCESS_HISTORY view", the examples of base_objects_accessed. */
const domainOf = (kind: string): string => kind[0] + kind.slice(1).toLowerCase().replaceAll("_", " ");

const VIEWS = new Set(["VIEW", "MATERIALIZED_VIEW"]);
