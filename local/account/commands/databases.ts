import {
  addDefaultSchemas,
  canSee,
  nameParts,
  printIdentifier,
  requirePrivilege,
  resolveDatabase,
  resolveObject,
  resolveSchema,
} from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject, type ObjectKind } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import { cloneContents, readCloneSource } from "./clone.ts";
import type { Cursor } from "./cursor.ts";
import {
  changeCatalog,
  createObject,
  dropObject,
  EXECUTED,
  findDropped,
  findExisting,
  latest,
  notifyRuntime,
  readCreateName,
  readExistingName,
  retentionDays,
  updateProps,
} from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import { readKeys, readProperties, text, textOrWord, unsupported } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import {
  listForShow,
  ownerColumns,
  readShowOptions,
  type ShowColumns,
  type ShowRow,
  showOutcome,
  timeValue,
  yesNo,
} from "./show.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

const DATABASE_PROPERTIES = {
  ...parameterTable("DATABASE"),
  EXTERNAL_VOLUME: textOrWord,
  CATALOG: textOrWord,
  COMMENT: text,
};
const SCHEMA_PROPERTIES = {
  ...parameterTable("SCHEMA"),
  EXTERNAL_VOLUME: textOrWord,
  CATALOG: textOrWord,
  COMMENT: text,
};
const TAGS = { TAG: readTagValues, WITH: unsupported("WITH") };

/** CREATE OR ALTER cannot make a container transient or permanent. */
function keptTransient<P extends { transient: boolean }>(kind: string, existing: P, defined: P): P {
  if (existing.transient !== defined.transient)
    throw errors.unsupported(`CREATE OR ALTER ${kind} that makes it transient or permanent`);
  return defined;
}

async function createDatabase(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  if (cursor.sees("FROM")) throw errors.unsupported("CREATE DATABASE … FROM SHARE");
  if (cursor.sees("AS", "REPLICA")) throw errors.unsupported("CREATE DATABASE … AS REPLICA OF");
  if (head.orAlter && cursor.sees("CLONE")) throw errors.unsupported("CREATE OR ALTER … CLONE");
  const source = await readCloneSource(ctx, cursor);
  const { TAG: tags, ...values } = readProperties(cursor, { ...DATABASE_PROPERTIES, TAG: TAGS.TAG });
  cursor.expectEnd();
  const original = source ? resolveDatabase(ctx, source.name.join(".")) : undefined;
  if (original) requirePrivilege(ctx, "USAGE", original);
  const { parameters } = splitParameters("DATABASE", values);
  const { outcome, made } = await createObject(ctx, {
    kind: "DATABASE",
    head,
    name,
    orAlter: (existing, defined) => ({
      ...keptTransient("DATABASE", existing, defined),
      origin: existing.origin,
    }),
    build: () => ({
      props: {
        parameters: overlayParameters(original?.props.parameters, parameters),
        transient: head.modifiers.has("TRANSIENT"),
        origin: null,
      },
      comment: values.COMMENT ?? original?.comment ?? null,
    }),
    after: async (change, database) => {
      if (original && source) await cloneContents(ctx, change, original, database, source);
      else addDefaultSchemas(change, database.id, database.owner);
      setTags(ctx, change, database, (tags as TagValue[] | undefined) ?? []);
    },
  });
  if (!made) return outcome;
  ctx.session.databaseId = made.id;
  ctx.session.schemaId = ctx.services.catalog.find("SCHEMA", made.id, "PUBLIC")?.id ?? null;
  return { ...outcome, contextChanged: true };
}

