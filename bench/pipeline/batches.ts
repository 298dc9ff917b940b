import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { World } from "../../local/data/generate.ts";

/** Some files of one day's events, on disk until they are used. */
export interface DiskBatch {
  batch: number;
  day: number;
  /** Number of the first file within the whole run. */
  firstFile: number;
  files: string[];
  records: number;
  /** Of JSON, before compression. */
  bytes: number;
  lastOfDay: boolean;
}

export interface BatchOptions {
  folder: string;
  days: number;
  recordsPerFile: number;
  filesPerBatch: number;
  /** Where to go on after a kill: days that are done are not made again. */
  from: { day: number; batch: number; firstFile: number };
}

/** Makes the events batch by batch; the files of the batch before are deleted. Memory: one file. */
export function* diskBatches(world: World, options: BatchOptions): Generator<DiskBatch> {
  const { folder, days, recordsPerFile, filesPerBatch, from } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let { batch, firstFile } = from;
  for (let day = from.day; day <= days; day++) {
    const events = world.day(day).events(recordsPerFile)[Symbol.iterator]();
    let next = events.next();
    while (!next.done) {
      const made: DiskBatch = { batch, day, firstFile, files: [], records: 0, bytes: 0, lastOfDay: false };
      while (!next.done && made.files.length < filesPerBatch) {
        const { lines, count } = next.value;
        const path = join(folder, `${String(firstFile + made.files.length).padStart(6, "0")}.jsonl.gz`);
        writeFileSync(path, gzipSync(lines, { level: 1 }));
        made.files.push(path);
        made.records += count;
        made.bytes += lines.length;
        next = events.next();
      }
      made.lastOfDay = next.done === true;
      yield made;
      for (const path of made.files) rmSync(path, { force: true });
      batch++;
      firstFile += made.files.length;
    }
  }
}
