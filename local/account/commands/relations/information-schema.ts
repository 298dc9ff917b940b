import { activeRoles, canSee, nameParts } from "../../access/index.ts";
import { KINDS } from "../../access/kinds.ts";
import type { CatalogObject, ColumnDef, Grant, ObjectKind } from "../../catalog/model.ts";
import { ACCOUNT_ID } from "../../catalog/model.ts";
import { columnsOf, type Field, rowsOf } from "../../history/relation.ts";
import type { StatementContext } from "../../session/context.ts";
import { registerVirtualRelation } from "../../sql/virtual-relations.ts";
import type { DataType } from "../../types/data-type.ts";
import { retentionDays } from "../objects.ts";
import { countRows } from "../physical.ts";
import { printClusterBy, printDefault } from "../show-tables.ts";

/** One object with what its row needs; ACCOUNT_USAGE shows dropped ones too. */
export interface Entry<K extends ObjectKind = ObjectKind> {
  ctx: StatementContext;
  object: CatalogObject<K>;
  /** Names of the containers: database, schema. */
  database: string;
  schema: string;
  owner: string | null;
  rows?: number;
}

export function entry<K extends ObjectKind>(ctx: StatementContext, object: CatalogObject<K>): Entry<K> {
  const parts = nameParts(ctx, object as CatalogObject);
  return {
    ctx,
    object,
    database: parts[0] ?? "",
    schema: parts.length > 2 ? parts[1]! : "",
    owner: ctx.services.catalog.get(object.owner ?? -1)?.name ?? null,
  };
}

/** Visible objects of a kind in a database. */
export function inDatabase<K extends ObjectKind>(
  ctx: StatementContext,
  kind: K,
  databaseId: number,
): CatalogObject<K>[] {
  const { catalog } = ctx.services;
  return catalog
    .list("SCHEMA", databaseId)
    .flatMap((schema) => catalog.list(kind, schema.id))
    .filter((object) => canSee(ctx, object as CatalogObject));
}

export const created = <K extends ObjectKind>(name = "CREATED"): Field<Entry<K>> => [
  name,
  "time",
  (e) => e.object.createdOn,
];
export const commentField = <K extends ObjectKind>(): Field<Entry<K>> => [
  "COMMENT",
  "text",
  (e) => e.object.comment,
];

type RelationKind = "TABLE" | "DYNAMIC_TABLE" | "MATERIALIZED_VIEW" | "VIEW";

const isStored = (object: CatalogObject<RelationKind>): boolean => object.kind !== "VIEW";

const RELATION_FIELDS: Field<Entry<RelationKind>>[] = [
  ["TABLE_CATALOG", "text", (e) => e.database],
  ["TABLE_SCHEMA", "text", (e) => e.schema],
  ["TABLE_NAME", "text", (e) => e.object.name],
  ["TABLE_OWNER", "text", (e) => e.owner],
  ["TABLE_TYPE", "text", (e) => tableType(e.object)],
  ["IS_TRANSIENT", "text", (e) => yes(tableKind(e.object) === "TRANSIENT")],
  ["CLUSTERING_KEY", "text", (e) => clusterKey(e.object)],
  ["ROW_COUNT", "number", (e) => e.rows ?? null],
  ["BYTES", "number", (e) => (e.rows === undefined ? null : e.rows * 16)],
  [
    "RETENTION_TIME",
    "number",
    (e) => (isStored(e.object) ? retentionDays(e.ctx, e.object as CatalogObject) : null),
  ],
  ["SELF_REFERENCING_COLUMN_NAME", "text", () => null],
  ["REFERENCE_GENERATION", "text", () => null],
  ["USER_DEFINED_TYPE_CATALOG", "text", () => null],
  ["USER_DEFINED_TYPE_SCHEMA", "text", () => null],
  ["USER_DEFINED_TYPE_NAME", "text", () => null],
  ["IS_INSERTABLE_INTO", "text", (e) => yes(e.object.kind === "TABLE")],
  ["IS_TYPED", "text", () => "YES"],
  ["COMMIT_ACTION", "text", () => null],
  ["CREATED", "time", (e) => e.object.createdOn],
  ["LAST_ALTERED", "time", (e) => e.object.createdOn],
  ["LAST_DDL", "time", (e) => e.object.createdOn],
  ["LAST_DDL_BY", "text", () => null],
  ["AUTO_CLUSTERING_ON", "text", (e) => yes(clusterKey(e.object) !== null)],
  ["COMMENT", "text", (e) => e.object.comment],
  ["IS_TEMPORARY", "text", (e) => yes(tableKind(e.object) === "TEMPORARY")],
  ["IS_ICEBERG", "text", () => "NO"],
  ["IS_DYNAMIC", "text", (e) => yes(e.object.kind === "DYNAMIC_TABLE")],
  ["IS_IMMUTABLE", "text", () => "NO"],
  ["IS_HYBRID", "text", () => "NO"],
];

