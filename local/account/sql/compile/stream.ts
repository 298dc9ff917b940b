import { fullName, hasPrivilege, requirePrivilege } from "../../access/index.ts";
import type { CatalogObject, StoredTable } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable, ROW_ID } from "../../storage/storage.ts";
import type { TableVersions } from "../../storage/versions.ts";
import type { DataType } from "../../types/data-type.ts";
import type { TableExpr } from "../parse/index.ts";
import { type Env, need } from "./env.ts";
import type { Source } from "./from.ts";
import { applyPolicies } from "./policies.ts";
import { outputColumns, versionAt } from "./table-versions.ts";
import { quoteName } from "./typed.ts";

/**
 * Streams and CHANGES: what became of a table's rows between two versions. A row keeps its identity through updates
 * (`__firn_row_id`, or its rowid as long as it was never updated). Source: "Introduction to streams", "CHANGES".
 */
export type StreamMode = "DEFAULT" | "APPEND_ONLY" | "INSERT_ONLY";

/**
 * A stream's position as sys.stream_offset keeps it: the version up to which its table was read. A negative one
 * -(v+1) is that of a new stream with SHOW_INITIAL_ROWS, created at version v and not read yet.
 */
export const initialStreamOffset = (version: number, showInitialRows: boolean): number =>
  showInitialRows ? -(version + 1) : version;

const identity = `coalesce(${ROW_ID}, rowid)`;

/** Rows that were inserted as such, not as the new version of an updated row. */
const original = `(${ROW_ID} IS NULL OR ${ROW_ID} = rowid)`;

const visibleAt = (v: string) =>
  `(${BEGIN_VERSION} <= ${v} AND (${END_VERSION} IS NULL OR ${END_VERSION} > ${v}))`;
const neverSeen = `(${END_VERSION} IS NULL OR ${END_VERSION} > ${BEGIN_VERSION})`;

/** SELECT of a table's delta: its columns, then action, isupdate and row id under hidden names. */
export function deltaSql(
  table: StoredTable,
  mode: StreamMode,
  offset: { version: string; initial: boolean },
  now: string,
): string {
  const t = physicalTable(table.id);
  const columns = table.props.columns.map((c) => quoteName(c.name)).join(", ");
  const list = columns === "" ? "" : `${columns}, `;
  const rowId = `md5('${table.id}:' || CAST(${identity} AS VARCHAR))`;
  const row = (action: string, isUpdate: string, where: string) =>
    `SELECT ${list}'${action}' AS "METADATA$ACTION", ${isUpdate} AS "METADATA$ISUPDATE", ${rowId} AS "METADATA$ROW_ID" FROM ${t} WHERE ${where}`;
  const from = offset.version;
  const since = `${BEGIN_VERSION} > ${from} AND ${BEGIN_VERSION} <= ${now}`;
  if (mode !== "DEFAULT") {
    const added = row("INSERT", "FALSE", `${since} AND ${neverSeen} AND ${original}`);
    return offset.initial ? `${row("INSERT", "FALSE", visibleAt(from))} UNION ALL ${added}` : added;
  }
  if (offset.initial) return row("INSERT", "FALSE", visibleAt(now));
  const inserted = `${since} AND (${END_VERSION} IS NULL OR ${END_VERSION} > ${now})`;
  const deleted = `${BEGIN_VERSION} <= ${from} AND ${END_VERSION} > ${from} AND ${END_VERSION} <= ${now}`;
  const among = (where: string) =>
    `(${ROW_ID} IS NOT NULL AND ${ROW_ID} IN (SELECT ${ROW_ID} FROM ${t} WHERE ${ROW_ID} IS NOT NULL AND ${where}))`;
  return `${row("INSERT", among(deleted), inserted)} UNION ALL ${row("DELETE", among(inserted), deleted)}`;
}

const METADATA: readonly { name: string; type: DataType }[] = [
  { name: "METADATA$ACTION", type: { kind: "VARCHAR", length: 10 } },
  { name: "METADATA$ISUPDATE", type: { kind: "BOOLEAN" } },
  { name: "METADATA$ROW_ID", type: { kind: "VARCHAR", length: 40 } },
];

function deltaSource(table: StoredTable, sql: string, name: string[]): Source {
  const metadata = METADATA.map((m) => ({ ...m, sqlName: m.name, nullable: false }));
  return { sql: `(${sql})`, columns: [...outputColumns(table.props.columns), ...metadata], name };
}

/** Columns of a stream, for DESCRIBE. */
export const streamColumns = (table: StoredTable) => deltaSource(table, "", []).columns;

export async function readOffset(
  connection: { runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }> },
  streamId: number,
): Promise<number | null> {
  const reader = await connection.runAndReadAll(
    `SELECT version FROM sys.stream_offset WHERE stream_id = ${streamId}`,
  );
  const row = reader.getRows()[0];
  return row ? Number(row[0]) : null;
}

