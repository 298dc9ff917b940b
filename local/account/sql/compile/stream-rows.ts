import { BEGIN_VERSION, END_VERSION, ROW_ID } from "../../storage/storage.ts";

/** Conditions over a physical table's rows, by the versions between which each is live. */

/** A row keeps its identity through updates: its first rowid. */
export const rowIdentity = `coalesce(${ROW_ID}, rowid)`;

/** Rows that were inserted as such, not as the new version of an updated row. */
const original = `(${ROW_ID} IS NULL OR ${ROW_ID} = rowid)`;
const neverSeen = `(${END_VERSION} IS NULL OR ${END_VERSION} > ${BEGIN_VERSION})`;

export const visibleAt = (version: string): string =>
  `(${BEGIN_VERSION} <= ${version} AND (${END_VERSION} IS NULL OR ${END_VERSION} > ${version}))`;

/** Inserted after one version and up to another, whatever became of the row. */
export const appendedSince = (from: string, until: string): string =>
  `${BEGIN_VERSION} > ${from} AND ${BEGIN_VERSION} <= ${until} AND ${neverSeen} AND ${original}`;
