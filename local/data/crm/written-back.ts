/** What others wrote to the CRM, on its way out again: fields of standard objects, and records of custom ones. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Amend, ExportFile } from "../deliver.ts";
import type { WorldDay } from "../generate.ts";
import type { Json, Row } from "../source.ts";
import { salesforceId } from "./salesforce-id.ts";

export interface WrittenRecord {
  /** The CRM's own Id. */
  readonly id: string;
  readonly fields: Readonly<Record<string, Json>>;
  /** In Salesforce's form, which sorts as text. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

/** Records by object, e.g. `Account` or `Product_Usage__c`. */
export type WrittenBack = Readonly<Record<string, readonly WrittenRecord[]>>;

/** The user as whom an integration writes. */
const INTEGRATION_USER = salesforceId("User", 999);
const later = (a: string, b: string): string => (a > b ? a : b);
const sourceOf = (object: string): string => `salesforce_${object.toLowerCase()}`;
export const isCustom = (object: string): boolean => object.endsWith("__c");

/** Puts written fields onto the rows of the standard objects; a row that was written to is modified then. */
export function amendWritten(written: WrittenBack): Amend {
  const bySource = new Map(
    Object.entries(written)
      .filter(([object]) => !isCustom(object))
      .map(([object, records]) => [sourceOf(object), new Map(records.map((one) => [one.id, one]))]),
  );
  return (source, row) => {
    const record = bySource.get(source)?.get(String(row["Id"]));
    if (record === undefined) return row;
    const modified = later(String(row["LastModifiedDate"]), record.modifiedAt);
    const mine = modified === record.modifiedAt;
    return {
      ...row,
      ...record.fields,
      LastModifiedDate: modified,
      SystemModstamp: modified,
      ...(mine ? { LastModifiedById: INTEGRATION_USER } : {}),
    };
  };
}

const customRow = (record: WrittenRecord): Row => ({
  Id: record.id,
  IsDeleted: false,
  Name: record.id.slice(-9),
  ...record.fields,
  OwnerId: INTEGRATION_USER,
  CreatedDate: record.createdAt,
  CreatedById: INTEGRATION_USER,
  LastModifiedDate: record.modifiedAt,
  LastModifiedById: INTEGRATION_USER,
  SystemModstamp: record.modifiedAt,
});

/** The full export of each custom object that was written to. A file is named by its content: the same state is the same file. */
export function* customExports(written: WrittenBack, day: WorldDay): Generator<ExportFile> {
  for (const [object, records] of Object.entries(written))
    if (isCustom(object)) yield exportOf(object, records.map(customRow), day);
}

/** The CRM's next export of what was written alone: records of custom objects, and the written rows of standard ones. */
export function* writtenExports(written: WrittenBack, day: WorldDay): Generator<ExportFile> {
  yield* customExports(written, day);
  const amend = amendWritten(written);
  for (const [object, records] of Object.entries(written)) {
    if (isCustom(object)) continue;
    const source = sourceOf(object);
    const ids = new Set(records.map((one) => one.id));
    const rows = [...day.rows(source)].filter((row) => ids.has(String(row["Id"])));
    if (rows.length > 0)
      yield exportOf(
        object,
        rows.map((row) => amend(source, row)),
        day,
      );
  }
}

function exportOf(object: string, rows: readonly Row[], day: WorldDay): ExportFile {
  const lines = Buffer.from(`${rows.map((row) => JSON.stringify(row)).join("\n")}\n`, "utf8");
  const name = object.toLowerCase();
  const content = createHash("sha256").update(lines).digest("hex").slice(0, 12);
  return {
    source: sourceOf(object),
    key: `salesforce/${name}/dt=${day.date}/${name}-written-${content}.jsonl.gz`,
    redelivered: false,
    records: rows.length,
    lines,
    body: () => gzipSync(lines),
  };
}
