import { canSee, requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject, ColumnDef, ObjectKind, StoredTable } from "../catalog/model.ts";
import { ACCOUNT_ID } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { type DataType, printDataType } from "../types/data-type.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, showCommand } from "./family.ts";
import { printed, retentionDays } from "./objects.ts";
import { countRows } from "./physical.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import {
  containerNames,
  listForShow,
  onOff,
  readShowOptions,
  type ShowColumns,
  type ShowOptions,
  type ShowRow,
  scopeOf,
  showOutcome,
  timeValue,
  yesNo,
} from "./show.ts";
import { stageOptionRows } from "./stages.ts";

const TABLE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["kind", "text"],
  ["comment", "text"],
  ["cluster_by", "text"],
  ["rows", "number"],
  ["bytes", "number"],
  ["owner", "text"],
  ["retention_time", "text"],
  ["automatic_clustering", "text"],
  ["change_tracking", "text"],
  ["search_optimization", "text"],
  ["search_optimization_progress", "text"],
  ["search_optimization_bytes", "number"],
  ["is_external", "text"],
  ["enable_schema_evolution", "text"],
  ["owner_role_type", "text"],
  ["is_event", "text"],
  ["budget", "text"],
  ["is_hybrid", "text"],
  ["is_iceberg", "text"],
  ["is_dynamic", "text"],
  ["is_immutable", "text"],
];
const HISTORY_COLUMNS: ShowColumns = [
  ...TABLE_COLUMNS.slice(0, 11),
  ["dropped_on", "time"],
  ...TABLE_COLUMNS.slice(11),
];

/** `LINEAR(a, b)`, as SHOW prints clustering keys. */
export const printClusterBy = (keys: readonly string[]): string =>
  keys.length === 0 ? "" : `LINEAR(${keys.join(", ")})`;

/** Bytes of an uncompressed row, roughly; Snowflake's figure is of compressed micro-partitions. */
export const rowBytes = (columns: readonly ColumnDef[]): number =>
  columns.reduce((sum, { type }) => sum + (type.kind === "VARCHAR" || type.kind === "VARIANT" ? 24 : 8), 0);

/** TABLE, TRANSIENT or TEMPORARY; a dynamic table is a table here. */
function kindOf(table: StoredTable): string {
  if (table.kind === "DYNAMIC_TABLE") return table.props.transient ? "TRANSIENT" : "TABLE";
  return table.props.tableKind === "PERMANENT" ? "TABLE" : table.props.tableKind;
}

async function tableRow(ctx: StatementContext, table: StoredTable, options: ShowOptions): Promise<ShowRow> {
  const { props } = table;
  const kind = kindOf(table);
  if (options.terse) return { kind };
  const connection = await ctx.services.storage.connect();
  let rows: number;
  try {
    rows = await countRows(connection, table.id);
  } finally {
    connection.closeSync();
  }
  return {
    kind,
    cluster_by: printClusterBy(props.clusterBy),
    rows,
    bytes: rows * rowBytes(props.columns),
    retention_time: String(retentionDays(ctx, table as CatalogObject)),
    automatic_clustering: onOff(props.clusterBy.length > 0),
    change_tracking: onOff(props.changeTracking),
    search_optimization: "OFF",
    search_optimization_progress: null,
    search_optimization_bytes: null,
    is_external: "N",
    enable_schema_evolution: yesNo(table.kind === "TABLE" && table.props.enableSchemaEvolution),
    is_event: "N",
    budget: null,
    is_hybrid: "N",
    is_iceberg: "N",
    is_dynamic: yesNo(table.kind === "DYNAMIC_TABLE"),
    is_immutable: "N",
  };
}

export const DESCRIBE_COLUMNS: ShowColumns = [
  ["name", "text"],
  ["type", "text"],
  ["kind", "text"],
  ["null?", "text"],
  ["default", "text"],
  ["primary key", "text"],
  ["unique key", "text"],
  ["check", "text"],
  ["expression", "text"],
  ["comment", "text"],
  ["policy name", "text"],
  ["privacy domain", "text"],
];

/** The default as DESCRIBE prints it; an AUTOINCREMENT column shows its sequence. */
export function printDefault(column: ColumnDef): string | null {
  if (!column.autoincrement) return column.defaultSql;
  const { start, increment, order } = column.autoincrement;
  return `IDENTITY START ${start} INCREMENT ${increment} ${order ? "ORDER" : "NOORDER"}`;
}

