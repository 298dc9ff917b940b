import { gzipSync } from "node:zlib";
import type { WorldDay } from "./generate.ts";

/** A file of events as a loader lands them: `product_events/dt=2026-03-01/product_events-00000.jsonl.gz`. */
export interface EventFile {
  readonly key: string;
  readonly records: number;
  /** Uncompressed bytes. */
  readonly size: number;
  readonly body: Buffer;
}

/**
 * A day's events as gzipped JSON lines, for landing them by files instead of by topic: the same records in the same
 * order. Memory: one file. `level` is gzip's, 1 (default) to 9.
 */
export function* eventFiles(day: WorldDay, recordsPerFile = 250_000, level = 1): Generator<EventFile> {
  let number = 0;
  let source = "";
  for (const batch of day.events(recordsPerFile)) {
    if (batch.source !== source) number = 0;
    source = batch.source;
    yield {
      key: `${batch.source}/dt=${day.date}/${batch.source}-${String(number++).padStart(5, "0")}.jsonl.gz`,
      records: batch.count,
      size: batch.lines.length,
      body: gzipSync(batch.lines, { level }),
    };
  }
}
