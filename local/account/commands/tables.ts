import { kindTitle, printIdentifier, requirePrivilege, resolveObject } from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject, ColumnDef, ConstraintDef, TableProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { objectParameter } from "../session/parameters.ts";
import { mappedType } from "../session/timestamp-type.ts";
import {
  checkCollation,
  createPhysicalTable,
  createTableAs,
  describeQuery,
  evaluateScalar,
  parseDataType,
} from "../sql/index.ts";
import { physicalTable } from "../storage/storage.ts";
import { cloneRows, readCloneSource } from "./clone.ts";
import type { Cursor } from "./cursor.ts";
import { dropCommand } from "./family.ts";
import {
  type CreateName,
  changeCatalog,
  createObject,
  EXECUTED,
  findDropped,
  findExisting,
  readCreateName,
} from "./objects.ts";
import { alterations } from "./or-alter-table.ts";
import { overlayParameters, parameterTable, splitParameters } from "./parameter-sets.ts";
import { createPhysicalLike } from "./physical.ts";
import { placeFilled } from "./place-filled.ts";
import { flag, listOf, readProperties, text, type ValueReader } from "./properties.ts";
import { type CommandDef, command, type Head, notYet } from "./registry.ts";
import { fileFormatOption } from "./stages.ts";
import { type ColumnSyntax, type ConstraintSyntax, readClusterBy, readColumns } from "./table-grammar.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

export const TABLE_PROPERTIES = {
  ...parameterTable("TABLE"),
  CHANGE_TRACKING: flag,
  ENABLE_SCHEMA_EVOLUTION: flag,
  COMMENT: text,
  STAGE_FILE_FORMAT: fileFormatOption,
  STAGE_COPY_OPTIONS: ((cursor) => {
    cursor.balanced();
  }) as ValueReader<void>,
};

export interface RowAccess {
  policy: string[];
  columns: string[];
}

interface TableClauses {
  values: ReturnType<typeof readProperties<typeof TABLE_PROPERTIES>>;
  clusterBy: string[];
  copyGrants: boolean;
  tags: TagValue[];
  rowAccess: RowAccess | null;
}

/** The clauses that may follow the columns, in any order. */
function readTableClauses(cursor: Cursor): TableClauses {
  const clauses: TableClauses = { values: {}, clusterBy: [], copyGrants: false, tags: [], rowAccess: null };
  for (;;) {
    const before = cursor.at;
    Object.assign(clauses.values, readProperties(cursor, TABLE_PROPERTIES));
    clauses.clusterBy = readClusterBy(cursor) ?? clauses.clusterBy;
    if (cursor.accept("COPY", "GRANTS")) clauses.copyGrants = true;
    clauses.rowAccess = readRowAccess(cursor) ?? clauses.rowAccess;
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) clauses.tags.push(...readTagValues(cursor));
    if (cursor.at === before) return clauses;
  }
}

/** `[WITH] ROW ACCESS POLICY p ON (columns)`. */
export function readRowAccess(cursor: Cursor): RowAccess | undefined {
  if (!cursor.accept("WITH", "ROW", "ACCESS", "POLICY") && !cursor.accept("ROW", "ACCESS", "POLICY"))
    return undefined;
  const policy = cursor.name();
  cursor.expect("ON");
  return { policy, columns: cursor.parenthesized(() => cursor.identifier()) };
}

/** A row access policy that the role may apply, with columns that the relation has. */
export function resolveRowAccess(
  ctx: StatementContext,
  access: RowAccess,
  columns: readonly ColumnDef[],
): { policyId: number; columns: string[] } {
  const policy = resolveObject(ctx, "ROW_ACCESS_POLICY", access.policy);
  requirePrivilege(ctx, "APPLY", policy);
  for (const name of access.columns)
    if (!columns.some((column) => column.name === name)) throw errors.invalidIdentifier(name);
  return { policyId: policy.id, columns: access.columns };
}

function tableKind(head: Head, schema: CatalogObject | null): TableProps["tableKind"] {
  if (head.modifiers.has("TEMPORARY")) return "TEMPORARY";
  const inTransient = (schema as CatalogObject<"SCHEMA"> | null)?.props.transient === true;
  return head.modifiers.has("TRANSIENT") || inTransient ? "TRANSIENT" : "PERMANENT";
}

/** Columns with their policies resolved; primary keys are NOT NULL. */
function resolveColumns(
  ctx: StatementContext,
  columns: readonly ColumnSyntax[],
  constraints: readonly ConstraintDef[],
): ColumnDef[] {
  const keys = new Set(constraints.filter((c) => c.kind === "PRIMARY KEY").flatMap((c) => c.columns));
  return columns.map(({ def, maskingPolicy }) => {
    if (def.defaultSql !== null && def.autoincrement)
      throw errors.compilation(
        "002023",
        "42601",
        `Column '${def.name}' cannot have both DEFAULT and AUTOINCREMENT.`,
      );
    const type = mappedType(ctx.services.catalog, ctx.session, def.type);
    const column: ColumnDef = { ...def, type, nullable: def.nullable && !keys.has(def.name) };
    if (maskingPolicy) Object.assign(column, resolveMasking(ctx, maskingPolicy, def.name));
    return column;
  });
}