const yes = (value: boolean): string => (value ? "YES" : "NO");
const tableKind = (object: CatalogObject<RelationKind>): string | null => {
  if (object.kind === "DYNAMIC_TABLE")
    return (object as CatalogObject<"DYNAMIC_TABLE">).props.transient ? "TRANSIENT" : "PERMANENT";
  return object.kind === "TABLE" ? (object as CatalogObject<"TABLE">).props.tableKind : null;
};
const tableType = (object: CatalogObject<RelationKind>): string => {
  if (object.kind === "VIEW") return "VIEW";
  if (object.kind === "MATERIALIZED_VIEW") return "MATERIALIZED VIEW";
  return tableKind(object) === "TEMPORARY" ? "LOCAL TEMPORARY" : "BASE TABLE";
};
const clusterKey = (object: CatalogObject<RelationKind>): string | null =>
  isStored(object) ? printClusterBy((object as CatalogObject<"TABLE">).props.clusterBy) || null : null;

interface ColumnEntry extends Entry<RelationKind> {
  column: ColumnDef;
  position: number;
}

/** DATA_TYPE of COLUMNS: Snowflake's own name, TEXT for VARCHAR. */
const dataTypeName = (type: DataType): string => (type.kind === "VARCHAR" ? "TEXT" : type.kind);

/** Columns of the view that are always NULL. Source: "COLUMNS view" (Information Schema), "Not applicable". */
function notApplicable(type: "text" | "number", ...names: string[]): Field<ColumnEntry>[] {
  return names.map((name) => [name, type, () => null]);
}

const COLUMN_FIELDS: Field<ColumnEntry>[] = [
  ["TABLE_CATALOG", "text", (e) => e.database],
  ["TABLE_SCHEMA", "text", (e) => e.schema],
  ["TABLE_NAME", "text", (e) => e.object.name],
  ["COLUMN_NAME", "text", (e) => e.column.name],
  ["ORDINAL_POSITION", "number", (e) => e.position],
  ["COLUMN_DEFAULT", "text", (e) => (e.column.autoincrement ? null : printDefault(e.column))],
  ["IS_NULLABLE", "text", (e) => yes(e.column.nullable)],
  ["DATA_TYPE", "text", (e) => dataTypeName(e.column.type)],
  ["CHARACTER_MAXIMUM_LENGTH", "number", (e) => lengthOf(e.column.type)],
  [
    "CHARACTER_OCTET_LENGTH",
    "number",
    (e) => {
      const length = lengthOf(e.column.type);
      return length === null
        ? null
        : e.column.type.kind === "VARCHAR"
          ? Math.min(length * 4, 16_777_216)
          : length;
    },
  ],
  ["NUMERIC_PRECISION", "number", (e) => (e.column.type.kind === "NUMBER" ? e.column.type.precision : null)],
  ["NUMERIC_PRECISION_RADIX", "number", (e) => (e.column.type.kind === "NUMBER" ? 10 : null)],
  ["NUMERIC_SCALE", "number", (e) => (e.column.type.kind === "NUMBER" ? e.column.type.scale : null)],
  [
    "DATETIME_PRECISION",
    "number",
    (e) => ("scale" in e.column.type && e.column.type.kind !== "NUMBER" ? e.column.type.scale : null),
  ],
  ...notApplicable("text", "INTERVAL_TYPE"),
  ...notApplicable("number", "INTERVAL_PRECISION"),
  ...notApplicable("text", "CHARACTER_SET_CATALOG", "CHARACTER_SET_SCHEMA", "CHARACTER_SET_NAME"),
  ...notApplicable("text", "COLLATION_CATALOG", "COLLATION_SCHEMA"),
  ["COLLATION_NAME", "text", (e) => e.column.collation || null],
  ...notApplicable("text", "DOMAIN_CATALOG", "DOMAIN_SCHEMA", "DOMAIN_NAME"),
  ...notApplicable("text", "UDT_CATALOG", "UDT_SCHEMA", "UDT_NAME"),
  ...notApplicable("text", "SCOPE_CATALOG", "SCOPE_SCHEMA", "SCOPE_NAME"),
  ...notApplicable("number", "MAXIMUM_CARDINALITY"),
  ...notApplicable("text", "DTD_IDENTIFIER", "IS_SELF_REFERENCING"),
  ["IS_IDENTITY", "text", (e) => yes(e.column.autoincrement !== undefined)],
  ["IDENTITY_GENERATION", "text", (e) => (e.column.autoincrement ? "BY DEFAULT" : null)],
  ["IDENTITY_START", "text", (e) => e.column.autoincrement?.start ?? null],
  ["IDENTITY_INCREMENT", "text", (e) => e.column.autoincrement?.increment ?? null],
  ...notApplicable("text", "IDENTITY_MAXIMUM", "IDENTITY_MINIMUM", "IDENTITY_CYCLE"),
  ["IDENTITY_ORDERED", "text", (e) => (e.column.autoincrement ? yes(e.column.autoincrement.order) : null)],
  ["SCHEMA_EVOLUTION_RECORD", "text", () => null],
  ["COMMENT", "text", (e) => e.column.comment],
  // Null is also Snowflake's for tables from before it had the column: the name given is not kept.
  ...notApplicable("text", "DATA_TYPE_ALIAS"),
];

