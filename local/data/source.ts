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
  /** Its name in the truth, e.g. `salesforce_account`. */
  readonly name: string;
  /** Folder and file stem: `<folder>/dt=YYYY-MM-DD/<stem>-<part>.jsonl.gz`. */
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
}