export function resolveMasking(
  ctx: StatementContext,
  masking: { name: string[]; using: string[] },
  column: string,
): Pick<ColumnDef, "maskingPolicyId" | "maskingPolicyColumns"> {
  const policy = resolveObject(ctx, "MASKING_POLICY", masking.name);
  requirePrivilege(ctx, "APPLY", policy);
  return {
    maskingPolicyId: policy.id,
    maskingPolicyColumns: masking.using.length > 0 ? masking.using : [column],
  };
}

export function resolveConstraints(
  ctx: StatementContext,
  syntax: readonly ConstraintSyntax[],
  columns: readonly string[],
  existing: readonly ConstraintDef[] = [],
): ConstraintDef[] {
  const made: ConstraintDef[] = [];
  for (const { name, kind, columns: keys, references, rely } of syntax) {
    for (const key of keys) if (!columns.includes(key)) throw errors.invalidIdentifier(key);
    const all = [...existing, ...made];
    if (kind === "PRIMARY KEY" && all.some((c) => c.kind === kind))
      throw errors.compilation("002040", "42601", "Table already has a primary key.");
    const constraint: ConstraintDef = { name: name ?? `SYS_CONSTRAINT_${uniqueName()}`, kind, columns: keys };
    if (rely !== undefined) constraint.rely = rely;
    if (references) {
      const table = resolveObject(ctx, "TABLE", references.table);
      requirePrivilege(ctx, ["REFERENCES", "OWNERSHIP"], table);
      constraint.references = { tableId: table.id, columns: references.columns };
    }
    made.push(constraint);
  }
  return made;
}

const uniqueName = (): string => crypto.randomUUID();

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head, true);
  if (head.orAlter && ["LIKE", "CLONE", "USING"].some((word) => cursor.sees(word)))
    throw cursor.syntaxError();
  if (cursor.accept("LIKE")) return createLike(ctx, cursor, head, name);
  if (cursor.sees("CLONE")) return createClone(ctx, cursor, head, name);
  if (cursor.accept("USING", "TEMPLATE")) return createByTemplate(ctx, cursor, head, name);
  const start = cursor.at;
  const listed = cursor.seesSymbol("(") ? readColumns(cursor, false) : { columns: [], constraints: [] };
  const clauses = readTableClauses(cursor);
  if (head.orAlter && cursor.sees("AS")) throw errors.unsupported("CREATE OR ALTER TABLE … AS SELECT");
  if (cursor.accept("AS")) return createAs(ctx, cursor, head, name, listed.columns, clauses);
  cursor.expectEnd();
  if (listed.columns.length === 0 || listed.columns.some((column) => !column.typed)) {
    cursor.at = start;
    if (!cursor.seesSymbol("(")) throw cursor.syntaxError();
    readColumns(cursor, true);
    throw cursor.syntaxError();
  }
  const constraints = resolveConstraints(
    ctx,
    [...listed.columns.flatMap((column) => column.constraints), ...listed.constraints],
    listed.columns.map((column) => column.def.name),
  );
  const columns = resolveColumns(ctx, listed.columns, constraints);
  const existing = head.orAlter ? findExisting(ctx, "TABLE", name.parts, true) : undefined;
  if (existing) {
    for (const statement of alterations(ctx, existing, columns, clauses.values.COMMENT ?? null))
      await ctx.services.execute(ctx.session, statement);
    return statusOutcome(EXECUTED);
  }
  return make(ctx, head, name, columns, {
    constraints,
    clauses,
    columnTags: listed.columns.map(({ def, tags }) => ({ column: def.name, tags })),
  });
}

/**
 * Columns from the rows of INFER_SCHEMA, as one array: `USING TEMPLATE (SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) …)`.
 * Source: "CREATE TABLE … USING TEMPLATE".
 */
async function createByTemplate(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: CreateName,
): Promise<Outcome> {
  if (!cursor.seesSymbol("(")) throw cursor.syntaxError();
  const query = cursor.balanced();
  const clauses = readTableClauses(cursor);
  cursor.expectEnd();
  const { value } = await evaluateScalar(ctx, `(${query})`);
  const found: unknown = JSON.parse(String(value ?? "[]"));
  if (!Array.isArray(found) || found.length === 0)
    throw errors.invalidValue(String(value), "template: an array of columns");
  const columns = found
    .map((one: Record<string, unknown>) => ({
      name: String(one["COLUMN_NAME"]),
      type: parseDataType(String(one["TYPE"])),
      nullable: one["NULLABLE"] !== false,
      defaultSql: null,
      comment: null,
      order: Number(one["ORDER_ID"] ?? 0),
    }))
    .sort((a, b) => a.order - b.order)
    .map(({ order: _order, ...column }): ColumnDef => column);
  return make(ctx, head, name, columns, { constraints: [], clauses });
}

