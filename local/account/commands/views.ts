import { ownsObject, requirePrivilege, resolveObject } from "../access/index.ts";
import type { ColumnDef, ViewProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { describeQuery } from "../sql/index.ts";
import { alterCommon } from "./alter.ts";
import { alterRelation } from "./alter-relation.ts";
import type { Cursor } from "./cursor.ts";
import { dropCommand, showCommand } from "./family.ts";
import { materializedInShowViews } from "./materialized-views.ts";
import {
  type CreateName,
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
import { flag, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { onOff, type ShowColumns, showOutcome } from "./show.ts";
import { DESCRIBE_COLUMNS, describeRows } from "./show-tables.ts";
import { type RowAccess, readRowAccess, resolveMasking, resolveRowAccess } from "./tables.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";
import { readViewColumn } from "./view-grammar.ts";

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const temporary = head.modifiers.has("TEMPORARY");
  const name = readCreateName(cursor, head);
  const listed = cursor.seesSymbol("(") ? cursor.parenthesized(() => readViewColumn(cursor)) : [];
  let copyGrants = false;
  let rowAccess: RowAccess | undefined;
  const tags: TagValue[] = [];
  const values: { COMMENT?: string; CHANGE_TRACKING?: boolean } = {};
  while (!cursor.sees("AS")) {
    const before = cursor.at;
    Object.assign(values, readProperties(cursor, { COMMENT: text, CHANGE_TRACKING: flag }));
    if (cursor.accept("COPY", "GRANTS")) copyGrants = true;
    rowAccess = readRowAccess(cursor) ?? rowAccess;
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) tags.push(...readTagValues(cursor));
    if (cursor.sees("AGGREGATION") || cursor.sees("WITH", "AGGREGATION"))
      throw errors.unsupported("AGGREGATION POLICY");
    if (cursor.at === before) throw cursor.syntaxError();
  }
  if (
    head.orAlter &&
    (rowAccess || tags.length > 0 || listed.some((one) => one.masking || one.tags.length > 0))
  )
    throw errors.unsupported("CREATE OR ALTER VIEW with tags or policies");
  cursor.expect("AS");
  const query = head.modifiers.has("RECURSIVE") ? recursive(name, listed, cursor) : cursor.rest();
  const context = definitionContext(ctx, "VIEW", name.parts);
  const described = await describeQuery(inContext(ctx, context), query);
  if (listed.length > 0 && listed.length !== described.length)
    throw errors.compilation("002026", "42601", "Invalid column definition list");
  const columns: ColumnDef[] = described.map((column, i) => {
    const given = listed[i];
    return {
      name: given?.name ?? column.name,
      type: column.type,
      nullable: true,
      defaultSql: null,
      comment: given?.comment ?? null,
      ...(given?.masking ? resolveMasking(ctx, given.masking, given.name) : {}),
    };
  });
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column.name))
      throw errors.compilation("002025", "42S21", `duplicate column name '${column.name}'`);
    seen.add(column.name);
  }
  const { outcome } = await createObject(ctx, {
    kind: "VIEW",
    head,
    name,
    copyGrants,
    temporary,
    orAlter: (existing, defined) => ({
      ...defined,
      columns: defined.columns.map((column) => {
        const before = existing.columns.find((one) => one.name === column.name);
        return before?.maskingPolicyId === undefined
          ? column
          : {
              ...column,
              maskingPolicyId: before.maskingPolicyId,
              maskingPolicyColumns: before.maskingPolicyColumns,
            };
      }),
      changeTracking: values.CHANGE_TRACKING ?? existing.changeTracking,
      ...(existing.rowAccessPolicy ? { rowAccessPolicy: existing.rowAccessPolicy } : {}),
    }),
    build: () => {
      const props: ViewProps = {
        text: cursor.text.trim(),
        query,
        columns,
        isSecure: head.modifiers.has("SECURE"),
        isRecursive: head.modifiers.has("RECURSIVE"),
        changeTracking: values.CHANGE_TRACKING ?? false,
        context,
      };
      if (temporary) props.sessionId = ctx.session.id;
      if (rowAccess) props.rowAccessPolicy = resolveRowAccess(ctx, rowAccess, columns);
      return { props, comment: values.COMMENT ?? null };
    },
    after: (change, view) => {
      setTags(ctx, change, view, tags);
      for (const column of listed) setTags(ctx, change, view, column.tags, column.name);
    },
  });
  return outcome;
}