async function createSchema(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  if (head.orAlter && cursor.sees("CLONE")) throw errors.unsupported("CREATE OR ALTER … CLONE");
  const source = await readCloneSource(ctx, cursor);
  const managed = cursor.accept("WITH", "MANAGED", "ACCESS");
  const { TAG: tags, ...values } = readProperties(cursor, { ...SCHEMA_PROPERTIES, TAG: TAGS.TAG });
  cursor.expectEnd();
  const original = source ? resolveSchema(ctx, source.name) : undefined;
  if (original) requirePrivilege(ctx, "USAGE", original);
  const { parameters } = splitParameters("SCHEMA", values);
  const { outcome, made } = await createObject(ctx, {
    kind: "SCHEMA",
    head,
    name,
    orAlter: (existing, defined) => keptTransient("SCHEMA", existing, defined),
    build: (_change, target) => {
      const parent = target.parent as CatalogObject<"DATABASE">;
      return {
        props: {
          parameters: overlayParameters(original?.props.parameters, parameters),
          transient: head.modifiers.has("TRANSIENT") || parent.props.transient,
          managedAccess: managed || (original?.props.managedAccess ?? false),
        },
        comment: values.COMMENT ?? original?.comment ?? null,
      };
    },
    after: async (change, schema) => {
      if (original && source) await cloneContents(ctx, change, original, schema, source);
      setTags(ctx, change, schema, (tags as TagValue[] | undefined) ?? []);
    },
  });
  if (!made) return outcome;
  ctx.session.databaseId = made.parent;
  ctx.session.schemaId = made.id;
  return { ...outcome, contextChanged: true };
}

/** SET and UNSET of parameters and comment, common to databases and schemas. */
async function alterParameters(
  ctx: StatementContext,
  cursor: Cursor,
  object: CatalogObject<"DATABASE"> | CatalogObject<"SCHEMA">,
): Promise<Outcome> {
  const kind = object.kind;
  const table = kind === "DATABASE" ? DATABASE_PROPERTIES : SCHEMA_PROPERTIES;
  const target = object as CatalogObject<"DATABASE">;
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, table);
    cursor.expectEnd();
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    requirePrivilege(ctx, "MODIFY", object);
    const { parameters } = splitParameters(kind, values);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, target, {
        parameters: overlayParameters(change.latest(target).props.parameters, parameters),
      });
      if (values.COMMENT !== undefined) change.update(changed, { comment: values.COMMENT });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(table));
    cursor.expectEnd();
    requirePrivilege(ctx, "MODIFY", object);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, target, {
        parameters: withoutParameters(change.latest(target).props.parameters, keys),
      });
      if (keys.includes("COMMENT")) change.update(changed, { comment: null });
    });
    return statusOutcome(EXECUTED);
  }
  throw cursor.syntaxError();
}

/** Two containers or tables exchange their names, grants staying with the objects. */
export async function swapWith(
  ctx: StatementContext,
  object: CatalogObject,
  other: CatalogObject,
): Promise<Outcome> {
  requirePrivilege(ctx, "OWNERSHIP", object);
  requirePrivilege(ctx, "OWNERSHIP", other);
  await changeCatalog(ctx, (change) => {
    change.update(latest(change, object), { name: other.name, parent: other.parent });
    change.update(latest(change, other), { name: object.name, parent: object.parent });
  });
  return statusOutcome(EXECUTED);
}

async function alterDatabase(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const database = findExisting(ctx, "DATABASE", parts, ifExists);
  if (!database) return statusOutcome(EXECUTED);
  if (cursor.accept("SWAP", "WITH")) {
    const other = resolveObject(ctx, "DATABASE", cursor.name());
    cursor.expectEnd();
    return swapWith(ctx, database, other);
  }
  if (["ENABLE", "DISABLE", "REFRESH", "PRIMARY"].some((word) => cursor.sees(word)))
    throw errors.unsupported("ALTER DATABASE … replication and failover");
  return (await alterCommon(ctx, cursor, database, "MODIFY")) ?? alterParameters(ctx, cursor, database);
}

async function alterSchema(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const schema = findExisting(ctx, "SCHEMA", parts, ifExists);
  if (!schema) return statusOutcome(EXECUTED);
  if (cursor.accept("SWAP", "WITH")) {
    const other = resolveSchema(ctx, cursor.name());
    cursor.expectEnd();
    return swapWith(ctx, schema, other);
  }
  const managed = cursor.acceptOneOf("ENABLE", "DISABLE");
  if (managed) {
    cursor.expect("MANAGED", "ACCESS");
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", schema);
    await changeCatalog(
      ctx,
      (change) => void updateProps(change, schema, { managedAccess: managed === "ENABLE" }),
    );
    return statusOutcome(EXECUTED);
  }
  return (await alterCommon(ctx, cursor, schema, "MODIFY")) ?? alterParameters(ctx, cursor, schema);
}

