import { parseName } from "../access/identifier.ts";
import { hasPrivilege, requirePrivilege, resolveObject } from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject, StoredTable, StreamProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { objectParameter } from "../session/parameters.ts";
import {
  directoryPosition,
  initialStreamOffset,
  readPosition,
  streamTables,
  tablesPosition,
} from "../sql/index.ts";
import { type StreamPosition, writePosition } from "../storage/transaction.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import { type Moment, readMoment, versionAt } from "./moment.ts";
import {
  type CreateName,
  createObject,
  EXECUTED,
  findExisting,
  printed,
  readCreateName,
  readExistingName,
  retentionDays,
  updateProps,
} from "./objects.ts";
import { flag, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome, timeValue } from "./show.ts";
import { readStreamSource, type StreamSource } from "./stream-source.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

const PROPERTIES = { APPEND_ONLY: flag, INSERT_ONLY: flag, SHOW_INITIAL_ROWS: flag, COMMENT: text };

/** Where a new stream begins: now, a moment, or where another stream stands. */
type Start = "NOW" | { moment: Moment } | { stream: string[] };

async function readStart(ctx: StatementContext, cursor: Cursor): Promise<Start> {
  const kind = cursor.acceptOneOf("AT", "BEFORE");
  if (!kind) return "NOW";
  if (!(cursor.seesSymbol("(") && cursor.peek(1)?.value === "STREAM"))
    return { moment: await readMoment(ctx, cursor, kind) };
  cursor.expectSymbol("(");
  cursor.expect("STREAM");
  cursor.expectSymbol("=>");
  const given = cursor.string();
  const name = parseName(given);
  if (!name) throw errors.invalidValue(given, "STREAM");
  cursor.expectSymbol(")");
  return { stream: name };
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const tags: TagValue[] = [];
  let copyGrants = false;
  for (;;) {
    if (cursor.accept("WITH", "TAG") || cursor.accept("TAG")) tags.push(...readTagValues(cursor));
    else if (cursor.accept("COPY", "GRANTS")) copyGrants = true;
    else break;
  }
  if (cursor.accept("CLONE")) return clone(ctx, cursor, head, name);
  cursor.expect("ON");
  const source = await readStreamSource(ctx, cursor);
  const start = await readStart(ctx, cursor);
  const values = readProperties(cursor, PROPERTIES);
  cursor.expectEnd();
  if (values.INSERT_ONLY) throw errors.invalidValue("TRUE", "INSERT_ONLY");
  const initialRows = values.SHOW_INITIAL_ROWS ?? false;
  // Source: "Introduction to streams", types of streams; "CREATE STREAM", SHOW_INITIAL_ROWS.
  if (source.kind === "STAGE") {
    if (values.APPEND_ONLY) throw errors.invalidValue("TRUE", "APPEND_ONLY");
    if (initialRows) throw errors.invalidValue("TRUE", "SHOW_INITIAL_ROWS");
    if (start !== "NOW") throw errors.unsupported("CREATE STREAM … ON STAGE … AT | BEFORE");
  }
  const files =
    source.kind === "STAGE" ? await directoryPosition(ctx, source.object as CatalogObject<"STAGE">) : null;
  const { outcome } = await createObject(ctx, {
    kind: "STREAM",
    head,
    name,
    copyGrants,
    build: () => ({
      props: {
        sourceId: source.object.id,
        sourceKind: source.kind,
        ...(source.kind === "VIEW" ? { baseIds: source.tables.map(({ id }) => id) } : {}),
        mode: values.APPEND_ONLY ? ("APPEND_ONLY" as const) : ("DEFAULT" as const),
        showInitialRows: initialRows,
      },
      comment: values.COMMENT ?? null,
    }),
    after: async (change, stream) => {
      for (const object of source.untracked) updateProps(change, object, { changeTracking: true });
      const position = files ?? (await startPosition(ctx, change, source, start, initialRows));
      await writePosition(change.connection, stream.id, position, change.now);
      setTags(ctx, change, stream, tags);
    },
  });
  return outcome;
}

async function startPosition(
  ctx: StatementContext,
  change: Change,
  source: StreamSource,
  start: Start,
  initialRows: boolean,
): Promise<StreamPosition> {
  if (start !== "NOW" && "stream" in start) {
    const other = resolveObject(ctx, "STREAM", start.stream);
    if (other.props.sourceId !== source.object.id)
      throw errors.compilation(
        "002203",
        "42601",
        `Stream '${other.name}' is not on ${source.kind.toLowerCase()} '${source.object.name}'.`,
      );
    const position = await readPosition(change.connection, other.id);
    if (position) return position;
  }
  const versions = new Map<number, number>();
  for (const table of source.tables) versions.set(table.id, await startVersion(ctx, change, table, start));
  if (source.kind === "VIEW") return tablesPosition(versions, initialRows);
  return { version: initialStreamOffset([...versions.values()][0]!, initialRows), more: null };
}

