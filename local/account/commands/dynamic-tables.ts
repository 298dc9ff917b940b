import {
  asRole,
  fullName,
  hasPrivilege,
  printIdentifier,
  printName,
  requirePrivilege,
  resolveObject,
} from "../access/index.ts";
import type { DynamicTableProps, SuspensionReason } from "../catalog/derived-props.ts";
import type { CatalogObject, ColumnDef } from "../catalog/model.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import {
  createPhysicalTable,
  describeQuery,
  notIncremental,
  parseQuery,
  type QueryInputs,
  queryInputs,
  unsupportedInDynamicTable,
} from "../sql/index.ts";
import { alterCommon } from "./alter.ts";
import { alterRelation } from "./alter-relation.ts";
import { cloneRows, readCloneSource } from "./clone.ts";
import type { Cursor } from "./cursor.ts";
import { swapWith } from "./databases.ts";
import { dropCommand, showCommand } from "./family.ts";
import { quoteString } from "./lexer.ts";
import {
  type CreateName,
  changeCatalog,
  createObject,
  definitionContext,
  EXECUTED,
  findExisting,
  inContext,
  readCreateName,
  updateProps,
} from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import { countRows, createPhysicalLike } from "./physical.ts";
import { placeFilled } from "./place-filled.ts";
import { identifierOrText, oneOf, readKeys, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { onOff, type ShowColumns, type ShowRow, timeValue } from "./show.ts";
import { describeRelation, printClusterBy, rowBytes } from "./show-tables.ts";
import { type ColumnSyntax, readClusterBy, readColumns } from "./table-grammar.ts";
import { type RowAccess, readRowAccess, resolveMasking, resolveRowAccess, undropTable } from "./tables.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";
import { type TargetLag, targetLag } from "./target-lag.ts";

type DynamicTable = CatalogObject<"DYNAMIC_TABLE">;

const SETTABLE = {
  ...parameterTable("TABLE"),
  TARGET_LAG: targetLag,
  WAREHOUSE: identifierOrText,
  INITIALIZATION_WAREHOUSE: identifierOrText,
  COMMENT: text,
};
const PROPERTIES = {
  ...SETTABLE,
  REFRESH_MODE: oneOf("AUTO", "FULL", "INCREMENTAL"),
  INITIALIZE: oneOf("ON_CREATE", "ON_SCHEDULE"),
};
type Values = ReturnType<typeof readProperties<typeof PROPERTIES>>;

/** Clauses that Snowflake has and this account has not. */
const REFUSED = [
  "AGGREGATION POLICY",
  "WITH AGGREGATION POLICY",
  "REQUIRE USER",
  "IMMUTABLE WHERE",
  "FROZEN WHERE",
  "BACKFILL FROM",
  "EXECUTE AS USER",
  "ROW_TIMESTAMP",
  "SCHEDULER",
  "WITH CONTACT",
];

interface Clauses {
  values: Values;
  clusterBy: string[];
  copyGrants: boolean;
  rowAccess: RowAccess | null;
  tags: TagValue[];
}

function readClauses(cursor: Cursor): Clauses {
  const clauses: Clauses = { values: {}, clusterBy: [], copyGrants: false, rowAccess: null, tags: [] };
  while (!cursor.sees("AS") && !cursor.atEnd) {
    const before = cursor.at;
    for (const phrase of REFUSED)
      if (cursor.seesPhrase(phrase)) throw errors.unsupported(`CREATE DYNAMIC TABLE … ${phrase}`);
    Object.assign(clauses.values, readProperties(cursor, PROPERTIES));
    clauses.clusterBy = readClusterBy(cursor) ?? clauses.clusterBy;
    if (cursor.accept("COPY", "GRANTS")) clauses.copyGrants = true;
    clauses.rowAccess = readRowAccess(cursor) ?? clauses.rowAccess;
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) clauses.tags.push(...readTagValues(cursor));
    if (cursor.at === before) throw cursor.syntaxError();
  }
  return clauses;
}