const lengthOf = (type: DataType): number | null =>
  type.kind === "VARCHAR" || type.kind === "BINARY" ? type.length : null;

const SCHEMA_FIELDS: Field<Entry<"SCHEMA">>[] = [
  ["CATALOG_NAME", "text", (e) => e.database],
  ["SCHEMA_NAME", "text", (e) => e.object.name],
  ["SCHEMA_OWNER", "text", (e) => e.owner],
  ["IS_TRANSIENT", "text", (e) => yes(e.object.props.transient)],
  ["IS_MANAGED_ACCESS", "text", (e) => yes(e.object.props.managedAccess)],
  ["RETENTION_TIME", "number", (e) => retentionDays(e.ctx, e.object as CatalogObject)],
  ["DEFAULT_CHARACTER_SET_CATALOG", "text", () => null],
  ["DEFAULT_CHARACTER_SET_SCHEMA", "text", () => null],
  ["DEFAULT_CHARACTER_SET_NAME", "text", () => null],
  ["SQL_PATH", "text", () => null],
  created(),
  created("LAST_ALTERED"),
  commentField(),
];

const DATABASE_FIELDS: Field<Entry<"DATABASE">>[] = [
  ["DATABASE_NAME", "text", (e) => e.object.name],
  ["DATABASE_OWNER", "text", (e) => e.owner],
  ["IS_TRANSIENT", "text", (e) => yes(e.object.props.transient)],
  commentField(),
  created(),
  created("LAST_ALTERED"),
  ["RETENTION_TIME", "number", (e) => retentionDays(e.ctx, e.object as CatalogObject)],
  ["TYPE", "text", (e) => (e.object.props.origin === null ? "STANDARD" : "IMPORTED DATABASE")],
  ["OWNER_ROLE_TYPE", "text", (e) => (e.owner === null ? null : "ROLE")],
];

const VIEW_FIELDS: Field<Entry<"VIEW">>[] = [
  ["TABLE_CATALOG", "text", (e) => e.database],
  ["TABLE_SCHEMA", "text", (e) => e.schema],
  ["TABLE_NAME", "text", (e) => e.object.name],
  ["TABLE_OWNER", "text", (e) => e.owner],
  [
    "VIEW_DEFINITION",
    "text",
    (e) =>
      e.object.props.isSecure && !(e.object.owner !== null && activeRoles(e.ctx).has(e.object.owner))
        ? null
        : e.object.props.text,
  ],
  ["CHECK_OPTION", "text", () => "NONE"],
  ["IS_UPDATABLE", "text", () => "NO"],
  ["INSERTABLE_INTO", "text", () => "NO"],
  ["IS_SECURE", "text", (e) => yes(e.object.props.isSecure)],
  created(),
  created("LAST_ALTERED"),
  commentField(),
];

const schemaObject = <K extends ObjectKind>(prefix: string): Field<Entry<K>>[] => [
  [`${prefix}_CATALOG`, "text", (e) => e.database],
  [`${prefix}_SCHEMA`, "text", (e) => e.schema],
  [`${prefix}_NAME`, "text", (e) => e.object.name],
  [`${prefix}_OWNER`, "text", (e) => e.owner],
];

