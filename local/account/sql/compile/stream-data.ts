import { asRole } from "../../access/index.ts";
import type { CatalogObject, StoredTable } from "../../catalog/model.ts";
import { Transaction } from "../../storage/transaction.ts";
import type { TableVersions } from "../../storage/versions.ts";
import { compileWithFacts, type Env, newShared } from "./env.ts";
import { compileStream, deltaSql } from "./stream.ts";
import { readOffset, streamTables } from "./stream-position.ts";

type Stream = CatalogObject<"STREAM">;

/** What a stream was last found to hold, and what that followed from. */
interface Seen {
  /** The catalogue's object: another one after every change of the stream. */
  stream: Stream;
  offsetMoves: number;
  tableVersions: string;
  hasData: boolean;
}

const seen = new WeakMap<TableVersions, Map<number, Seen>>();

/** Is there anything to read? Nothing is asked while neither the tables nor the stream's offset have moved. */
export async function streamHasData(ctx: Env["ctx"], streamId: number): Promise<boolean> {
  const { catalog, versions } = ctx.services;
  const stream = catalog.getAs("STREAM", streamId);
  if (!stream) return false;
  const tables = streamTables(stream);
  const sources = [stream.props.sourceId, ...tables].map((id) => catalog.get(id));
  if (sources.some((source) => !source || source.droppedOn !== null)) return false;
  // A stage's files come without a commit.
  if (stream.props.sourceKind === "STAGE") return readHasData(ctx, stream, new Map());
  // Before the offset is read: one that moves meanwhile makes this an old answer.
  const offsetMoves = versions.offsetMoves(streamId);
  const snapshot = versions.snapshot();
  const current = new Map(tables.map((id) => [id, snapshot.get(id) ?? 0]));
  const tableVersions = [...current.values()].join();
  const known = seen.get(versions) ?? new Map<number, Seen>();
  seen.set(versions, known);
  const before = known.get(streamId);
  if (
    before?.stream === stream &&
    before.offsetMoves === offsetMoves &&
    before.tableVersions === tableVersions
  )
    return before.hasData;
  const hasData = await readHasData(ctx, stream, current);
  known.set(streamId, { stream, offsetMoves, tableVersions, hasData });
  return hasData;
}

async function readHasData(
  ctx: Env["ctx"],
  stream: Stream,
  current: ReadonlyMap<number, number>,
): Promise<boolean> {
  const { catalog, clock, storage, versions } = ctx.services;
  const connection = await storage.connect();
  const any = async (sql: string) =>
    (await connection.runAndReadAll(`SELECT 1 FROM ${sql} AS d LIMIT 1`)).getRows().length > 0;
  try {
    const { props } = stream;
    const offset = await readOffset(connection, stream.id);
    if (offset === null) return false;
    const moved = (id: number, version: number) => (offset.tables.get(id) ?? offset.version) < version;
    if (props.sourceKind !== "STAGE" && !offset.initial && ![...current].some(([id, v]) => moved(id, v)))
      return false;
    if (props.sourceKind === "TABLE" || props.sourceKind === "DYNAMIC TABLE") {
      const table = catalog.get(props.sourceId) as unknown as StoredTable;
      const { version, initial } = offset;
      return await any(
        `(${deltaSql(table, props.mode, { version: String(version), initial }, String(current.get(table.id)))})`,
      );
    }
    // With the rights of what the stream is on: who asks may know of the stream alone.
    const owner = asRole(ctx, catalog.get(props.sourceId)!.owner, { databaseId: null, schemaId: null });
    const transaction = await Transaction.begin(connection, versions, clock, 0);
    try {
      const shared = newShared(transaction);
      return await any((await compileWithFacts(owner, shared, (env) => compileStream(env, stream, []))).sql);
    } finally {
      await transaction.rollback();
    }
  } finally {
    connection.closeSync();
  }
}