interface MakeOptions {
  constraints: ConstraintDef[];
  clauses: TableClauses;
  columnTags?: { column: string; tags: TagValue[] }[];
  /** Fills the new table instead of making it empty. */
  fill?(change: Change, made: CatalogObject<"TABLE">): Promise<void>;
  comment?: string | null;
  base?: TableProps;
}

async function make(
  ctx: StatementContext,
  head: Head,
  name: CreateName,
  columns: ColumnDef[],
  options: MakeOptions,
): Promise<Outcome> {
  const { clauses } = options;
  const { parameters } = splitParameters("TABLE", clauses.values);
  const { outcome } = await createObject(ctx, {
    kind: "TABLE",
    head,
    name,
    orAlter: "ELSEWHERE",
    copyGrants: clauses.copyGrants,
    ...(head.modifiers.has("TEMPORARY") ? { privilege: null, temporary: true } : {}),
    build: (_change, target) => {
      if (head.modifiers.has("TEMPORARY") && target.parent)
        requirePrivilege(ctx, ["USAGE", "CREATE TABLE"], target.parent);
      const byDefault = String(
        objectParameter(ctx.services.catalog, target.parentId, "DEFAULT_DDL_COLLATION").value ?? "",
      );
      const props: TableProps = {
        tableKind: tableKind(head, target.parent),
        columns:
          byDefault === "" || options.base
            ? columns
            : columns.map((column) => withCollation(column, byDefault)),
        constraints: options.constraints,
        clusterBy: clauses.clusterBy.length > 0 ? clauses.clusterBy : (options.base?.clusterBy ?? []),
        changeTracking: clauses.values.CHANGE_TRACKING ?? options.base?.changeTracking ?? false,
        enableSchemaEvolution:
          clauses.values.ENABLE_SCHEMA_EVOLUTION ?? options.base?.enableSchemaEvolution ?? false,
        parameters: overlayParameters(options.base?.parameters, parameters),
      };
      if (props.tableKind === "TEMPORARY") props.sessionId = ctx.session.id;
      const days = Number(props.parameters["DATA_RETENTION_TIME_IN_DAYS"] ?? 0);
      if (props.tableKind !== "PERMANENT" && days > 1)
        throw errors.invalidValue(String(days), "DATA_RETENTION_TIME_IN_DAYS");
      if (clauses.rowAccess) props.rowAccessPolicy = resolveRowAccess(ctx, clauses.rowAccess, columns);
      return { props, comment: clauses.values.COMMENT ?? options.comment ?? null };
    },
    after: async (change, table) => {
      if (options.fill) await options.fill(change, table);
      else await createPhysicalTable(change.connection, table.id, columns);
      setTags(ctx, change, table, clauses.tags);
      for (const { column, tags } of options.columnTags ?? []) setTags(ctx, change, table, tags, column);
    },
  });
  return outcome;
}

/** A text column without a COLLATE of its own under DEFAULT_DDL_COLLATION. */
function withCollation(column: ColumnDef, collation: string): ColumnDef {
  if (column.type.kind !== "VARCHAR" || column.collation !== undefined) return column;
  checkCollation(column.type, collation);
  return { ...column, collation };
}

const noClauses = (): TableClauses => ({
  values: {},
  clusterBy: [],
  copyGrants: false,
  tags: [],
  rowAccess: null,
});

/** CREATE TABLE … LIKE: the source's columns, keys and properties, no rows. */
async function createLike(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: CreateName,
): Promise<Outcome> {
  const source = resolveObject(ctx, "TABLE", cursor.name());
  const clauses = readTableClauses(cursor);
  cursor.expectEnd();
  requirePrivilege(ctx, "SELECT", source);
  return make(ctx, head, name, source.props.columns, {
    constraints: source.props.constraints.map((c) => ({ ...c })),
    clauses,
    base: source.props,
    comment: source.comment,
  });
}