const STAGE_FIELDS: Field<Entry<"STAGE">>[] = [
  ...schemaObject<"STAGE">("STAGE").slice(0, 3),
  ["STAGE_URL", "text", (e) => e.object.props.url],
  ["STAGE_REGION", "text", (e) => e.object.props.region],
  ["STAGE_TYPE", "text", (e) => (e.object.props.url === null ? "Internal Named" : "External Named")],
  ["STAGE_OWNER", "text", (e) => e.owner],
  commentField(),
  created(),
  created("LAST_ALTERED"),
];
const FILE_FORMAT_FIELDS: Field<Entry<"FILE_FORMAT">>[] = [
  ...schemaObject<"FILE_FORMAT">("FILE_FORMAT"),
  ["FILE_FORMAT_TYPE", "text", (e) => e.object.props.type],
  created(),
  created("LAST_ALTERED"),
  commentField(),
];
const PIPE_FIELDS: Field<Entry<"PIPE">>[] = [
  ...schemaObject<"PIPE">("PIPE"),
  ["DEFINITION", "text", (e) => e.object.props.copy],
  ["IS_AUTOINGEST_ENABLED", "text", (e) => yes(e.object.props.autoIngest)],
  ["NOTIFICATION_CHANNEL_NAME", "text", (e) => e.object.props.notificationChannel],
  created(),
  created("LAST_ALTERED"),
  commentField(),
  ["PATTERN", "text", () => null],
];
const SEQUENCE_FIELDS: Field<Entry<"SEQUENCE">>[] = [
  ...schemaObject<"SEQUENCE">("SEQUENCE"),
  ["DATA_TYPE", "text", () => "NUMBER"],
  ["NUMERIC_PRECISION", "number", () => 38],
  ["NUMERIC_PRECISION_RADIX", "number", () => 10],
  ["NUMERIC_SCALE", "number", () => 0],
  ["START_VALUE", "text", (e) => e.object.props.start],
  ["INCREMENT", "text", (e) => e.object.props.increment],
  ["CYCLE_OPTION", "text", () => "NO"],
  created(),
  created("LAST_ALTERED"),
  ["ORDERED", "text", (e) => yes(e.object.props.ordered)],
  commentField(),
];

interface PrivilegeEntry {
  ctx: StatementContext;
  grant: Pick<Grant, "privilege" | "grantee" | "grantOption" | "grantedBy" | "createdOn">;
  object: CatalogObject;
}
const roleName = (ctx: StatementContext, id: number | null) =>
  ctx.services.catalog.get(id ?? -1)?.name ?? null;
const PRIVILEGE_FIELDS: Field<PrivilegeEntry>[] = [
  ["GRANTOR", "text", (e) => roleName(e.ctx, e.grant.grantedBy)],
  ["GRANTEE", "text", (e) => roleName(e.ctx, e.grant.grantee.id)],
  ["GRANTED_TO", "text", (e) => e.grant.grantee.kind],
  ["OBJECT_CATALOG", "text", (e) => nameParts(e.ctx, e.object)[0]],
  [
    "OBJECT_SCHEMA",
    "text",
    (e) => (KINDS[e.object.kind].scope === "SCHEMA" ? nameParts(e.ctx, e.object)[1] : null),
  ],
  ["OBJECT_NAME", "text", (e) => e.object.name],
  ["OBJECT_TYPE", "text", (e) => KINDS[e.object.kind].words],
  ["PRIVILEGE_TYPE", "text", (e) => e.grant.privilege],
  ["IS_GRANTABLE", "text", (e) => yes(e.grant.grantOption)],
  ["CREATED", "time", (e) => e.grant.createdOn],
];

function privilegesOn(ctx: StatementContext, objects: readonly CatalogObject[]): PrivilegeEntry[] {
  return objects.flatMap((object) => [
    ...ctx.services.catalog
      .grantsOn(object.id)
      .filter((g) => g.on.scope === "OBJECT")
      .map((grant) => ({ ctx, grant, object })),
    ...(object.owner === null
      ? []
      : [
          {
            ctx,
            object,
            grant: {
              privilege: "OWNERSHIP",
              grantee: { kind: "ROLE" as const, id: object.owner },
              grantOption: true,
              grantedBy: object.owner,
              createdOn: object.createdOn,
            },
          },
        ]),
  ]);
}

