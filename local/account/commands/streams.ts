import { parseName } from "../access/identifier.ts";
import { hasPrivilege, ownsObject, requirePrivilege, resolveObject } from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject, StoredTable, StreamProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { objectParameter } from "../session/parameters.ts";
import { initialStreamOffset } from "../sql/compile/stream.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
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
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

const PROPERTIES = { APPEND_ONLY: flag, INSERT_ONLY: flag, SHOW_INITIAL_ROWS: flag, COMMENT: text };

/** Where a new stream begins: now, a moment, or where another stream stands. */
type Start = { kind: "NOW" } | { kind: "AT" | "BEFORE"; ms: number } | { kind: "STREAM"; name: string[] };

function readStart(ctx: StatementContext, cursor: Cursor): Start {
  const kind = cursor.acceptOneOf("AT", "BEFORE");
  if (!kind) return { kind: "NOW" };
  cursor.expectSymbol("(");
  let start: Start;
  if (cursor.accept("TIMESTAMP")) {
    cursor.expectSymbol("=>");
    const given = cursor.string();
    while (cursor.acceptSymbol("::")) cursor.identifier();
    const ms = Date.parse(given.includes("Z") || given.includes("+") ? given : `${given.replace(" ", "T")}Z`);
    if (Number.isNaN(ms)) throw errors.invalidValue(given, "TIMESTAMP");
    start = { kind, ms };
  } else if (cursor.accept("OFFSET")) {
    cursor.expectSymbol("=>");
    let seconds = Number(cursor.numberText());
    while (cursor.acceptSymbol("*")) seconds *= Number(cursor.numberText());
    start = { kind, ms: ctx.startedOn + seconds * 1000 };
  } else if (cursor.accept("STREAM")) {
    cursor.expectSymbol("=>");
    const given = cursor.string();
    const name = parseName(given);
    if (!name) throw errors.invalidValue(given, "STREAM");
    start = { kind: "STREAM", name };
  } else throw errors.unsupported(`CREATE STREAM … ${kind} (STATEMENT => …)`);
  cursor.expectSymbol(")");
  return start;
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
  if (cursor.sees("EXTERNAL", "TABLE")) throw errors.unsupported("CREATE STREAM … ON EXTERNAL TABLE");
  if (cursor.sees("STAGE")) throw errors.unsupported("CREATE STREAM … ON STAGE");
  if (cursor.sees("VIEW")) throw errors.unsupported("CREATE STREAM … ON VIEW");
  const dynamic = cursor.accept("DYNAMIC");
  cursor.expect("TABLE");
  const source = (
    dynamic ? resolveObject(ctx, "DYNAMIC_TABLE", cursor.name()) : resolveObject(ctx, "TABLE", cursor.name())
  ) as StoredTable;
  const start = readStart(ctx, cursor);
  const values = readProperties(cursor, PROPERTIES);
  cursor.expectEnd();
  if (values.INSERT_ONLY) throw errors.invalidValue("TRUE", "INSERT_ONLY");
  requirePrivilege(ctx, "SELECT", source);
  if (!source.props.changeTracking && !ownsObject(ctx, source))
    throw errors.compilation(
      "002201",
      "42601",
      `Change tracking is not enabled on table '${printed(ctx, source)}', and only its owner may enable it.`,
    );
  const { outcome } = await createObject(ctx, {
    kind: "STREAM",
    head,
    name,
    copyGrants,
    build: () => ({
      props: {
        sourceId: source.id,
        sourceKind: dynamic ? ("DYNAMIC TABLE" as const) : ("TABLE" as const),
        mode: values.APPEND_ONLY ? ("APPEND_ONLY" as const) : ("DEFAULT" as const),
        showInitialRows: values.SHOW_INITIAL_ROWS ?? false,
      },
      comment: values.COMMENT ?? null,
    }),
    after: async (change, stream) => {
      if (!source.props.changeTracking) updateProps(change, source, { changeTracking: true });
      const offset = await startOffset(ctx, change, source, start, values.SHOW_INITIAL_ROWS ?? false);
      await change.connection.run(
        `INSERT INTO sys.stream_offset VALUES (${stream.id}, ${offset}, ${change.now})`,
      );
      setTags(ctx, change, stream, tags);
    },
  });
  return outcome;
}

async function startOffset(
  ctx: StatementContext,
  change: Change,
  table: StoredTable,
  start: Start,
  initialRows: boolean,
): Promise<number> {
  const now = ctx.services.versions.snapshot().get(table.id) ?? 0;
  if (start.kind === "NOW") return initialStreamOffset(now, initialRows);
  if (start.kind === "STREAM") {
    const other = resolveObject(ctx, "STREAM", start.name);
    if (other.props.sourceId !== table.id)
      throw errors.compilation("002203", "42601", `Stream '${other.name}' is not on table '${table.name}'.`);
    const rows = await change.connection.runAndReadAll(
      `SELECT version FROM sys.stream_offset WHERE stream_id = ${other.id}`,
    );
    return Number(rows.getRows()[0]?.[0] ?? now);
  }
  if (start.ms < table.createdOn)
    throw errors.compilation(
      "000707",
      "02000",
      `Time travel data is not available for table ${table.name}. The requested time is either beyond the allowed time travel period or before the object creation time.`,
    );
  const compare = start.kind === "AT" ? "<=" : "<";
  const rows = await change.connection.runAndReadAll(
    `SELECT coalesce(max(version), 0) FROM sys.commit_ WHERE table_id = ${table.id} AND committed_on ${compare} ${Math.trunc(start.ms)}`,
  );
  return initialStreamOffset(Number(rows.getRows()[0]?.[0] ?? 0), initialRows);
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
      await change.connection.run(
        `INSERT INTO sys.stream_offset SELECT ${stream.id}, version, ${change.now} FROM sys.stream_offset WHERE stream_id = ${original.id}`,
      );
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
  const source = ctx.services.catalog.get(stream.props.sourceId);
  if (!source) return null;
  const connection = await ctx.services.storage.connect();
  try {
    const rows = await connection.runAndReadAll(
      `SELECT moved_on FROM sys.stream_offset WHERE stream_id = ${stream.id}`,
    );
    const moved = Number(rows.getRows()[0]?.[0] ?? stream.createdOn);
    const extension = Number(
      objectParameter(ctx.services.catalog, source.id, "MAX_DATA_EXTENSION_TIME_IN_DAYS").value,
    );
    return moved + Math.max(retentionDays(ctx, source), extension) * 86_400_000;
  } finally {
    connection.closeSync();
  }
}

async function row(ctx: StatementContext, stream: CatalogObject<"STREAM">): Promise<ShowRow> {
  const source = ctx.services.catalog.get(stream.props.sourceId);
  const after = await staleAfter(ctx, stream);
  const gone = !source || source.droppedOn !== null;
  const name = source ? printed(ctx, source) : null;
  return {
    table_name: gone ? "No privilege or table dropped" : name,
    source_type: SOURCE_TYPES[stream.props.sourceKind],
    base_tables: gone ? "" : name,
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
    note: "On tables and dynamic tables; not yet on views, stages and external tables.",
  }),
  command("ALTER", "STREAM", alter, { source: "ALTER STREAM", test }),
  dropCommand("STREAM", { source: "DROP STREAM", test }),
  command("DESCRIBE", "STREAM", describe, { source: "DESCRIBE STREAM", test }),
  showCommand("STREAM", COLUMNS, row, { source: "SHOW STREAMS", test }),
];
