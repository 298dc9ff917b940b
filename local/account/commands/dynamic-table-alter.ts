import { fullName, hasPrivilege, requirePrivilege, resolveObject } from "../access/index.ts";
import type { DynamicTableProps, SuspensionReason } from "../catalog/derived-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import { alterRelation } from "./alter-relation.ts";
import type { Cursor } from "./cursor.ts";
import { swapWith } from "./databases.ts";
import { checkImmutable, checkLag } from "./dynamic-table-query.ts";
import { changeCatalog, EXECUTED, findExisting, updateProps } from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import { identifierOrText, readKeys, readProperties, text } from "./properties.ts";
import { readClusterBy } from "./table-grammar.ts";
import { targetLag } from "./target-lag.ts";

type DynamicTable = CatalogObject<"DYNAMIC_TABLE">;

/** Properties that ALTER sets too. */
export const DYNAMIC_TABLE_SETTABLE = {
  ...parameterTable("TABLE"),
  TARGET_LAG: targetLag,
  WAREHOUSE: identifierOrText,
  INITIALIZATION_WAREHOUSE: identifierOrText,
  COMMENT: text,
};

/** Clauses that Snowflake has and this account has not. */
export const NO_DYNAMIC_TABLE_CLAUSES = [
  "AGGREGATION POLICY",
  "WITH AGGREGATION POLICY",
  "REQUIRE USER",
  "FROZEN WHERE",
  "EXECUTE AS USER",
  "ROW_TIMESTAMP",
  "SCHEDULER",
  "WITH CONTACT",
];

/** A warehouse that the role may use for refreshes. */
export function warehouseId(ctx: StatementContext, name: string): number {
  const warehouse = resolveObject(ctx, "WAREHOUSE", [name]);
  requirePrivilege(ctx, "USAGE", warehouse);
  return warehouse.id;
}

export async function alterDynamicTable(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const ifExists = cursor.accept("IF", "EXISTS");
  const names = cursor.commaSeparated(() => cursor.name());
  if (cursor.accept("REFRESH")) return refresh(ctx, cursor, names, ifExists);
  if (names.length > 1) throw cursor.syntaxError();
  const table = findExisting(ctx, "DYNAMIC_TABLE", names[0]!, ifExists);
  if (!table) return statusOutcome(EXECUTED);
  if (cursor.accept("SWAP", "WITH")) {
    const other = resolveObject(ctx, "DYNAMIC_TABLE", cursor.name());
    cursor.expectEnd();
    return swapWith(ctx, table, other);
  }
  const clustering = readClustering(cursor);
  if (clustering) {
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", table);
    await changeCatalog(ctx, (change) => void updateProps(change, table, clustering));
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("SUSPEND")) return suspend(ctx, cursor, table);
  if (cursor.accept("RESUME")) return resume(ctx, cursor, table);
  const done = (await alterCommon(ctx, cursor, table)) ?? (await alterRelation(ctx, cursor, table));
  if (done) return done;
  for (const phrase of NO_DYNAMIC_TABLE_CLAUSES)
    if (cursor.seesPhrase(`SET ${phrase}`) || cursor.seesPhrase(`UNSET ${phrase}`))
      throw errors.unsupported(`ALTER DYNAMIC TABLE … ${phrase}`);
  if (cursor.accept("SET", "IMMUTABLE", "WHERE")) {
    const immutableWhere = cursor.balanced().trim();
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", table);
    await checkImmutable(ctx, table.props, immutableWhere);
    await changeCatalog(ctx, (change) => void updateProps(change, table, { immutableWhere }));
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET", "IMMUTABLE")) {
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", table);
    await changeCatalog(ctx, (change) => void updateProps(change, table, { immutableWhere: undefined }));
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("SET")) return set(ctx, cursor, table);
  if (cursor.accept("UNSET")) return unset(ctx, cursor, table);
  throw cursor.syntaxError();
}

function readClustering(cursor: Cursor): Partial<DynamicTableProps> | undefined {
  const clusterBy = readClusterBy(cursor);
  if (clusterBy) return { clusterBy };
  if (cursor.accept("DROP", "CLUSTERING", "KEY")) return { clusterBy: [] };
  if (cursor.accept("SUSPEND", "RECLUSTER") || cursor.accept("RESUME", "RECLUSTER")) return {};
  return undefined;
}

/** ALTER DYNAMIC TABLE a [, b …] REFRESH. Source: "Manage dynamic tables", "Error code reference for dynamic tables". */
async function refresh(
  ctx: StatementContext,
  cursor: Cursor,
  names: readonly string[][],
  ifExists: boolean,
): Promise<Outcome> {
  if (cursor.sees("COPY", "SESSION")) throw errors.unsupported("ALTER DYNAMIC TABLE … REFRESH COPY SESSION");
  cursor.expectEnd();
  if (ctx.session.transaction)
    throw new SnowflakeError(
      "002743",
      "0A000",
      "Manual refresh of a dynamic table is not supported inside a multi-statement transaction.",
    );
  const { catalog, runtime } = ctx.services;
  const tables = names.flatMap((name) => findExisting(ctx, "DYNAMIC_TABLE", name, ifExists) ?? []);
  const double = tables.find((table, i) => tables.indexOf(table) !== i);
  if (double)
    throw errors.compilation(
      "002008",
      "42601",
      `Duplicate Dynamic Table: ${fullName(ctx, double as CatalogObject)}`,
    );
  for (const table of tables) {
    requirePrivilege(ctx, "OPERATE", table);
    for (const id of await runtime.dynamicTables.upstream(table.id).catch(() => []))
      if (!hasPrivilege(ctx, "OPERATE", catalog.get(id)!))
        throw new SnowflakeError(
          "002756",
          "42501",
          "Insufficient privileges to operate on dynamic table. OPERATE privilege is required for manual refresh.",
        );
  }
  await runtime.dynamicTables.refresh(
    tables.map(({ id }) => id),
    "MANUAL",
  );
  return statusOutcome(EXECUTED);
}