export const printColumnType = (column: ColumnDef): string =>
  column.collation
    ? `${printDataType(column.type)} COLLATE '${column.collation}'`
    : printDataType(column.type);

/** Rows of DESCRIBE for columns of any relation. */
export function describeRows(
  ctx: StatementContext,
  columns: readonly ColumnDef[],
  constraints: CatalogObject<"TABLE">["props"]["constraints"] = [],
): ShowRow[] {
  const inKey = (kind: string, name: string) =>
    yesNo(constraints.some((c) => c.kind === kind && c.columns.includes(name)));
  return columns.map((column) => {
    const policy = ctx.services.catalog.get(column.maskingPolicyId ?? -1);
    return {
      name: column.name,
      type: printColumnType(column),
      kind: "COLUMN",
      "null?": yesNo(column.nullable),
      default: printDefault(column),
      "primary key": inKey("PRIMARY KEY", column.name),
      "unique key": inKey("UNIQUE", column.name),
      check: null,
      expression: null,
      comment: column.comment,
      "policy name": policy ? printed(ctx, policy) : null,
      "privacy domain": null,
    };
  });
}

/** DESCRIBE of relations of these kinds. `label` names the kind in an error. */
export function describeRelation(kinds: readonly ObjectKind[], label: string): CommandDef["run"] {
  return async (ctx, cursor) => {
    const relation = resolveObject(ctx, kinds, cursor.name(), { label });
    let type: "COLUMNS" | "STAGE" | undefined = "COLUMNS";
    if (kinds.includes("TABLE") && cursor.accept("TYPE")) {
      cursor.expectSymbol("=");
      type = cursor.acceptOneOf("COLUMNS", "STAGE");
    }
    cursor.expectEnd();
    if (!type) throw cursor.syntaxError();
    if (type === "STAGE")
      return showOutcome(
        STAGE_OPTIONS,
        stageOptionRows(ctx, { fileFormat: {}, copyOptions: {} }),
        undefined,
        "property",
        "DESCRIBE",
      );
    requireDescribe(ctx, relation as CatalogObject);
    const { columns, constraints } = relation.props as CatalogObject<"TABLE">["props"];
    const rows = describeRows(ctx, columns, constraints ?? []);
    return showOutcome(DESCRIBE_COLUMNS, rows, undefined, "name", "DESCRIBE");
  };
}

const STAGE_OPTIONS: ShowColumns = [
  ["parent_property", "text"],
  ["property", "text"],
  ["property_type", "text"],
  ["property_value", "text"],
  ["property_default", "text"],
];

/** DESCRIBE needs any privilege on the relation: canSee has looked, unless MANAGE GRANTS alone let it through. */
export function requireDescribe(ctx: StatementContext, object: CatalogObject): void {
  if (canSee(ctx, object)) return;
  requirePrivilege(ctx, "SELECT", object);
}

/** data_type of SHOW COLUMNS: the type as JSON. */
function typeJson(column: ColumnDef): string {
  const { type, nullable } = column;
  switch (type.kind) {
    case "NUMBER":
      return JSON.stringify({ type: "FIXED", precision: type.precision, scale: type.scale, nullable });
    case "FLOAT":
      return JSON.stringify({ type: "REAL", nullable });
    case "VARCHAR":
      return JSON.stringify({
        type: "TEXT",
        length: type.length,
        byteLength: Math.min(type.length * 4, 16_777_216),
        nullable,
        fixed: false,
      });
    case "BINARY":
      return JSON.stringify({
        type: "BINARY",
        length: type.length,
        byteLength: type.length,
        nullable,
        fixed: true,
      });
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return JSON.stringify({ type: type.kind, precision: 0, scale: type.scale, nullable });
    default:
      return JSON.stringify({ type: (type as DataType).kind, nullable });
  }
}

const SHOW_COLUMNS: ShowColumns = [
  ["table_name", "text"],
  ["schema_name", "text"],
  ["column_name", "text"],
  ["data_type", "text"],
  ["null?", "text"],
  ["default", "text"],
  ["kind", "text"],
  ["expression", "text"],
  ["comment", "text"],
  ["database_name", "text"],
  ["autoincrement", "text"],
  ["schema_evolution_record", "text"],
];

const RELATIONS = ["TABLE", "VIEW", "MATERIALIZED_VIEW", "DYNAMIC_TABLE"] as const;

