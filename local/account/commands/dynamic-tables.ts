import { fullName, printIdentifier, requirePrivilege, resolveObject } from "../access/index.ts";
import type { DynamicTableProps } from "../catalog/derived-props.ts";
import type { CatalogObject, ColumnDef } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import {
  createPhysicalTable,
  createTableAs,
  describeQuery,
  parseQuery,
  unsupportedInDynamicTable,
} from "../sql/index.ts";
import { printDataType } from "../types/data-type.ts";
import { cloneRows, readCloneSource } from "./clone.ts";
import type { Cursor } from "./cursor.ts";
import {
  alterDynamicTable,
  DYNAMIC_TABLE_SETTABLE,
  NO_DYNAMIC_TABLE_CLAUSES,
  warehouseId,
} from "./dynamic-table-alter.ts";
import { checkImmutable, checkQuery, resolveRefreshMode } from "./dynamic-table-query.ts";
import { DYNAMIC_TABLE_COLUMNS, dynamicTableRow } from "./dynamic-table-show.ts";
import { dropCommand, showCommand } from "./family.ts";
import { type CreateName, createObject, definitionContext, inContext, readCreateName } from "./objects.ts";
import { overlayParameters, splitParameters } from "./parameter-sets.ts";
import { createPhysicalLike } from "./physical.ts";
import { placeFilled } from "./place-filled.ts";
import { oneOf, readProperties } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { describeRelation } from "./show-tables.ts";
import { type ColumnSyntax, readClusterBy, readColumns } from "./table-grammar.ts";
import { type RowAccess, readRowAccess, resolveMasking, resolveRowAccess, undropTable } from "./tables.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

const PROPERTIES = {
  ...DYNAMIC_TABLE_SETTABLE,
  REFRESH_MODE: oneOf("AUTO", "FULL", "INCREMENTAL"),
  INITIALIZE: oneOf("ON_CREATE", "ON_SCHEDULE"),
  /** TARGET_LAG as Snowpark's create_or_replace_dynamic_table writes it. */
  LAG: DYNAMIC_TABLE_SETTABLE.TARGET_LAG,
};
type Values = ReturnType<typeof readProperties<typeof PROPERTIES>>;

interface Clauses {
  values: Values;
  clusterBy: string[];
  copyGrants: boolean;
  rowAccess: RowAccess | null;
  tags: TagValue[];
  immutableWhere: string | null;
  backfillFrom: string[] | null;
}

function readClauses(cursor: Cursor): Clauses {
  const clauses: Clauses = {
    values: {},
    clusterBy: [],
    copyGrants: false,
    rowAccess: null,
    tags: [],
    immutableWhere: null,
    backfillFrom: null,
  };
  while (!cursor.sees("AS") && !cursor.atEnd) {
    const before = cursor.at;
    for (const phrase of NO_DYNAMIC_TABLE_CLAUSES)
      if (cursor.seesPhrase(phrase)) throw errors.unsupported(`CREATE DYNAMIC TABLE … ${phrase}`);
    Object.assign(clauses.values, readProperties(cursor, PROPERTIES));
    clauses.values.TARGET_LAG ??= clauses.values.LAG;
    clauses.clusterBy = readClusterBy(cursor) ?? clauses.clusterBy;
    if (cursor.accept("COPY", "GRANTS")) clauses.copyGrants = true;
    if (cursor.accept("IMMUTABLE", "WHERE")) clauses.immutableWhere = cursor.balanced().trim();
    if (cursor.accept("BACKFILL", "FROM")) {
      clauses.backfillFrom = cursor.name();
      if (cursor.sees("AT") || cursor.sees("BEFORE")) throw errors.unsupported("BACKFILL FROM … AT | BEFORE");
    }
    clauses.rowAccess = readRowAccess(cursor) ?? clauses.rowAccess;
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) clauses.tags.push(...readTagValues(cursor));
    if (cursor.at === before) throw cursor.syntaxError();
  }
  return clauses;
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
  const backfill = await readImmutable(ctx, clauses, props);
  if (clauses.rowAccess) props.rowAccessPolicy = resolveRowAccess(ctx, clauses.rowAccess, columns);
  const make = (made: CreateName, orReplace: boolean) =>
    createObject(ctx, {
      kind: "DYNAMIC_TABLE",
      head: { orReplace, orAlter: false },
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
    fill: async (table) => {
      if (backfill !== null)
        await ctx.onWarehouse(() =>
          ctx.inTransaction([table.id], (transaction) =>
            createTableAs(ctx, table.id, backfill, transaction, columns),
          ),
        );
      await ctx.services.runtime.dynamicTables.refresh([table.id], "CREATION");
    },
  });
}

/**
 * Checks and notes IMMUTABLE WHERE; with BACKFILL FROM, the query of the rows that the other table gives. Source:
 * "CREATE DYNAMIC TABLE", "Use immutability constraints".
 */
async function readImmutable(
  ctx: StatementContext,
  { immutableWhere, backfillFrom, values }: Clauses,
  props: DynamicTableProps,
): Promise<string | null> {
  if (immutableWhere === null) {
    if (backfillFrom) throw errors.unsupported("BACKFILL FROM without IMMUTABLE WHERE");
    return null;
  }
  await checkImmutable(ctx, props, immutableWhere);
  props.immutableWhere = immutableWhere;
  if (!backfillFrom) return null;
  if (values.INITIALIZE === "ON_SCHEDULE")
    throw errors.unsupported("BACKFILL FROM with INITIALIZE = ON_SCHEDULE");
  const source = resolveObject(ctx, ["TABLE", "DYNAMIC_TABLE"] as const, backfillFrom, { label: "Table" });
  requirePrivilege(ctx, "SELECT", source as CatalogObject);
  for (const { name, type } of props.columns) {
    const given = source.props.columns.find((column) => column.name === name);
    if (!given || printDataType(given.type) !== printDataType(type))
      throw errors.compilation(
        "002742",
        "42601",
        `Cannot backfill: table '${source.name}' has no column '${name}' of type ${printDataType(type)}.`,
      );
  }
  props.backfilled = true;
  const list = props.columns.map(({ name }) => printIdentifier(name)).join(", ");
  return `SELECT ${list} FROM ${fullName(ctx, source as CatalogObject)} WHERE ${immutableWhere}`;
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

/** CREATE DYNAMIC TABLE … CLONE: the rows as they are, suspended. Source: "CREATE DYNAMIC TABLE … CLONE". */
async function createClone(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: CreateName,
): Promise<Outcome> {
  const from = (await readCloneSource(ctx, cursor))!;
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

const test = "tests/local/account/commands/dynamic-tables.test.ts";
export const dynamicTableCommands: CommandDef[] = [
  command("CREATE", "DYNAMIC TABLE", create, {
    source: "CREATE DYNAMIC TABLE",
    test,
    status: "approximate",
    note: "Whatever REFRESH_MODE, the query runs whole and the rows that differ are written. IMMUTABLE WHERE without METADATA$IS_IMMUTABLE; BACKFILL FROM a table as it is now. No EXECUTE AS USER, OR ALTER.",
  }),
  command("ALTER", "DYNAMIC TABLE", alterDynamicTable, {
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
  showCommand("DYNAMIC_TABLE", DYNAMIC_TABLE_COLUMNS, dynamicTableRow, {
    source: "SHOW DYNAMIC TABLES",
    test,
    status: "approximate",
    note: "`bytes` is an estimate from the number of rows.",
  }),
];