/** A warehouse that the role may use for refreshes. */
function warehouseId(ctx: StatementContext, name: string): number {
  const warehouse = resolveObject(ctx, "WAREHOUSE", [name]);
  requirePrivilege(ctx, "USAGE", warehouse);
  return warehouse.id;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  if (head.orAlter) throw errors.unsupported("CREATE OR ALTER DYNAMIC TABLE");
  if (head.modifiers.has("TEMPORARY")) throw errors.unsupported("TEMPORARY DYNAMIC TABLE");
  const name = readCreateName(cursor, head);
  if (cursor.sees("CLONE")) return createClone(ctx, cursor, head, name);
  const listed = cursor.seesSymbol("(") ? readColumns(cursor, false).columns : [];
  const clauses = readClauses(cursor);
  const { values } = clauses;
  cursor.expect("AS");
  const query = cursor.rest();
  const absent = (["WAREHOUSE", "TARGET_LAG"] as const).filter((key) => values[key] === undefined);
  if (absent.length > 0)
    throw errors.compilation("002029", "42601", `Missing option(s): [${absent.join(", ")}]`);
  const refused = unsupportedInDynamicTable(parseQuery(query));
  if (refused) throw errors.unsupported(`${refused} in a dynamic table`);
  const context = definitionContext(ctx, "DYNAMIC_TABLE", name.parts);
  const inside = inContext(ctx, context);
  const columns = columnsOf(ctx, listed, await describeQuery(inside, query));
  const inputs = await checkQuery(inside, query, values.TARGET_LAG!, values.INITIALIZE !== "ON_SCHEDULE");
  const refreshMode = resolveRefreshMode(ctx, values.REFRESH_MODE ?? "AUTO", query, inputs);
  const props: DynamicTableProps = {
    parameters: overlayParameters(undefined, splitParameters("TABLE", values).parameters),
    columns,
    transient: head.modifiers.has("TRANSIENT"),
    query,
    context,
    targetLag: values.TARGET_LAG!,
    warehouseId: warehouseId(ctx, values.WAREHOUSE!),
    initializationWarehouseId:
      values.INITIALIZATION_WAREHOUSE === undefined
        ? null
        : warehouseId(ctx, values.INITIALIZATION_WAREHOUSE),
    refreshMode,
    initialize: values.INITIALIZE ?? "ON_CREATE",
    orReplace: head.orReplace,
    isClone: false,
    clusterBy: clauses.clusterBy,
    changeTracking: false,
    suspended: null,
    lastSuspendedOn: null,
    lastResumedOn: null,
  };
  if (clauses.rowAccess) props.rowAccessPolicy = resolveRowAccess(ctx, clauses.rowAccess, columns);
  const make = (made: CreateName, orReplace: boolean) =>
    createObject(ctx, {
      kind: "DYNAMIC_TABLE",
      head: { orReplace },
      name: made,
      copyGrants: clauses.copyGrants,
      build: () => ({ props, comment: values.COMMENT ?? null }),
      after: async (change, table) => {
        await createPhysicalTable(change.connection, table.id, columns);
        setTags(ctx, change, table, clauses.tags);
        for (const { def, tags } of listed) setTags(ctx, change, table, tags, def.name);
      },
    });
  if (props.initialize === "ON_SCHEDULE") return (await make(name, head.orReplace)).outcome;
  return placeFilled(ctx, {
    kind: "DYNAMIC_TABLE",
    title: "Dynamic table",
    head,
    name,
    copyGrants: clauses.copyGrants,
    make: (hidden) => make(hidden, false),
    fill: (table) => ctx.services.runtime.dynamicTables.refresh([table.id], "CREATION"),
  });
}