/** UNDROP DATABASE | SCHEMA: it comes back with what was dropped at the same time. */
async function undrop(ctx: StatementContext, cursor: Cursor, kind: "DATABASE" | "SCHEMA"): Promise<Outcome> {
  const parts = cursor.name();
  cursor.expectEnd();
  const { target, object } = findDropped(ctx, kind, parts);
  if (ctx.services.catalog.find(kind, target.parentId, target.name))
    throw errors.objectExists(target.printed);
  const back: CatalogObject[] = [];
  await changeCatalog(ctx, (change) => restore(ctx, change, object, object.droppedOn!, back));
  notifyRuntime(ctx, back);
  return statusOutcome(
    `${kind === "DATABASE" ? "Database" : "Schema"} ${printIdentifier(target.name)} successfully restored.`,
  );
}

function restore(
  ctx: StatementContext,
  change: Change,
  object: CatalogObject,
  droppedOn: number,
  back: CatalogObject[],
): void {
  back.push(change.update(object, { droppedOn: null }));
  for (const kind of ALL_KINDS)
    for (const child of ctx.services.catalog.listDropped(kind, object.id))
      if (child.droppedOn === droppedOn) restore(ctx, change, child, droppedOn, back);
}

const ALL_KINDS: ObjectKind[] = [
  "SCHEMA",
  "DATABASE_ROLE",
  "TABLE",
  "VIEW",
  "MATERIALIZED_VIEW",
  "DYNAMIC_TABLE",
  "STREAM",
  "TASK",
  "PIPE",
  "STAGE",
  "FILE_FORMAT",
  "SEQUENCE",
  "FUNCTION",
  "PROCEDURE",
  "ALERT",
  "TAG",
  "MASKING_POLICY",
  "ROW_ACCESS_POLICY",
  "PASSWORD_POLICY",
  "SESSION_POLICY",
  "AUTHENTICATION_POLICY",
  "NETWORK_RULE",
  "SECRET",
];

const TERSE: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["kind", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
];

const DATABASE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["is_default", "text"],
  ["is_current", "text"],
  ["origin", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["options", "text"],
  ["retention_time", "text"],
  ["kind", "text"],
  ["budget", "text"],
  ["owner_role_type", "text"],
  ["object_visibility", "text"],
];

/** With HISTORY, `dropped_on` is the second column. */
export const withHistory = (columns: ShowColumns, history: boolean): ShowColumns =>
  history && columns[0] ? [columns[0], ["dropped_on", "time"], ...columns.slice(1)] : columns;

async function showDatabases(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const rows: ShowRow[] = listForShow(ctx, "DATABASE", options).map((database) => ({
    created_on: timeValue(database.createdOn),
    dropped_on: timeValue(database.droppedOn),
    name: database.name,
    is_default: "N",
    is_current: yesNo(ctx.session.databaseId === database.id),
    origin: database.props.origin ?? "",
    ...ownerColumns(ctx, database),
    comment: database.comment ?? "",
    options: database.props.transient ? "TRANSIENT" : "",
    retention_time: String(retentionDays(ctx, database)),
    kind: database.props.origin ? "APPLICATION" : "STANDARD",
    budget: null,
    database_name: null,
    schema_name: null,
    object_visibility: null,
  }));
  return showOutcome(head.terse ? TERSE : withHistory(DATABASE_COLUMNS, options.history), rows, options);
}

const SCHEMA_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["is_default", "text"],
  ["is_current", "text"],
  ["database_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["options", "text"],
  ["retention_time", "text"],
  ["owner_role_type", "text"],
  ["budget", "text"],
];

async function showSchemas(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const scope =
    options.scope?.kind === "UNKNOWN"
      ? { ...options, scope: { kind: "DATABASE" as const, name: options.scope.name } }
      : options;
  const rows: ShowRow[] = listForShow(ctx, "SCHEMA", scope).map((schema) => ({
    created_on: timeValue(schema.createdOn),
    dropped_on: timeValue(schema.droppedOn),
    name: schema.name,
    kind: null,
    is_default: "N",
    is_current: yesNo(ctx.session.schemaId === schema.id),
    database_name: ctx.services.catalog.get(schema.parent)?.name ?? "",
    schema_name: null,
    ...ownerColumns(ctx, schema),
    comment: schema.comment ?? "",
    options: [schema.props.transient ? "TRANSIENT" : "", schema.props.managedAccess ? "MANAGED ACCESS" : ""]
      .filter(Boolean)
      .join(", "),
    retention_time: String(retentionDays(ctx, schema)),
    budget: null,
  }));
  return showOutcome(head.terse ? TERSE : withHistory(SCHEMA_COLUMNS, options.history), rows, options);
}