async function createClone(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: CreateName,
): Promise<Outcome> {
  const from = await readCloneSource(ctx, cursor);
  const clauses = readTableClauses(cursor);
  cursor.expectEnd();
  if (!from) throw cursor.syntaxError();
  const source = resolveObject(ctx, "TABLE", from.name);
  requirePrivilege(ctx, "SELECT", source);
  if (source.props.tableKind !== "PERMANENT" && tableKind(head, null) === "PERMANENT")
    throw errors.compilation(
      "002120",
      "0A000",
      `${source.props.tableKind === "TEMPORARY" ? "Temp" : "Transient"} table cannot be cloned to a permanent table.`,
    );
  return make(ctx, head, name, source.props.columns, {
    constraints: source.props.constraints.map((c) => ({ ...c })),
    clauses,
    base: source.props,
    comment: source.comment,
    fill: async (change, made) => {
      await createPhysicalLike(change.connection, source.id, made.id, made.props.columns);
      await cloneRows(ctx, change, source, made, from.at);
    },
  });
}

/** CREATE TABLE … AS. */
async function createAs(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  name: CreateName,
  columns: readonly ColumnSyntax[],
  clauses: TableClauses,
): Promise<Outcome> {
  const query = cursor.rest();
  const described = await describeQuery(ctx, query);
  if (columns.length > 0 && columns.length !== described.length)
    throw errors.compilation("002026", "42601", `Invalid column definition list`);
  const made: ColumnSyntax[] = described.map((column, i) => {
    const given = columns[i];
    const def = { ...column, defaultSql: null, comment: null };
    if (!given) return { def, typed: true, tags: [], maskingPolicy: null, constraints: [] };
    return { ...given, def: { ...given.def, type: given.typed ? given.def.type : column.type } };
  });
  const seen = new Set<string>();
  for (const { def } of made) {
    if (seen.has(def.name))
      throw errors.compilation("002025", "42S21", `duplicate column name '${def.name}'`);
    seen.add(def.name);
  }
  const constraints = resolveConstraints(
    ctx,
    columns.flatMap((column) => column.constraints),
    made.map((column) => column.def.name),
  );
  return placeFilled(ctx, {
    kind: "TABLE",
    title: "Table",
    head,
    name,
    copyGrants: clauses.copyGrants,
    make: (hidden) =>
      make(ctx, { ...head, orReplace: false }, hidden, resolveColumns(ctx, made, constraints), {
        constraints,
        clauses: { ...noClauses(), ...clauses },
        columnTags: made.map(({ def, tags }) => ({ column: def.name, tags })),
      }),
    fill: (table) =>
      ctx.onWarehouse(() =>
        ctx.inTransaction([table.id], (transaction) =>
          createTableAs(ctx, table.id, query, transaction, table.props.columns),
        ),
      ),
  });
}

/** UNDROP of a table or dynamic table. */
export async function undropTable(
  ctx: StatementContext,
  cursor: Cursor,
  kind: "TABLE" | "DYNAMIC_TABLE",
): Promise<Outcome> {
  const parts = cursor.name();
  cursor.expectEnd();
  const { target, object } = findDropped(ctx, kind, parts);
  if (ctx.services.catalog.findInNamespace(kind, target.parentId, target.name))
    throw errors.objectExists(target.printed);
  await changeCatalog(ctx, (change) => void change.update(object, { droppedOn: null }));
  return statusOutcome(`${kindTitle(kind)} ${printIdentifier(target.name)} successfully restored.`);
}

/** Purges what a session's end takes with it. A3 calls it when a session ends. */
export async function dropTemporaryTables(
  services: StatementContext["services"],
  sessionId: string,
): Promise<void> {
  const mine = services.catalog
    .listAll("TABLE")
    .filter(({ props }) => props.tableKind === "TEMPORARY" && props.sessionId === sessionId);
  if (mine.length === 0) return;
  const connection = await services.storage.connect();
  try {
    await services.catalog.change(connection, async (change) => {
      for (const table of mine) {
        change.purge(table);
        for (const grant of services.catalog.grantsOn(table.id)) change.revoke(grant.id);
        await change.connection.run(`DROP TABLE IF EXISTS ${physicalTable(table.id)}`);
      }
    });
  } finally {
    connection.closeSync();
  }
}

export const identifierList = listOf<string>((cursor) => cursor.identifier());

const test = "tests/local/account/commands/tables.test.ts";
export const tableCommands: CommandDef[] = [
  command("CREATE", "TABLE", create, {
    source: "CREATE TABLE; CREATE TABLE … CONSTRAINT",
    test,
    note: "OR ALTER changes columns and the comment. No CHECK or computed columns.",
  }),
  dropCommand("TABLE", { source: "DROP TABLE", test }),
  command("UNDROP", "TABLE", (ctx, cursor) => undropTable(ctx, cursor, "TABLE"), {
    source: "UNDROP TABLE",
    test,
  }),
  notYet("CREATE", "EXTERNAL TABLE", "CREATE EXTERNAL TABLE"),
  notYet("CREATE", "HYBRID TABLE", "CREATE HYBRID TABLE"),
  notYet("CREATE", "ICEBERG TABLE", "CREATE ICEBERG TABLE"),
  notYet("CREATE", "EVENT TABLE", "CREATE EVENT TABLE"),
];