/** Suspends the table and those that read it. Source: "Manage dynamic tables". */
async function suspend(ctx: StatementContext, cursor: Cursor, table: DynamicTable): Promise<Outcome> {
  cursor.expectEnd();
  requirePrivilege(ctx, "OPERATE", table);
  const below = await ctx.services.runtime.dynamicTables.downstream(table.id);
  await changeCatalog(ctx, (change) => {
    for (const id of [table.id, ...below]) {
      const current = change.latest(ctx.services.catalog.getAs("DYNAMIC_TABLE", id)!);
      // What a user suspended itself stays so when it is resumed from above.
      if (current.props.suspended && id !== table.id) continue;
      const reason: SuspensionReason = id === table.id ? "USER_SUSPENDED" : "UPSTREAM_USER_SUSPENDED";
      updateProps(change, current, { suspended: { reason, on: change.now }, lastSuspendedOn: change.now });
    }
  });
  return statusOutcome(EXECUTED);
}

/** Resumes the table, and those that were suspended with it. Source: "Manage dynamic tables", resume cascade. */
async function resume(ctx: StatementContext, cursor: Cursor, table: DynamicTable): Promise<Outcome> {
  cursor.expectEnd();
  requirePrivilege(ctx, "OPERATE", table);
  const { catalog, runtime } = ctx.services;
  for (const id of await runtime.dynamicTables.upstream(table.id).catch(() => [])) {
    const above = catalog.getAs("DYNAMIC_TABLE", id)!;
    if (above.props.suspended)
      throw errors.compilation(
        "002750",
        "55000",
        `Dynamic table ${fullName(ctx, table as CatalogObject)} cannot be resumed: dynamic table ${fullName(ctx, above as CatalogObject)}, which it reads, is suspended.`,
      );
  }
  const below = await runtime.dynamicTables.downstream(table.id);
  await changeCatalog(ctx, (change) => {
    for (const id of [table.id, ...below]) {
      const current = change.latest(catalog.getAs("DYNAMIC_TABLE", id)!);
      const { suspended } = current.props;
      if (!suspended || (id !== table.id && !suspended.reason.startsWith("UPSTREAM_"))) continue;
      updateProps(change, current, { suspended: null, lastResumedOn: change.now });
    }
  });
  return statusOutcome(EXECUTED);
}

async function set(ctx: StatementContext, cursor: Cursor, table: DynamicTable): Promise<Outcome> {
  const values = readProperties(cursor, DYNAMIC_TABLE_SETTABLE);
  cursor.expectEnd();
  const { parameters } = splitParameters("TABLE", values);
  if (Object.keys(values).length === 0) throw cursor.syntaxError();
  // OPERATE is enough for the lag and the warehouses. Source: "Dynamic table access control".
  const ofOwner = values.COMMENT !== undefined || Object.keys(parameters).length > 0;
  requirePrivilege(ctx, ofOwner ? "OWNERSHIP" : "OPERATE", table);
  const { catalog, runtime } = ctx.services;
  const lag = values.TARGET_LAG;
  if (lag) {
    for (const id of await runtime.dynamicTables.upstream(table.id).catch(() => []))
      checkLag(ctx, lag, catalog.getAs("DYNAMIC_TABLE", id)!);
    for (const id of await runtime.dynamicTables.downstream(table.id)) {
      const below = catalog.getAs("DYNAMIC_TABLE", id)!;
      checkLag(ctx, below.props.targetLag, { ...table, props: { ...table.props, targetLag: lag } });
    }
  }
  const warehouse = values.WAREHOUSE === undefined ? undefined : warehouseId(ctx, values.WAREHOUSE);
  const initialization =
    values.INITIALIZATION_WAREHOUSE === undefined
      ? undefined
      : warehouseId(ctx, values.INITIALIZATION_WAREHOUSE);
  await changeCatalog(ctx, (change) => {
    const { props } = change.latest(table);
    const changed = updateProps(change, table, {
      parameters: overlayParameters(props.parameters, parameters),
      targetLag: lag ?? props.targetLag,
      warehouseId: warehouse ?? props.warehouseId,
      initializationWarehouseId: initialization ?? props.initializationWarehouseId,
    });
    if (values.COMMENT !== undefined) change.update(changed, { comment: values.COMMENT });
  });
  return statusOutcome(EXECUTED);
}

async function unset(ctx: StatementContext, cursor: Cursor, table: DynamicTable): Promise<Outcome> {
  const allowed = [...Object.keys(parameterTable("TABLE")), "INITIALIZATION_WAREHOUSE", "COMMENT"];
  const keys = readKeys(cursor, allowed);
  cursor.expectEnd();
  const onlyWarehouse = keys.every((key) => key === "INITIALIZATION_WAREHOUSE");
  requirePrivilege(ctx, onlyWarehouse ? "OPERATE" : "OWNERSHIP", table);
  await changeCatalog(ctx, (change) => {
    const { props } = change.latest(table);
    const changed = updateProps(change, table, {
      parameters: withoutParameters(props.parameters, keys),
      initializationWarehouseId: keys.includes("INITIALIZATION_WAREHOUSE")
        ? null
        : props.initializationWarehouseId,
    });
    if (keys.includes("COMMENT")) change.update(changed, { comment: null });
  });
  return statusOutcome(EXECUTED);
}