const DESCRIBE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["kind", "text"],
];

/** DESCRIBE DATABASE lists its schemas, DESCRIBE SCHEMA its relations. */
async function describeDatabase(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const database = resolveObject(ctx, "DATABASE", cursor.name());
  cursor.expectEnd();
  const rows = ctx.services.catalog
    .list("SCHEMA", database.id)
    .filter((schema) => canSee(ctx, schema))
    .map((schema) => ({ created_on: timeValue(schema.createdOn), name: schema.name, kind: "SCHEMA" }));
  return showOutcome(DESCRIBE_COLUMNS, rows, undefined, "name", "DESCRIBE");
}

const RELATIONS = ["TABLE", "VIEW", "MATERIALIZED_VIEW", "DYNAMIC_TABLE"] as const;

async function describeSchema(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const schema = resolveSchema(ctx, cursor.name());
  cursor.expectEnd();
  const rows = RELATIONS.flatMap((kind) => ctx.services.catalog.list<ObjectKind>(kind, schema.id))
    .filter((object) => canSee(ctx, object))
    .map((object) => ({
      created_on: timeValue(object.createdOn),
      name: object.name,
      kind: object.kind.replaceAll("_", " "),
    }));
  return showOutcome(DESCRIBE_COLUMNS, rows, undefined, "name", "DESCRIBE");
}

/** `DB.SCHEMA` of a session's context, for messages. */
export const contextName = (ctx: StatementContext, object: CatalogObject): string =>
  nameParts(ctx, object).join(".");

const protect = (object: CatalogObject): void => {
  if (object.parent === ACCOUNT_ID && object.name === "SNOWFLAKE")
    throw errors.insufficientPrivileges("database", object.name);
  if (object.name === "INFORMATION_SCHEMA") throw errors.insufficientPrivileges("schema", object.name);
};

const test = "tests/local/account/commands/databases.test.ts";
export const databaseCommands: CommandDef[] = [
  command("CREATE", "DATABASE", createDatabase, {
    source: "CREATE DATABASE",
    test,
    note: "No shares, replication or Iceberg defaults.",
  }),
  command("ALTER", "DATABASE", alterDatabase, { source: "ALTER DATABASE", test }),
  command(
    "DROP",
    "DATABASE",
    (ctx, cursor) => dropObject(ctx, cursor, { kind: "DATABASE", check: protect }),
    {
      source: "DROP DATABASE",
      test,
    },
  ),
  command("UNDROP", "DATABASE", (ctx, cursor) => undrop(ctx, cursor, "DATABASE"), {
    source: "UNDROP DATABASE",
    test,
  }),
  command("SHOW", "DATABASES", showDatabases, { source: "SHOW DATABASES", test }),
  command("DESCRIBE", "DATABASE", describeDatabase, { source: "DESCRIBE DATABASE", test }),
  command("CREATE", "SCHEMA", createSchema, { source: "CREATE SCHEMA", test }),
  command("ALTER", "SCHEMA", alterSchema, { source: "ALTER SCHEMA", test }),
  command("DROP", "SCHEMA", (ctx, cursor) => dropObject(ctx, cursor, { kind: "SCHEMA", check: protect }), {
    source: "DROP SCHEMA",
    test,
  }),
  command("UNDROP", "SCHEMA", (ctx, cursor) => undrop(ctx, cursor, "SCHEMA"), {
    source: "UNDROP SCHEMA",
    test,
  }),
  command("SHOW", "SCHEMAS", showSchemas, { source: "SHOW SCHEMAS", test }),
  command("DESCRIBE", "SCHEMA", describeSchema, { source: "DESCRIBE SCHEMA", test }),
];