/** A view of INFORMATION_SCHEMA whose rows are what the role may see in the database. */
export function view<T>(
  name: string,
  fields: readonly Field<T>[],
  entries: (ctx: StatementContext, databaseId: number) => T[] | Promise<T[]>,
): void {
  registerVirtualRelation({
    schema: "INFORMATION_SCHEMA",
    name,
    columns: columnsOf(fields),
    rows: async (ctx, database) => rowsOf(fields, await entries(ctx, database.id)),
  });
}

/** The same fields for ACCOUNT_USAGE: the whole account, to whoever may read it. */
function usage<T>(name: string, fields: readonly Field<T>[], entries: (ctx: StatementContext) => T[]): void {
  registerVirtualRelation({
    schema: "ACCOUNT_USAGE",
    name,
    columns: columnsOf(fields),
    rows: (ctx) => rowsOf(fields, entries(ctx)),
  });
}

async function withRowCounts(
  ctx: StatementContext,
  entries: Entry<RelationKind>[],
): Promise<Entry<RelationKind>[]> {
  const connection = await ctx.services.storage.connect();
  try {
    for (const one of entries)
      if (isStored(one.object)) one.rows = await countRows(connection, one.object.id);
    return entries;
  } finally {
    connection.closeSync();
  }
}

const relations = (ctx: StatementContext, databaseId: number): CatalogObject<RelationKind>[] => [
  ...inDatabase(ctx, "TABLE", databaseId),
  ...inDatabase(ctx, "DYNAMIC_TABLE", databaseId),
  ...inDatabase(ctx, "MATERIALIZED_VIEW", databaseId),
  ...inDatabase(ctx, "VIEW", databaseId),
];

const columnEntries = (ctx: StatementContext, objects: CatalogObject<RelationKind>[]): ColumnEntry[] =>
  objects.flatMap((object) =>
    object.props.columns.map((column, i) => ({ ...entry(ctx, object), column, position: i + 1 })),
  );

const DROPPED = <K extends ObjectKind>(): Field<Entry<K>> => ["DELETED", "time", (e) => e.object.droppedOn];

