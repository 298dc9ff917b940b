import { fullName, hasPrivilege, requirePrivilege } from "../../access/index.ts";
import type { CatalogObject, StoredTable } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable, ROW_ID } from "../../storage/storage.ts";
import type { StreamPosition } from "../../storage/transaction.ts";
import type { DataType } from "../../types/data-type.ts";
import type { TableExpr } from "../parse/index.ts";
import { type Env, need } from "./env.ts";
import type { Source } from "./from.ts";
import { applyPolicies } from "./policies.ts";
import type { OutputColumn } from "./scope.ts";
import { directoryDelta, directoryEntries } from "./stage-stream.ts";
import {
  filesPosition,
  readOffset,
  type StreamMode,
  streamTables,
  tablesPosition,
} from "./stream-position.ts";
import { appendedSince, rowIdentity, visibleAt } from "./stream-rows.ts";
import { outputColumns, versionAt } from "./table-versions.ts";
import { quoteName } from "./typed.ts";
import { viewDelta } from "./view-stream.ts";

/**
 * Streams and CHANGES: what became of a table's rows between two versions. A row keeps its identity through updates
 * (`__firn_row_id`, or its rowid as long as it was never updated). Source: "Introduction to streams", "CHANGES".
 * This is a SELECT of the table's columns, then action, isupdate and row id.
 */
export function deltaSql(
  table: StoredTable,
  mode: StreamMode,
  offset: { version: string; initial: boolean },
  now: string,
): string {
  const t = physicalTable(table.id);
  const columns = table.props.columns.map((c) => quoteName(c.name)).join(", ");
  const list = columns === "" ? "" : `${columns}, `;
  const rowId = `md5('${table.id}:' || CAST(${rowIdentity} AS VARCHAR))`;
  const row = (action: string, isUpdate: string, where: string) =>
    `SELECT ${list}'${action}' AS "METADATA$ACTION", ${isUpdate} AS "METADATA$ISUPDATE", ${rowId} AS "METADATA$ROW_ID" FROM ${t} WHERE ${where}`;
  const from = offset.version;
  const since = `${BEGIN_VERSION} > ${from} AND ${BEGIN_VERSION} <= ${now}`;
  if (mode !== "DEFAULT") {
    const added = row("INSERT", "FALSE", appendedSince(from, now));
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

export const streamMetadata: OutputColumn[] = METADATA.map((m) => ({
  ...m,
  sqlName: m.name,
  nullable: false,
}));

function deltaSource(table: StoredTable, sql: string, name: string[]): Source {
  return { sql: `(${sql})`, columns: [...outputColumns(table.props.columns), ...streamMetadata], name };
}

/** What the stream is on; an error when it was dropped. */
function streamSource(env: Env, stream: CatalogObject<"STREAM">): CatalogObject {
  const { catalog } = env.ctx.services;
  const source = catalog.get(stream.props.sourceId);
  const base = streamTables(stream).map((id) => catalog.get(id));
  const gone = [source, ...base].find((object) => !object || object.droppedOn !== null);
  if (!source || source.droppedOn !== null || base.some((object) => !object || object.droppedOn !== null))
    throw new SnowflakeError(
      "002003",
      "02000",
      `SQL compilation error:\nBase table '${gone ? fullName(env.ctx, gone) : ""}' dropped, cannot read from stream '${fullName(env.ctx, stream)}'.`,
    );
  return source;
}

/** What the stream shows: changes since its offset, up to the transaction's view of its tables. */
export function compileStream(env: Env, stream: CatalogObject<"STREAM">, name: string[]): Source {
  const source = streamSource(env, stream);
  const offset = need(env, `stream ${stream.id}`, (t) => readOffset(t.connection, stream.id));
  if (offset === null) throw errors.internal(`stream ${fullName(env.ctx, stream)} has no offset`);
  const { transaction, streams, objects } = env.shared;
  const { mode } = stream.props;
  const moves = (position: StreamPosition) => streams.set(stream.id, position);
  if (source.kind === "VIEW") {
    const until = new Map([...offset.tables.keys()].map((id) => [id, transaction.snapshotVersion(id)]));
    moves(tablesPosition(until));
    const { sql, columns } = viewDelta(env, source, mode, offset, until);
    return { sql: `(${sql})`, columns: [...columns, ...streamMetadata], name };
  }
  if (source.kind === "STAGE") {
    const stage = source as CatalogObject<"STAGE">;
    const now = directoryEntries(env, stage, offset.files);
    moves(filesPosition(now));
    return { ...directoryDelta(env, stage, offset.files, now, streamMetadata), name };
  }
  if (!isStored(source)) throw errors.unsupported(`stream on ${source.kind.toLowerCase()}`);
  if (!hasPrivilege(env.ctx, "SELECT", source)) requirePrivilege(env.ctx, "SELECT", source);
  objects.add(source.id);
  const now = transaction.snapshotVersion(source.id);
  moves({ version: now, more: null });
  const delta = deltaSql(
    source,
    mode,
    { version: String(offset.version), initial: offset.initial },
    String(now),
  );
  return applyPolicies(env, source, deltaSource(source, delta, name));
}

const isStored = (object: CatalogObject | StoredTable): object is StoredTable =>
  object.kind === "TABLE" || object.kind === "DYNAMIC_TABLE";

/** Error 000709 unless the object's changes are tracked. */
export function requireTracking({ name, kind, props }: StoredTable | CatalogObject<"VIEW">): void {
  if (props.changeTracking) return;
  throw new SnowflakeError(
    "000709",
    "02000",
    `Change tracking is not enabled or has been missing for the time range requested on ${kind === "VIEW" ? "view" : "table"} '${name}'.`,
  );
}

export function compileChanges(
  env: Env,
  table: StoredTable,
  changes: NonNullable<Extract<TableExpr, { type: "table" }>["changes"]>,
  name: string[],
): Source {
  requireTracking(table);
  const from = versionAt(env, table, changes.from);
  const until = changes.until
    ? versionAt(env, table, changes.until)
    : String(env.shared.transaction.readVersion(table.id));
  const delta = deltaSql(table, changes.information, { version: from, initial: false }, until);
  return applyPolicies(env, table, deltaSource(table, delta, name));
}