/** Tables and views that an IN clause means: one of them, or all in a container. */
function relationsIn(ctx: StatementContext, options: ShowOptions): CatalogObject[] {
  const { scope } = options;
  if (scope?.kind === "OBJECT") return [resolveObject(ctx, RELATIONS, scope.name)];
  if (scope?.kind === "UNKNOWN") {
    try {
      return [resolveObject(ctx, RELATIONS, scope.name)];
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "002003")) throw error;
    }
  }
  return RELATIONS.flatMap((kind) => listForShow<ObjectKind>(ctx, kind, { ...options, history: false }));
}

async function showColumns(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const options = readShowOptions(cursor, false, ["TABLE", "VIEW"]);
  cursor.expectEnd();
  const rows = relationsIn(ctx, options).flatMap((relation) =>
    (relation.props as { columns: ColumnDef[] }).columns.map((column) => ({
      table_name: relation.name,
      ...containerNames(ctx, relation),
      column_name: column.name,
      data_type: typeJson(column),
      "null?": column.nullable ? "true" : "NOT_NULL",
      default: column.autoincrement ? "" : (column.defaultSql ?? ""),
      kind: "COLUMN",
      expression: "",
      comment: column.comment ?? "",
      autoincrement: column.autoincrement ? (printDefault(column) ?? "") : "",
      schema_evolution_record: null,
    })),
  );
  return showOutcome(SHOW_COLUMNS, rows, options, "column_name");
}

const KEY_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["table_name", "text"],
  ["column_name", "text"],
  ["key_sequence", "number"],
  ["constraint_name", "text"],
  ["rely", "text"],
  ["comment", "text"],
];

function showKeys(kind: "PRIMARY KEY" | "UNIQUE") {
  return async (ctx: StatementContext, cursor: Cursor): Promise<Outcome> => {
    const options = readShowOptions(cursor, false, ["TABLE"]);
    cursor.expectEnd();
    const rows = relationsIn(ctx, options)
      .filter((relation): relation is CatalogObject<"TABLE"> => relation.kind === "TABLE")
      .flatMap((table) =>
        table.props.constraints
          .filter((c) => c.kind === kind)
          .flatMap((constraint) =>
            constraint.columns.map((column, i) => ({
              created_on: timeValue(table.createdOn),
              ...containerNames(ctx, table),
              table_name: table.name,
              column_name: column,
              key_sequence: i + 1,
              constraint_name: constraint.name,
              rely: String(constraint.rely ?? false),
              comment: null,
            })),
          ),
      );
    return showOutcome(KEY_COLUMNS, rows, options, "table_name");
  };
}

const IMPORTED_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["pk_database_name", "text"],
  ["pk_schema_name", "text"],
  ["pk_table_name", "text"],
  ["pk_column_name", "text"],
  ["fk_database_name", "text"],
  ["fk_schema_name", "text"],
  ["fk_table_name", "text"],
  ["fk_column_name", "text"],
  ["key_sequence", "number"],
  ["update_rule", "text"],
  ["delete_rule", "text"],
  ["fk_name", "text"],
  ["pk_name", "text"],
  ["deferrability", "text"],
  ["rely", "text"],
  ["comment", "text"],
];

/** Foreign keys of the tables in the scope, or, exported, those that refer to them. */
async function showForeignKeys(ctx: StatementContext, cursor: Cursor, exported: boolean): Promise<Outcome> {
  const options = readShowOptions(cursor, false, ["TABLE"]);
  cursor.expectEnd();
  const rows: ShowRow[] = [];
  const scope = relationsIn(ctx, options);
  const within = new Set(scope.map(({ id }) => id));
  const tables = exported ? ctx.services.catalog.listAll("TABLE").filter((one) => canSee(ctx, one)) : scope;
  for (const table of tables) {
    if (table.kind !== "TABLE") continue;
    for (const constraint of (table as CatalogObject<"TABLE">).props.constraints) {
      const parent = ctx.services.catalog.getAs("TABLE", constraint.references?.tableId ?? -1);
      if (!parent || !canSee(ctx, parent) || (exported && !within.has(parent.id))) continue;
      const primary = parent.props.constraints.find((c) => c.kind === "PRIMARY KEY");
      const keys = constraint.references?.columns.length
        ? constraint.references.columns
        : (primary?.columns ?? []);
      const own = containerNames(ctx, table);
      const other = containerNames(ctx, parent);
      constraint.columns.forEach((column, i) => {
        rows.push({
          created_on: timeValue(table.createdOn),
          pk_database_name: other.database_name,
          pk_schema_name: other.schema_name,
          pk_table_name: parent.name,
          pk_column_name: keys[i] ?? "",
          fk_database_name: own.database_name,
          fk_schema_name: own.schema_name,
          fk_table_name: table.name,
          fk_column_name: column,
          key_sequence: i + 1,
          update_rule: "NO ACTION",
          delete_rule: "NO ACTION",
          fk_name: constraint.name,
          pk_name: primary?.name ?? null,
          deferrability: "NOT DEFERRABLE",
          rely: String(constraint.rely ?? false),
          comment: null,
        });
      });
    }
  }
  return showOutcome(IMPORTED_COLUMNS, rows, options, "fk_table_name");
}