/** Registers INFORMATION_SCHEMA's views of objects and the like of ACCOUNT_USAGE. Source: "Snowflake Information Schema". */
export function registerInformationSchema(): void {
  view("TABLES", RELATION_FIELDS, (ctx, id) =>
    withRowCounts(
      ctx,
      relations(ctx, id).map((o) => entry(ctx, o)),
    ),
  );
  view("COLUMNS", COLUMN_FIELDS, (ctx, id) => columnEntries(ctx, relations(ctx, id)));
  view("VIEWS", VIEW_FIELDS, (ctx, id) => inDatabase(ctx, "VIEW", id).map((o) => entry(ctx, o)));
  view("SCHEMATA", SCHEMA_FIELDS, (ctx, id) =>
    ctx.services.catalog
      .list("SCHEMA", id)
      .filter((o) => canSee(ctx, o as CatalogObject))
      .map((o) => entry(ctx, o)),
  );
  view("DATABASES", DATABASE_FIELDS, (ctx) =>
    ctx.services.catalog
      .list("DATABASE", ACCOUNT_ID)
      .filter((o) => canSee(ctx, o as CatalogObject))
      .map((o) => entry(ctx, o)),
  );
  view("STAGES", STAGE_FIELDS, (ctx, id) => inDatabase(ctx, "STAGE", id).map((o) => entry(ctx, o)));
  view("FILE_FORMATS", FILE_FORMAT_FIELDS, (ctx, id) =>
    inDatabase(ctx, "FILE_FORMAT", id).map((o) => entry(ctx, o)),
  );
  view("PIPES", PIPE_FIELDS, (ctx, id) => inDatabase(ctx, "PIPE", id).map((o) => entry(ctx, o)));
  view("SEQUENCES", SEQUENCE_FIELDS, (ctx, id) => inDatabase(ctx, "SEQUENCE", id).map((o) => entry(ctx, o)));
  const visible = (ctx: StatementContext, id: number, kinds: readonly ObjectKind[]) =>
    kinds.flatMap((kind) => inDatabase<ObjectKind>(ctx, kind, id));
  view("OBJECT_PRIVILEGES", PRIVILEGE_FIELDS, (ctx, id) =>
    privilegesOn(
      ctx,
      visible(
        ctx,
        id,
        (Object.keys(KINDS) as ObjectKind[]).filter((kind) => KINDS[kind].scope === "SCHEMA"),
      ),
    ),
  );
  view(
    "TABLE_PRIVILEGES",
    PRIVILEGE_FIELDS.map(
      ([name, kind, value]) => [name.replace("OBJECT_", "TABLE_"), kind, value] as const,
    ).filter(([name]) => name !== "TABLE_TYPE"),
    (ctx, id) => privilegesOn(ctx, visible(ctx, id, ["TABLE", "DYNAMIC_TABLE", "MATERIALIZED_VIEW", "VIEW"])),
  );
  view(
    "ENABLED_ROLES",
    [
      ["ROLE_NAME", "text", (r) => r.name],
      ["ROLE_OWNER", "text", (r) => r.owner],
    ] as Field<{ name: string; owner: string }>[],
    (ctx) =>
      [...activeRoles(ctx)].flatMap((id) => {
        const role = ctx.services.catalog.get(id);
        return role?.kind === "ROLE" ? [{ name: role.name, owner: roleName(ctx, role.owner) ?? "" }] : [];
      }),
  );
  view(
    "APPLICABLE_ROLES",
    [
      ["GRANTEE", "text", (r) => r.grantee],
      ["ROLE_NAME", "text", (r) => r.name],
      ["ROLE_OWNER", "text", (r) => r.owner],
      ["IS_GRANTABLE", "text", () => "NO"],
    ] as Field<{ grantee: string; name: string; owner: string }>[],
    (ctx) =>
      [...activeRoles(ctx)].flatMap((id) => {
        const role = ctx.services.catalog.get(id);
        if (role?.kind !== "ROLE") return [];
        return ctx.services.catalog
          .grantsOn(id)
          .filter((g) => g.privilege === "USAGE" && g.on.scope === "OBJECT")
          .map((g) => ({
            grantee: ctx.services.catalog.get(g.grantee.id)?.name ?? "",
            name: role.name,
            owner: roleName(ctx, role.owner) ?? "",
          }));
      }),
  );
  view(
    "INFORMATION_SCHEMA_CATALOG_NAME",
    [["CATALOG_NAME", "text", (r) => r.name]] as Field<{ name: string }>[],
    (ctx, id) => [{ name: ctx.services.catalog.get(id)?.name ?? "" }],
  );
  const all =
    <K extends ObjectKind>(kind: K) =>
    (ctx: StatementContext): Entry<K>[] =>
      ctx.services.catalog.listAll(kind).map((o) => entry(ctx, o));
  usage("TABLES", [...RELATION_FIELDS, ["DELETED", "time", (e) => e.object.droppedOn]], (ctx) => [
    ...(all("TABLE")(ctx) as unknown as Entry<RelationKind>[]),
    ...(all("DYNAMIC_TABLE")(ctx) as unknown as Entry<RelationKind>[]),
    ...(all("MATERIALIZED_VIEW")(ctx) as unknown as Entry<RelationKind>[]),
    ...(all("VIEW")(ctx) as unknown as Entry<RelationKind>[]),
  ]);
  usage("COLUMNS", [...COLUMN_FIELDS, ["DELETED", "time", () => null]], (ctx) =>
    columnEntries(ctx, [
      ...ctx.services.catalog.listAll("TABLE"),
      ...ctx.services.catalog.listAll("DYNAMIC_TABLE"),
      ...ctx.services.catalog.listAll("MATERIALIZED_VIEW"),
      ...ctx.services.catalog.listAll("VIEW"),
    ]),
  );
  usage("VIEWS", [...VIEW_FIELDS, DROPPED<"VIEW">()], all("VIEW"));
  usage("SCHEMATA", [...SCHEMA_FIELDS, DROPPED<"SCHEMA">()], all("SCHEMA"));
  usage("DATABASES", [...DATABASE_FIELDS, DROPPED<"DATABASE">()], all("DATABASE"));
  usage("STAGES", [...STAGE_FIELDS, DROPPED<"STAGE">()], all("STAGE"));
  usage("FILE_FORMATS", [...FILE_FORMAT_FIELDS, DROPPED<"FILE_FORMAT">()], all("FILE_FORMAT"));
  usage("PIPES", [...PIPE_FIELDS, DROPPED<"PIPE">()], all("PIPE"));
  usage("SEQUENCES", [...SEQUENCE_FIELDS, DROPPED<"SEQUENCE">()], all("SEQUENCE"));
}