async function startVersion(
  ctx: StatementContext,
  change: Change,
  table: StoredTable,
  start: Start,
): Promise<number> {
  return start !== "NOW" && "moment" in start
    ? versionAt(ctx, change.connection, table, start.moment)
    : (ctx.services.versions.snapshot().get(table.id) ?? 0);
}

/** CREATE STREAM … CLONE: the same source and offset. */
async function clone(ctx: StatementContext, cursor: Cursor, head: Head, name: CreateName): Promise<Outcome> {
  const original = resolveObject(ctx, "STREAM", cursor.name());
  const copyGrants = cursor.accept("COPY", "GRANTS");
  cursor.expectEnd();
  requirePrivilege(ctx, "SELECT", original);
  const { outcome } = await createObject(ctx, {
    kind: "STREAM",
    head,
    name,
    copyGrants,
    build: () => ({ props: original.props, comment: original.comment }),
    after: async (change, stream) => {
      const position = await readPosition(change.connection, original.id);
      if (position) await writePosition(change.connection, stream.id, position, change.now);
    },
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const stream = findExisting(ctx, "STREAM", parts, ifExists);
  if (!stream) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, stream);
  if (done) return done;
  throw cursor.syntaxError();
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["table_name", "text"],
  ["source_type", "text"],
  ["base_tables", "text"],
  ["type", "text"],
  ["stale", "text"],
  ["mode", "text"],
  ["stale_after", "time"],
  ["invalid_reason", "text"],
  ["owner_role_type", "text"],
];

const SOURCE_TYPES: Record<StreamProps["sourceKind"], string> = {
  TABLE: "Table",
  "DYNAMIC TABLE": "Dynamic Table",
  VIEW: "View",
  "EXTERNAL TABLE": "External Table",
  STAGE: "Stage",
};

/**
 * When the stream goes stale: its last move plus the table's retention, extended up to
 * MAX_DATA_EXTENSION_TIME_IN_DAYS. Source: "Introduction to streams", data retention and staleness.
 */
export async function staleAfter(
  ctx: StatementContext,
  stream: CatalogObject<"STREAM">,
): Promise<number | null> {
  const { catalog } = ctx.services;
  const tables = streamTables(stream).map((id) => catalog.get(id));
  // A stage's files are not kept: nothing of it goes stale. Source: "DESCRIBE STREAM".
  if (tables.length === 0 || tables.includes(undefined)) return null;
  const connection = await ctx.services.storage.connect();
  try {
    const rows = await connection.runAndReadAll(
      `SELECT moved_on FROM sys.stream_offset WHERE stream_id = ${stream.id}`,
    );
    const moved = Number(rows.getRows()[0]?.[0] ?? stream.createdOn);
    const days = tables.map((table) =>
      Math.max(
        retentionDays(ctx, table!),
        Number(objectParameter(catalog, table!.id, "MAX_DATA_EXTENSION_TIME_IN_DAYS").value),
      ),
    );
    return moved + Math.min(...days) * 86_400_000;
  } finally {
    connection.closeSync();
  }
}

async function row(ctx: StatementContext, stream: CatalogObject<"STREAM">): Promise<ShowRow> {
  const source = ctx.services.catalog.get(stream.props.sourceId);
  const after = await staleAfter(ctx, stream);
  const bases = streamTables(stream).map((id) => ctx.services.catalog.get(id));
  const gone = [source, ...bases].some((object) => !object || object.droppedOn !== null);
  const name = source ? printed(ctx, source) : null;
  const isStage = stream.props.sourceKind === "STAGE";
  return {
    table_name: gone ? "No privilege or table dropped" : isStage ? source!.name : name,
    source_type: SOURCE_TYPES[stream.props.sourceKind],
    base_tables: gone ? "" : isStage ? name : bases.map((table) => printed(ctx, table!)).join(", "),
    type: "DELTA",
    stale: String(gone || (after !== null && after < ctx.services.clock.now())),
    mode: stream.props.mode,
    stale_after: timeValue(after),
    invalid_reason: gone ? "BASE_TABLE_DROPPED" : "N/A",
  };
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const stream = resolveObject(ctx, "STREAM", cursor.name());
  cursor.expectEnd();
  const shown = { ...commonRow(ctx, stream), ...(await row(ctx, stream)) };
  return showOutcome(COLUMNS, [shown], undefined, "name", "DESCRIBE");
}

/** May the role read the stream: SELECT on it and on its table. */
export const mayRead = (ctx: StatementContext, stream: CatalogObject<"STREAM">): boolean =>
  hasPrivilege(ctx, "SELECT", stream);

const test = "tests/local/account/commands/streams.test.ts";
export const streamCommands: CommandDef[] = [
  command("CREATE", "STREAM", create, {
    source: "CREATE STREAM",
    test,
    note: "On tables, dynamic tables, views and directory tables; not on external and event tables.",
  }),
  command("ALTER", "STREAM", alter, { source: "ALTER STREAM", test }),
  dropCommand("STREAM", { source: "DROP STREAM", test }),
  command("DESCRIBE", "STREAM", describe, { source: "DESCRIBE STREAM", test }),
  showCommand("STREAM", COLUMNS, row, { source: "SHOW STREAMS", test }),
];