/** A recursive view's query names the view itself: as a common table expression of that name. Source: "CREATE VIEW". */
function recursive(name: CreateName, listed: readonly { name: string }[], cursor: Cursor): string {
  if (listed.length === 0) throw errors.unsupported("CREATE RECURSIVE VIEW without column names");
  const start = cursor.at;
  const inner = cursor.seesSymbol("(") ? cursor.balanced() : "";
  const whole = cursor.atEnd;
  if (!whole) cursor.at = start;
  const query = whole ? inner : cursor.rest();
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const self = quoted(name.parts.at(-1)!);
  const columns = listed.map((column) => quoted(column.name)).join(", ");
  return `WITH RECURSIVE ${self} (${columns}) AS (${query}) SELECT * FROM ${self}`;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const materialized = findExisting(ctx, "MATERIALIZED_VIEW", parts, true);
  // Tags of a materialized view are set by ALTER VIEW too.
  if (materialized) {
    const done = await alterCommon(ctx, cursor, materialized);
    if (done) return done;
    throw errors.unsupported("ALTER VIEW of a materialized view");
  }
  const view = findExisting(ctx, "VIEW", parts, ifExists);
  if (!view) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, view);
  if (done) return done;
  requirePrivilege(ctx, "OWNERSHIP", view);
  const put = async (props: Partial<ViewProps>): Promise<Outcome> => {
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => void updateProps(change, view, props));
    return statusOutcome(EXECUTED);
  };
  if (cursor.accept("SET", "SECURE")) return put({ isSecure: true });
  if (cursor.accept("UNSET", "SECURE")) return put({ isSecure: false });
  if (cursor.accept("SET", "CHANGE_TRACKING")) {
    cursor.expectSymbol("=");
    return put({ changeTracking: flag(cursor, "CHANGE_TRACKING") });
  }
  const changed = await alterRelation(ctx, cursor, view);
  if (changed) return changed;
  throw cursor.syntaxError();
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const view = resolveObject(ctx, ["VIEW", "MATERIALIZED_VIEW"] as const, cursor.name(), { label: "View" });
  cursor.expectEnd();
  const { columns } = view.props as { columns: ColumnDef[] };
  return showOutcome(DESCRIBE_COLUMNS, describeRows(ctx, columns), undefined, "name", "DESCRIBE");
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["reserved", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["text", "text"],
  ["is_secure", "text"],
  ["is_materialized", "text"],
  ["owner_role_type", "text"],
  ["change_tracking", "text"],
];

const test = "tests/local/account/commands/views.test.ts";
export const viewCommands: CommandDef[] = [
  command("CREATE", "VIEW", create, { source: "CREATE VIEW", test }),
  command("ALTER", "VIEW", alter, { source: "ALTER VIEW", test }),
  dropCommand("VIEW", { source: "DROP VIEW", test }),
  command("DESCRIBE", "VIEW", describe, { source: "DESCRIBE VIEW", test }),
  showCommand(
    "VIEW",
    COLUMNS,
    (ctx, view) => ({
      reserved: "",
      kind: "VIEW",
      // The text of a secure view is for its owner alone.
      text: view.props.isSecure && !ownsObject(ctx, view) ? "" : view.props.text,
      is_secure: String(view.props.isSecure),
      is_materialized: "false",
      change_tracking: onOff(view.props.changeTracking),
    }),
    { source: "SHOW VIEWS", test, more: materializedInShowViews },
  ),
];
