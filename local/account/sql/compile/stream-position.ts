import type { CatalogObject } from "../../catalog/model.ts";
import type { StreamPosition } from "../../storage/transaction.ts";

export type StreamMode = "DEFAULT" | "APPEND_ONLY" | "INSERT_ONLY";

/** A file as a directory table shows it: path, size, last modification in ms, MD5, ETag. */
export type DirectoryEntry = [string, number, number, string | null, string | null];

/** Where a stream stands. */
export interface StreamOffset {
  /** Version of its table; of no meaning for a view or a stage. */
  version: number;
  /** Created with SHOW_INITIAL_ROWS and not read yet. */
  initial: boolean;
  /** Versions of the tables of its view. */
  tables: ReadonlyMap<number, number>;
  /** Files of its stage. */
  files: readonly DirectoryEntry[];
}

/**
 * A stream's position as sys.stream_offset keeps it: the version up to which its table was read. A negative one
 * -(v+1) is that of a new stream with SHOW_INITIAL_ROWS, created at version v and not read yet.
 */
export const initialStreamOffset = (version: number, showInitialRows: boolean): number =>
  showInitialRows ? -(version + 1) : version;

export const tablesPosition = (tables: ReadonlyMap<number, number>, initial = false): StreamPosition => ({
  version: initialStreamOffset(0, initial),
  more: JSON.stringify({ tables: [...tables] }),
});

export const filesPosition = (files: readonly DirectoryEntry[]): StreamPosition => ({
  version: 0,
  more: JSON.stringify({ files }),
});

interface Reader {
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
}

export async function readPosition(connection: Reader, streamId: number): Promise<StreamPosition | null> {
  const reader = await connection.runAndReadAll(
    `SELECT o.version, p.position FROM sys.stream_offset o LEFT JOIN sys.stream_position p USING (stream_id) WHERE o.stream_id = ${streamId}`,
  );
  const row = reader.getRows()[0];
  return row ? { version: Number(row[0]), more: row[1] === null ? null : String(row[1]) } : null;
}

export async function readOffset(connection: Reader, streamId: number): Promise<StreamOffset | null> {
  const position = await readPosition(connection, streamId);
  if (!position) return null;
  const initial = position.version < 0;
  const more = JSON.parse(position.more ?? "{}") as {
    tables?: [number, number][];
    files?: DirectoryEntry[];
  };
  return {
    version: initial ? -position.version - 1 : position.version,
    initial,
    tables: new Map(more.tables ?? []),
    files: more.files ?? [],
  };
}

/** Ids of the tables that move the stream: its own, or those of its view. */
export const streamTables = ({ props }: CatalogObject<"STREAM">): readonly number[] =>
  props.sourceKind === "STAGE" ? [] : (props.baseIds ?? [props.sourceId]);