export function streamSource(env: Env, stream: CatalogObject<"STREAM">): StoredTable {
  const { catalog } = env.ctx.services;
  const source = catalog.get(stream.props.sourceId);
  if (!source || source.droppedOn !== null)
    throw new SnowflakeError(
      "002003",
      "02000",
      `SQL compilation error:\nBase table '${source ? fullName(env.ctx, source) : ""}' dropped, cannot read from stream '${fullName(env.ctx, stream)}'.`,
    );
  if (!isStored(source)) throw errors.unsupported(`stream on ${source.kind.toLowerCase()}`);
  return source;
}

const isStored = (object: CatalogObject | StoredTable | undefined): object is StoredTable =>
  object?.kind === "TABLE" || object?.kind === "DYNAMIC_TABLE";

/** What the stream shows: changes since its offset, up to the transaction's view of the table. */
export function compileStream(env: Env, stream: CatalogObject<"STREAM">, name: string[]): Source {
  const table = streamSource(env, stream);
  if (!hasPrivilege(env.ctx, "SELECT", table)) requirePrivilege(env.ctx, "SELECT", table);
  env.shared.objects.add(table.id);
  const { transaction } = env.shared;
  const stored = need(env, `stream ${stream.id}`, (t) => readOffset(t.connection, stream.id));
  if (stored === null) throw errors.internal(`stream ${fullName(env.ctx, stream)} has no offset`);
  const now = transaction.snapshotVersion(table.id);
  env.shared.streams.set(stream.id, now);
  const initial = stored < 0;
  const offset = { version: String(initial ? -stored - 1 : stored), initial };
  return applyPolicies(
    env,
    table,
    deltaSource(table, deltaSql(table, stream.props.mode, offset, String(now)), name),
  );
}

export function compileChanges(
  env: Env,
  table: StoredTable,
  changes: NonNullable<Extract<TableExpr, { type: "table" }>["changes"]>,
  name: string[],
): Source {
  if (!table.props.changeTracking)
    throw new SnowflakeError(
      "000709",
      "02000",
      `Change tracking is not enabled or has been missing for the time range requested on table '${table.name}'.`,
    );
  const from = versionAt(env, table, changes.from);
  const until = changes.until
    ? versionAt(env, table, changes.until)
    : String(env.shared.transaction.readVersion(table.id));
  const delta = deltaSql(table, changes.information, { version: from, initial: false }, until);
  return applyPolicies(env, table, deltaSource(table, delta, name));
}

/** What a stream was last found to hold, and what that followed from. */
interface Seen {
  /** The catalogue's object: another one after every change of the stream. */
  stream: CatalogObject<"STREAM">;
  offsetMoves: number;
  tableVersion: number;
  hasData: boolean;
}

const seen = new WeakMap<TableVersions, Map<number, Seen>>();

/** Is there anything to read? Nothing is asked while neither the table nor the stream's offset has moved. */
export async function streamHasData(ctx: Env["ctx"], streamId: number): Promise<boolean> {
  const { catalog, versions } = ctx.services;
  const stream = catalog.getAs("STREAM", streamId);
  const table = stream && catalog.get(stream.props.sourceId);
  if (!stream || !isStored(table) || table.droppedOn !== null) return false;
  // Before the offset is read: one that moves meanwhile makes this an old answer.
  const offsetMoves = versions.offsetMoves(streamId);
  const tableVersion = versions.snapshot().get(table.id) ?? 0;
  const known = seen.get(versions) ?? new Map<number, Seen>();
  seen.set(versions, known);
  const before = known.get(streamId);
  if (before?.stream === stream && before.offsetMoves === offsetMoves && before.tableVersion === tableVersion)
    return before.hasData;
  const hasData = await readHasData(ctx, stream, table, tableVersion);
  known.set(streamId, { stream, offsetMoves, tableVersion, hasData });
  return hasData;
}

async function readHasData(
  ctx: Env["ctx"],
  stream: CatalogObject<"STREAM">,
  table: StoredTable,
  now: number,
): Promise<boolean> {
  const connection = await ctx.services.storage.connect();
  try {
    const stored = await readOffset(connection, stream.id);
    if (stored === null) return false;
    const initial = stored < 0;
    const version = initial ? -stored - 1 : stored;
    if (!initial && now <= version) return false;
    const delta = deltaSql(table, stream.props.mode, { version: String(version), initial }, String(now));
    const reader = await connection.runAndReadAll(`SELECT 1 FROM (${delta}) AS d LIMIT 1`);
    return reader.getRows().length > 0;
  } finally {
    connection.closeSync();
  }
}
