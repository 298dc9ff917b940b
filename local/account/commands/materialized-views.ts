import { fullName, ownsObject, printIdentifier, requirePrivilege } from "../access/index.ts";
import type { MaterializedViewProps } from "../catalog/derived-props.ts";
import type { CatalogObject, ColumnDef } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import {
  checkMaterializedView,
  createPhysicalTable,
  describeQuery,
  invalidMaterializedView,
  isForbiddenColumn,
  materializedViewProblem,
  parseQuery,
  queryInputs,
} from "../sql/index.ts";
import { printDataType } from "../types/data-type.ts";
import { alterCommon } from "./alter.ts";
import { alterRelation } from "./alter-relation.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import { quoteString } from "./lexer.ts";
import {
  changeCatalog,
  createObject,
  definitionContext,
  EXECUTED,
  findExisting,
  inContext,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { countRows } from "./physical.ts";
import { placeFilled } from "./place-filled.ts";
import { readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { listForShow, onOff, type ShowColumns, type ShowOptions, type ShowRow, timeValue } from "./show.ts";
import { describeRelation, printClusterBy, rowBytes } from "./show-tables.ts";
import { readClusterBy } from "./table-grammar.ts";
import { type RowAccess, readRowAccess, resolveMasking, resolveRowAccess } from "./tables.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";
import { readViewColumn } from "./view-grammar.ts";

type MaterializedView = CatalogObject<"MATERIALIZED_VIEW">;

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  if (head.orAlter) throw errors.unsupported("CREATE OR ALTER MATERIALIZED VIEW");
  const name = readCreateName(cursor, head);
  if (cursor.sees("CLONE")) throw errors.unsupported("CREATE MATERIALIZED VIEW … CLONE");
  let copyGrants = cursor.accept("COPY", "GRANTS");
  const listed = cursor.seesSymbol("(") ? cursor.parenthesized(() => readViewColumn(cursor)) : [];
  let rowAccess: RowAccess | undefined;
  let clusterBy: string[] = [];
  const tags: TagValue[] = [];
  const values: { COMMENT?: string } = {};
  while (!cursor.sees("AS")) {
    const before = cursor.at;
    Object.assign(values, readProperties(cursor, { COMMENT: text }));
    if (cursor.accept("COPY", "GRANTS")) copyGrants = true;
    rowAccess = readRowAccess(cursor) ?? rowAccess;
    clusterBy = readClusterBy(cursor) ?? clusterBy;
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) tags.push(...readTagValues(cursor));
    for (const phrase of ["AGGREGATION POLICY", "WITH AGGREGATION POLICY", "WITH CONTACT"])
      if (cursor.seesPhrase(phrase)) throw errors.unsupported(phrase);
    if (cursor.at === before) throw cursor.syntaxError();
  }
  cursor.expect("AS");
  if (clusterBy.length > 0 && listed.length === 0)
    throw errors.compilation("002026", "42601", "CLUSTER BY of a materialized view needs a column list.");
  const query = cursor.rest();
  checkMaterializedView(parseQuery(query), query);
  const context = definitionContext(ctx, "MATERIALIZED_VIEW", name.parts);
  const inside = inContext(ctx, context);
  const source = await sourceOf(inside, query);
  const described = await describeQuery(inside, query);
  if (listed.length > 0 && listed.length !== described.length)
    throw errors.compilation("002026", "42601", "Invalid column definition list");
  const columns = described.map((column, i): ColumnDef => {
    const given = listed[i];
    return {
      ...column,
      name: given?.name ?? column.name,
      comment: given?.comment ?? null,
      ...(given?.masking ? resolveMasking(ctx, given.masking, given.name) : {}),
    };
  });
  checkColumns(columns);
  const props: MaterializedViewProps = {
    text: cursor.text.trim(),
    query,
    columns,
    isSecure: head.modifiers.has("SECURE"),
    context,
    clusterBy,
    sourceId: source.id,
    source: {
      name: fullName(ctx, source as CatalogObject),
      columns: Object.fromEntries(source.props.columns.map((c) => [c.name, printDataType(c.type)])),
    },
    suspended: false,
    invalidReason: null,
  };
  if (rowAccess) props.rowAccessPolicy = resolveRowAccess(ctx, rowAccess, columns);
  return placeFilled(ctx, {
    kind: "MATERIALIZED_VIEW",
    title: "Materialized view",
    head,
    name,
    copyGrants,
    make: (hidden) =>
      createObject(ctx, {
        kind: "MATERIALIZED_VIEW",
        head: { orReplace: false, orAlter: false },
        name: hidden,
        build: () => ({ props, comment: values.COMMENT ?? null }),
        after: async (change, view) => {
          await createPhysicalTable(change.connection, view.id, columns);
          setTags(ctx, change, view, tags);
          for (const column of listed) setTags(ctx, change, view, column.tags, column.name);
        },
      }),
    fill: (view) =>
      ctx.onWarehouse(() =>
        inside.inTransaction([view.id], (transaction) =>
          ctx.services.runtime.materializedViews.fill(inside, transaction, view),
        ),
      ),
  });
}