/** The query's columns, under the listed names and types. Only names, types, comments, masks and tags may be listed. */
function columnsOf(
  ctx: StatementContext,
  listed: readonly ColumnSyntax[],
  described: readonly ColumnDef[],
): ColumnDef[] {
  if (listed.length > 0 && listed.length !== described.length)
    throw errors.compilation("002026", "42601", "Invalid column definition list");
  const columns = described.map((column, i): ColumnDef => {
    const given = listed[i];
    if (!given) return column;
    if (given.constraints.length > 0 || given.def.defaultSql !== null || given.def.autoincrement)
      throw errors.unsupported("constraints and defaults of a dynamic table's columns");
    return {
      ...column,
      name: given.def.name,
      type: given.typed ? given.def.type : column.type,
      comment: given.def.comment,
      ...(given.maskingPolicy ? resolveMasking(ctx, given.maskingPolicy, given.def.name) : {}),
    };
  });
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw errors.compilation("002025", "42S21", `duplicate column name '${name}'`);
    seen.add(name);
  }
  return columns;
}

/** What a dynamic table may read. Source: "Dynamic table limitations", "Supported queries for dynamic tables". */
async function checkQuery(
  ctx: StatementContext,
  query: string,
  lag: TargetLag,
  refreshesUpstream: boolean,
): Promise<QueryInputs> {
  const { catalog } = ctx.services;
  const inputs = await queryInputs(ctx, query);
  for (const id of inputs.objects) {
    const object = catalog.get(id)!;
    if (object.kind === "STREAM" || object.kind === "MATERIALIZED_VIEW")
      throw errors.unsupported(`${object.kind.toLowerCase().replace("_", " ")} in a dynamic table`);
    if (object.kind === "VIEW") {
      const view = object as CatalogObject<"VIEW">;
      const read = await queryInputs(asRole(ctx, view.owner, view.props.context), view.props.query);
      if (read.objects.some((inner) => catalog.get(inner)?.kind === "DYNAMIC_TABLE"))
        throw errors.unsupported("a view of a dynamic table in a dynamic table");
    }
    if (object.kind !== "DYNAMIC_TABLE") continue;
    const upstream = object as DynamicTable;
    checkLag(ctx, lag, upstream);
    if (refreshesUpstream && !hasPrivilege(ctx, "OPERATE", upstream))
      throw new SnowflakeError(
        "002757",
        "42501",
        "Insufficient privileges to operate on dynamic table. OPERATE privilege is required for initial refresh.",
      );
  }
  return inputs;
}

/** Source: "Dynamic table refresh modes"; "Supported queries for dynamic tables". */
function resolveRefreshMode(
  ctx: StatementContext,
  declared: "AUTO" | "FULL" | "INCREMENTAL",
  query: string,
  inputs: QueryInputs,
): DynamicTableProps["refreshMode"] {
  if (declared === "FULL") return { declared, resolved: "FULL", reason: null };
  const { catalog } = ctx.services;
  const views = inputs.objects.map((id) => catalog.getAs("VIEW", id)?.props.query);
  const queries = [query, ...views].filter((text) => text !== undefined);
  const full = inputs.objects
    .map((id) => catalog.getAs("DYNAMIC_TABLE", id))
    .find((upstream) => upstream?.props.refreshMode.resolved === "FULL");
  const obstacle =
    queries.map((text) => notIncremental(parseQuery(text))).find((reason) => reason !== null) ??
    (inputs.governed ? "a policy on a base table" : null) ??
    (full ? `the dynamic table ${full.name}, which is refreshed in full` : null);
  if (obstacle === null) return { declared, resolved: "INCREMENTAL", reason: null };
  const reason = `Incremental refresh is not supported with ${obstacle}.`;
  if (declared === "INCREMENTAL") throw errors.compilation("002715", "42601", reason);
  return { declared, resolved: "FULL", reason };
}

