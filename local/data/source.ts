import type { EventBatch } from "./batch.ts";
import type { SourceTruth } from "./truth/types.ts";
import type { Universe } from "./world.ts";

/** Why a record cannot be taken in; checked in this order. */
export const REJECT_REASONS = ["not_json", "missing_key", "bad_timestamp"] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };
export type Row = { readonly [field: string]: Json };

/**
 * A source that is delivered as files, once a day. Adding one is one small file: what it is called, what identifies
 * a row, and the clean rows of a day. Duplicates, malformed records and files come from deliver.ts.
 */
export interface FileSource {
  readonly kind: "files";
  /** Its name in the truth, e.g. `salesforce_account`. */
  readonly name: string;
  /** Folder and file stem: `<folder>/dt=YYYY-MM-DD/<stem>-<part>.<extension>.gz`. */
  readonly folder: string;
  readonly stem: string;
  /** The field without which a record is malformed (`missing_key`). */
  readonly key: string;
  /** The fields that must be timestamps (`bad_timestamp` breaks them all). */
  readonly timestamps: readonly string[];
  /** The clean rows of day n. */
  rows(universe: Universe, day: number): Iterable<Row>;
  /** A key value that no real row has, for the n-th malformed record. */
  strangerKey(n: number): string;
  /** How a row is written. Default: JSON lines. */
  readonly format?: FileFormat;
}

export interface FileFormat {
  readonly extension: string;
  /** Lines before and after the records. */
  readonly head: string;
  readonly foot: string;
  /** One row on one line. */
  write(row: Row): string;
  /** The flaws a record of this format can have while the file stays readable. */
  readonly reasons: readonly RejectReason[];
}

/** A source of whole objects that are kept by reference, such as documents. */
export interface ObjectSource {
  readonly kind: "objects";
  readonly name: string;
  /** The objects that day n brings. */
  objects(universe: Universe, day: number): Iterable<{ readonly key: string; readonly body: Buffer }>;
}

/** A source that arrives as messages. */
export interface TopicSource {
  readonly kind: "topic";
  /** Its name in the truth, and the logical name of its topic. */
  readonly name: string;
  batches(universe: Universe, day: number, batchSize: number): Iterable<EventBatch>;
  /** What was produced on days 1 to `lastDay`. */
  count(universe: Universe, lastDay: number): SourceTruth;
}

export type Source = FileSource | ObjectSource | TopicSource;
