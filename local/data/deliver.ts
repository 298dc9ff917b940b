import { gzipSync } from "node:zlib";
import { dayStart } from "./calendar.ts";
import { malformedRow } from "./malformed.ts";
import { hashOf, label, unit } from "./random.ts";
import {
  type FileFormat,
  type FileSource,
  type ObjectSource,
  REJECT_REASONS,
  type RejectReason,
  type Row,
} from "./source.ts";
import type { Universe } from "./world.ts";

/** One line of a delivered file: a clean row, a repetition of one, or something broken. */
export type Delivery =
  | { readonly kind: "row"; readonly row: Row }
  | { readonly kind: "duplicate"; readonly row: Row }
  | { readonly kind: "malformed"; readonly reason: RejectReason; readonly text: string };

export interface ExportFile {
  /** The source's name, e.g. `salesforce_account`. */
  readonly source: string;
  /** The object key, e.g. `salesforce/account/dt=2026-03-01/account-0000.jsonl.gz`. */
  readonly key: string;
  /** True when the same key was delivered before with the same bytes. */
  readonly redelivered: boolean;
  /** Lines in the file. */
  readonly records: number;
  /** The uncompressed content: lines, each ended by a line feed, UTF-8; or a document. */
  readonly lines: Buffer;
  /** The bytes to store: gzipped for a key that ends in `.gz`. Equal for equal content on one machine. */
  body(): Buffer;
}

/** A change of a row on its way out, such as a field that was written back to the source system. */
export type Amend = (source: string, row: Row) => Row;

export const JSON_LINES: FileFormat = {
  extension: "jsonl",
  head: "",
  foot: "",
  write: (row) => JSON.stringify(row),
  reasons: REJECT_REASONS,
};

const DUPLICATE_SHARE = 0.02;
const MALFORMED_SHARE = 0.003;
const DUPLICATE_LAG_ROWS = 64;
export const LINES_PER_FILE = 50_000;

const DUPLICATE = label("file line duplicate");
const MALFORMED = label("file line malformed");
const REDELIVERED = label("file redelivered");

/** What day n's files of a source hold, line by line. Every file day has at least one duplicate and one broken line. */
export function* deliveries(source: FileSource, universe: Universe, day: number): Generator<Delivery> {
  const { reasons, write } = source.format ?? JSON_LINES;
  const of = label(source.name);
  let pending: Row[] = [];
  let ordinal = 0;
  let broken = 0;
  for (const row of source.rows(universe, day)) {
    yield { kind: "row", row };
    if (ordinal === 0 || unit(hashOf(universe.seed, of, DUPLICATE, day, ordinal)) < DUPLICATE_SHARE) {
      pending.push(row);
    }
    const hash = hashOf(universe.seed, of, MALFORMED, day, ordinal);
    if (ordinal === 0 || unit(hash) < MALFORMED_SHARE) {
      const reason = reasons[(ordinal === 0 ? of + day : hash) % reasons.length]!;
      const stranger = { ...row, [source.key]: source.strangerKey(day * 1_000_000 + broken++) };
      yield { kind: "malformed", reason, text: malformedRow(source, reason, stranger, hash >>> 4, write) };
    }
    ordinal++;
    if (ordinal % DUPLICATE_LAG_ROWS === 0) {
      for (const again of pending) yield { kind: "duplicate", row: again };
      pending = [];
    }
  }
  for (const again of pending) yield { kind: "duplicate", row: again };
}

/** Whether day n's first file of a source is delivered twice: each source every third day. */
export function isRedelivered(source: FileSource, universe: Universe, day: number): boolean {
  return (hashOf(universe.seed, REDELIVERED, label(source.name)) + day) % 3 === 0;
}

/** Day n's files of a source, made one at a time; a redelivered file comes last, under its first key. */
export function* exportFiles(
  source: FileSource,
  universe: Universe,
  day: number,
  amend?: Amend,
): Generator<ExportFile> {
  const date = universe.calendar.date(dayStart(day));
  const { extension, head, foot } = source.format ?? JSON_LINES;
  const file = (part: number, lines: readonly string[], redelivered: boolean): ExportFile => {
    const bytes = Buffer.from(`${head}${lines.join("\n")}\n${foot}`, "utf8");
    const name = `${source.stem}-${String(part).padStart(4, "0")}.${extension}.gz`;
    return {
      source: source.name,
      key: `${source.folder}/dt=${date}/${name}`,
      redelivered,
      records: lines.length,
      lines: bytes,
      body: () => gzipSync(bytes),
    };
  };
  for (const { part, lines } of parts(source, universe, day, amend)) yield file(part, lines, false);
  if (isRedelivered(source, universe, day)) {
    for (const { part, lines } of parts(source, universe, day, amend)) {
      yield file(part, lines, true);
      break;
    }
  }
}

function* parts(source: FileSource, universe: Universe, day: number, amend: Amend = (_, row) => row) {
  const { write } = source.format ?? JSON_LINES;
  let part = 0;
  let lines: string[] = [];
  for (const delivery of deliveries(source, universe, day)) {
    lines.push(delivery.kind === "malformed" ? delivery.text : write(amend(source.name, delivery.row)));
    if (lines.length === LINES_PER_FILE) {
      yield { part: part++, lines };
      lines = [];
    }
  }
  if (lines.length > 0) yield { part, lines };
}

/** Day n's objects of a source. */
export function* objectFiles(source: ObjectSource, universe: Universe, day: number): Generator<ExportFile> {
  for (const { key, body } of source.objects(universe, day)) {
    yield { source: source.name, key, redelivered: false, records: 1, lines: body, body: () => body };
  }
}