function checkColumns(columns: readonly ColumnDef[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw errors.compilation("002025", "42S21", `duplicate column name '${name}'`);
    if (isForbiddenColumn(name))
      throw errors.compilation("002212", "42601", `Invalid column name '${name}' in a materialized view.`);
    seen.add(name);
  }
}

/** The one table that the query reads; a view, a stream or two tables are refused. */
async function sourceOf(ctx: StatementContext, query: string): Promise<CatalogObject<"TABLE">> {
  const { catalog } = ctx.services;
  const inputs = await queryInputs(ctx, query);
  const objects = inputs.objects.map((id) => catalog.get(id)!);
  const other = objects.find(({ kind }) => kind !== "TABLE");
  if (other) throw invalidMaterializedView(query, 0, `'${other.name}' should be a table.`);
  if (objects.length !== 1)
    throw invalidMaterializedView(query, 0, "More than one table referenced in the view definition");
  // A policy's say cannot be stored. Source: "Understanding row access policies", "Understanding Column-level Security".
  if (inputs.governed)
    throw errors.unsupported("a materialized view on a table with a masking or row access policy");
  return objects[0] as CatalogObject as CatalogObject<"TABLE">;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const view = findExisting(ctx, "MATERIALIZED_VIEW", parts, ifExists);
  if (!view) return statusOutcome(EXECUTED);
  const put = async (props: Partial<MaterializedViewProps>): Promise<Outcome> => {
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", view);
    await changeCatalog(ctx, (change) => void updateProps(change, view, props));
    return statusOutcome(EXECUTED);
  };
  const clusterBy = readClusterBy(cursor);
  if (clusterBy) return put({ clusterBy });
  if (cursor.accept("DROP", "CLUSTERING", "KEY")) return put({ clusterBy: [] });
  if (cursor.accept("SUSPEND", "RECLUSTER") || cursor.accept("RESUME", "RECLUSTER")) return put({});
  if (cursor.accept("SUSPEND")) return put({ suspended: true });
  if (cursor.accept("RESUME")) return put({ suspended: false, invalidReason: null });
  if (cursor.accept("SET", "SECURE")) {
    const { COMMENT: comment } = readProperties(cursor, { COMMENT: text });
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", view);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, view, { isSecure: true });
      if (comment !== undefined) change.update(changed, { comment });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET", "SECURE")) return put({ isSecure: false });
  const done = (await alterCommon(ctx, cursor, view)) ?? (await alterRelation(ctx, cursor, view));
  if (done) return done;
  throw cursor.syntaxError();
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["reserved", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["cluster_by", "text"],
  ["rows", "number"],
  ["bytes", "number"],
  ["source_database_name", "text"],
  ["source_schema_name", "text"],
  ["source_table_name", "text"],
  ["refreshed_on", "time"],
  ["compacted_on", "time"],
  ["owner", "text"],
  ["invalid", "text"],
  ["invalid_reason", "text"],
  ["behind_by", "text"],
  ["comment", "text"],
  ["text", "text"],
  ["is_secure", "text"],
  ["automatic_clustering", "text"],
  ["owner_role_type", "text"],
  ["budget", "text"],
];

/** What SHOW VIEWS tells of it too. */
const viewRow = (ctx: StatementContext, view: MaterializedView): ShowRow => ({
  reserved: "",
  // The text of a secure view is for its owner alone.
  text: view.props.isSecure && !ownsObject(ctx, view) ? "" : view.props.text,
  is_secure: String(view.props.isSecure),
});

export const materializedInShowViews = (ctx: StatementContext, options: ShowOptions): ShowRow[] =>
  listForShow(ctx, "MATERIALIZED_VIEW", options).map((view) => ({
    ...commonRow(ctx, view as CatalogObject),
    ...viewRow(ctx, view),
    kind: "MATERIALIZED_VIEW",
    is_materialized: "true",
    change_tracking: onOff(false),
  }));

async function row(ctx: StatementContext, view: MaterializedView): Promise<ShowRow> {
  const { props } = view;
  const { catalog, clock, runtime, versions } = ctx.services;
  const filled = runtime.materializedViews.lastFilled(view.id);
  const source = catalog.get(props.sourceId);
  const schema = source && catalog.get(source.parent);
  const current = filled?.sourceVersion === (versions.snapshot().get(props.sourceId) ?? 0);
  const behind = filled && !current ? Math.floor((clock.now() - filled.on) / 1000) : 0;
  const problem = materializedViewProblem(ctx, view);
  const connection = await ctx.services.storage.connect();
  try {
    const rows = await countRows(connection, view.id);
    return {
      ...viewRow(ctx, view),
      cluster_by: printClusterBy(props.clusterBy),
      rows,
      bytes: rows * rowBytes(props.columns),
      source_database_name: schema ? (catalog.get(schema.parent)?.name ?? "") : "",
      source_schema_name: schema?.name ?? "",
      source_table_name: source?.name ?? "",
      refreshed_on: timeValue(filled?.on ?? view.createdOn),
      compacted_on: timeValue(filled?.on ?? view.createdOn),
      invalid: String(problem !== null),
      invalid_reason: problem,
      behind_by: `${behind}s`,
      automatic_clustering: onOff(props.clusterBy.length > 0),
      budget: null,
    };
  } finally {
    connection.closeSync();
  }
}

/** GET_DDL. */
export function materializedViewDdl(view: MaterializedView, name: string): string {
  const { props } = view;
  const columns = props.columns
    .map((c) => `\t${printIdentifier(c.name)}${c.comment ? ` COMMENT ${quoteString(c.comment)}` : ""}`)
    .join(",\n");
  const cluster =
    props.clusterBy.length > 0 ? ` cluster by ${printClusterBy(props.clusterBy).slice("LINEAR".length)}` : "";
  const comment = view.comment ? ` COMMENT=${quoteString(view.comment)}` : "";
  return `create or replace ${props.isSecure ? "secure " : ""}materialized view ${name}(\n${columns}\n)${comment}${cluster} as ${props.query};`;
}

const test = "tests/local/account/commands/materialized-views.test.ts";
export const materializedViewCommands: CommandDef[] = [
  command("CREATE", "MATERIALIZED VIEW", create, {
    source: "CREATE MATERIALIZED VIEW; Working with Materialized Views",
    test,
    note: "Not on external or interactive tables. Queries of the table itself are not rewritten to use it.",
  }),
  command("ALTER", "MATERIALIZED VIEW", alter, { source: "ALTER MATERIALIZED VIEW", test }),
  dropCommand("MATERIALIZED_VIEW", { source: "DROP MATERIALIZED VIEW", test }),
  command("DESCRIBE", "MATERIALIZED VIEW", describeRelation(["MATERIALIZED_VIEW"], "Materialized view"), {
    source: "DESCRIBE MATERIALIZED VIEW",
    test,
  }),
  showCommand("MATERIALIZED_VIEW", COLUMNS, row, {
    source: "SHOW MATERIALIZED VIEWS",
    test,
    status: "approximate",
    note: "`bytes` is an estimate from the number of rows.",
  }),
];