const OBJECT_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["kind", "text"],
  ["comment", "text"],
  ["cluster_by", "text"],
  ["rows", "number"],
  ["bytes", "number"],
  ["owner", "text"],
  ["retention_time", "text"],
  ["owner_role_type", "text"],
  ["is_hybrid", "text"],
  ["is_dynamic", "text"],
  ["is_iceberg", "text"],
];

/** SHOW OBJECTS: tables and views together. */
async function showObjects(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const rows: ShowRow[] = [];
  for (const kind of RELATIONS)
    for (const object of listForShow<ObjectKind>(ctx, kind, options)) {
      const owner = ctx.services.catalog.get(object.owner ?? -1);
      const stored = kind === "TABLE" || kind === "DYNAMIC_TABLE";
      const table = stored
        ? await tableRow(ctx, object as StoredTable, { ...options, terse: head.terse })
        : {};
      rows.push({
        created_on: timeValue(object.createdOn),
        name: object.name,
        ...containerNames(ctx, object),
        kind: kind.replaceAll("_", " "),
        comment: object.comment ?? "",
        cluster_by: "",
        rows: 0,
        bytes: 0,
        owner: owner?.name ?? "",
        retention_time: String(retentionDays(ctx, object)),
        owner_role_type: owner?.kind ?? "",
        is_hybrid: "N",
        is_iceberg: "N",
        ...table,
        // Transient, temporary and dynamic tables are tables here.
        ...(stored && { kind: "TABLE" }),
        is_dynamic: yesNo(kind === "DYNAMIC_TABLE"),
      });
    }
  return showOutcome(head.terse ? OBJECT_COLUMNS.slice(0, 5) : OBJECT_COLUMNS, rows, options);
}

/** For statements that take a container by name or by the session. */
export const scopeId = (ctx: StatementContext, options: ShowOptions): number =>
  scopeOf(ctx, options.scope)?.id ?? ACCOUNT_ID;

export const notATable = (name: string) => errors.doesNotExist("Table", name);

const test = "tests/local/account/commands/tables.test.ts";
export const showTableCommands: CommandDef[] = [
  showCommand("TABLE", TABLE_COLUMNS, tableRow, {
    history: HISTORY_COLUMNS,
    more: async (ctx, options) => {
      const rows: ShowRow[] = [];
      for (const table of listForShow(ctx, "DYNAMIC_TABLE", options))
        rows.push({ ...commonRow(ctx, table as CatalogObject), ...(await tableRow(ctx, table, options)) });
      return rows;
    },
    source: "SHOW TABLES",
    test,
    status: "approximate",
    note: "`bytes` is an estimate from the number of rows.",
  }),
  command(
    "DESCRIBE",
    "TABLE",
    describeRelation(["TABLE", "VIEW", "DYNAMIC_TABLE", "MATERIALIZED_VIEW"], "Table"),
    { source: "DESCRIBE TABLE", test },
  ),
  command("SHOW", "COLUMNS", showColumns, { source: "SHOW COLUMNS", test }),
  command("SHOW", "PRIMARY KEYS", showKeys("PRIMARY KEY"), { source: "SHOW PRIMARY KEYS", test }),
  command("SHOW", "UNIQUE KEYS", showKeys("UNIQUE"), { source: "SHOW PRIMARY KEYS", test }),
  command("SHOW", "IMPORTED KEYS", (ctx, cursor) => showForeignKeys(ctx, cursor, false), {
    source: "SHOW PRIMARY KEYS",
    test,
  }),
  command("SHOW", "EXPORTED KEYS", (ctx, cursor) => showForeignKeys(ctx, cursor, true), {
    source: "SHOW PRIMARY KEYS",
    test,
    note: "What JDBC asks for; it has no page of its own.",
  }),
  command("SHOW", "OBJECTS", showObjects, { source: "SHOW OBJECTS", test }),
];
