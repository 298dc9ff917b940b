import type { ResultColumn, Value } from "../session/outcome.ts";
import type { EncodingOptions } from "./row-encoding.ts";

/** A chunk as it is written: text, or bytes. */
export type ChunkBody = string | Buffer;

/** Gathers rows of one chunk; `take` gives what it wrote and begins the next. */
export interface RowWriter {
  add(row: Value[]): void;
  /** Rows gathered, and about how many bytes they will take. */
  readonly rows: number;
  readonly size: number;
  take(): ChunkBody;
}

/** How rows are written for a driver and read again for RESULT_SCAN. */
export interface RowsFormat {
  /** `queryResultFormat` on the wire. */
  readonly name: "json" | "arrow";
  writer(columns: ResultColumn[], options: EncodingOptions): RowWriter;
  /** A chunk as text within the answer itself, and back. */
  inline(body: ChunkBody): string;
  fromInline(text: string): ChunkBody;
  read(body: ChunkBody, columns: ResultColumn[]): Promise<Value[][]>;
}