/** A lag may not be shorter than that of a dynamic table that is read. Source: "CREATE DYNAMIC TABLE", TARGET_LAG. */
function checkLag(ctx: StatementContext, lag: TargetLag, upstream: DynamicTable): void {
  const least = upstream.props.targetLag.seconds;
  if (lag.seconds !== null && least !== null && lag.seconds < least)
    throw errors.compilation(
      "001008",
      "22023",
      `invalid value [${lag.text}] for parameter 'TARGET_LAG': it must not be shorter than '${upstream.props.targetLag.text}', the target lag of dynamic table ${fullName(ctx, upstream as CatalogObject)}.`,
    );
}

/** CREATE DYNAMIC TABLE … CLONE: the rows as they are, suspended. Source: "CREATE DYNAMIC TABLE … CLONE". */
async function createClone(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: CreateName,
): Promise<Outcome> {
  const from = readCloneSource(cursor)!;
  const { values, copyGrants } = readClauses(cursor);
  cursor.expectEnd();
  const source = resolveObject(ctx, "DYNAMIC_TABLE", from.name);
  requirePrivilege(ctx, "SELECT", source);
  const { outcome } = await createObject(ctx, {
    kind: "DYNAMIC_TABLE",
    head,
    name,
    copyGrants,
    build: (change) => ({
      props: {
        ...source.props,
        transient: head.modifiers.has("TRANSIENT") || source.props.transient,
        targetLag: values.TARGET_LAG ?? source.props.targetLag,
        warehouseId:
          values.WAREHOUSE === undefined ? source.props.warehouseId : warehouseId(ctx, values.WAREHOUSE),
        isClone: true,
        suspended: { reason: "CLONED_AUTO_SUSPENDED" as const, on: change.now },
        lastSuspendedOn: change.now,
      },
      comment: source.comment,
    }),
    after: async (change, table) => {
      await createPhysicalLike(change.connection, source.id, table.id, source.props.columns);
      await cloneRows(ctx, change, source, table, from.at);
      await ctx.services.runtime.dynamicTables.cloned(change.connection, source.id, table.id);
    },
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
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
  for (const phrase of REFUSED)
    if (cursor.seesPhrase(`SET ${phrase}`) || cursor.seesPhrase(`UNSET ${phrase}`))
      throw errors.unsupported(`ALTER DYNAMIC TABLE … ${phrase}`);
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
  const values = readProperties(cursor, SETTABLE);
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

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["cluster_by", "text"],
  ["rows", "number"],
  ["bytes", "number"],
  ["owner", "text"],
  ["target_lag", "text"],
  ["refresh_mode", "text"],
  ["refresh_mode_reason", "text"],
  ["warehouse", "text"],
  ["comment", "text"],
  ["text", "text"],
  ["automatic_clustering", "text"],
  ["scheduling_state", "text"],
  ["last_suspended_on", "time"],
  ["is_clone", "text"],
  ["is_replica", "text"],
  ["is_iceberg", "text"],
  ["data_timestamp", "time"],
  ["owner_role_type", "text"],
  ["immutable_where", "text"],
  ["execute_as_user", "text"],
];

/** The statement as SHOW prints it: keys in lower case and in Snowflake's order, the comment first. */
function printStatement(ctx: StatementContext, table: DynamicTable): string {
  const { props } = table;
  const warehouse = ctx.services.catalog.get(props.warehouseId);
  const parts = [
    `CREATE ${props.orReplace ? "OR REPLACE " : ""}${props.transient ? "TRANSIENT " : ""}DYNAMIC TABLE`,
    fullName(ctx, table as CatalogObject),
    ...(table.comment ? [`comment = ${quoteString(table.comment)}`] : []),
    `lag = '${props.targetLag.text}'`,
    `refresh_mode = '${props.refreshMode.declared}'`,
    `initialize = '${props.initialize}'`,
    `warehouse = ${printName([warehouse?.name ?? ""])}`,
    `AS ${props.query}`,
  ];
  return parts.join(" ");
}

async function row(ctx: StatementContext, table: DynamicTable): Promise<ShowRow> {
  const { props } = table;
  // What only MONITOR shows. Source: "Dynamic table access control", privileges to view metadata.
  const monitored = ["MONITOR", "OPERATE"].some((privilege) => hasPrivilege(ctx, privilege, table));
  const connection = await ctx.services.storage.connect();
  try {
    const rows = await countRows(connection, table.id);
    return {
      cluster_by: printClusterBy(props.clusterBy),
      rows,
      bytes: rows * rowBytes(props.columns),
      target_lag: props.targetLag.text,
      refresh_mode: props.refreshMode.resolved,
      refresh_mode_reason: props.refreshMode.reason ?? null,
      warehouse: monitored ? (ctx.services.catalog.get(props.warehouseId)?.name ?? "") : null,
      text: monitored ? printStatement(ctx, table) : null,
      automatic_clustering: onOff(props.clusterBy.length > 0),
      scheduling_state: monitored ? (props.suspended ? "SUSPENDED" : "RUNNING") : null,
      last_suspended_on: monitored ? timeValue(props.lastSuspendedOn) : null,
      is_clone: String(props.isClone),
      is_replica: "false",
      is_iceberg: "false",
      data_timestamp: timeValue(ctx.services.runtime.dynamicTables.dataTimestamp(table.id)),
    };
  } finally {
    connection.closeSync();
  }
}

/** GET_DDL. */
export function dynamicTableDdl(ctx: StatementContext, table: DynamicTable, name: string): string {
  const { props } = table;
  const columns = props.columns.map((column) => {
    const comment = column.comment ? ` COMMENT ${quoteString(column.comment)}` : "";
    return `\t${printIdentifier(column.name)}${comment}`;
  });
  const lag = props.targetLag.seconds === null ? "DOWNSTREAM" : `'${props.targetLag.text}'`;
  const warehouse = printName([ctx.services.catalog.get(props.warehouseId)?.name ?? ""]);
  const cluster =
    props.clusterBy.length > 0 ? ` cluster by ${printClusterBy(props.clusterBy).slice("LINEAR".length)}` : "";
  const comment = table.comment ? ` COMMENT=${quoteString(table.comment)}` : "";
  return `create or replace ${props.transient ? "transient " : ""}dynamic table ${name}(\n${columns.join(",\n")}\n)${cluster} target_lag = ${lag} refresh_mode = ${props.refreshMode.declared} initialize = ${props.initialize} warehouse = ${warehouse}${comment}\n as ${props.query};`;
}

const test = "tests/local/account/commands/dynamic-tables.test.ts";
export const dynamicTableCommands: CommandDef[] = [
  command("CREATE", "DYNAMIC TABLE", create, {
    source: "CREATE DYNAMIC TABLE",
    test,
    status: "approximate",
    note: "Whatever REFRESH_MODE, the query runs whole and the rows that differ are written. No IMMUTABLE WHERE, BACKFILL, EXECUTE AS USER, OR ALTER.",
  }),
  command("ALTER", "DYNAMIC TABLE", alter, {
    source: "ALTER DYNAMIC TABLE; Manage dynamic tables",
    test,
    note: "No SCHEDULER, COPY SESSION or search optimization.",
  }),
  dropCommand("DYNAMIC_TABLE", { source: "DROP DYNAMIC TABLE", test }),
  command("UNDROP", "DYNAMIC TABLE", (ctx, cursor) => undropTable(ctx, cursor, "DYNAMIC_TABLE"), {
    source: "UNDROP DYNAMIC TABLE",
    test,
  }),
  command("DESCRIBE", "DYNAMIC TABLE", describeRelation(["DYNAMIC_TABLE"], "Dynamic table"), {
    source: "DESCRIBE DYNAMIC TABLE",
    test,
  }),
  showCommand("DYNAMIC_TABLE", COLUMNS, row, {
    source: "SHOW DYNAMIC TABLES",
    test,
    status: "approximate",
    note: "`bytes` is an estimate from the number of rows.",
  }),
];
