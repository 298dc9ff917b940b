import { deliveries, isRedelivered, LINES_PER_FILE } from "../deliver.ts";
import type { FileSource, ObjectSource, RejectReason } from "../source.ts";
import type { Universe } from "../world.ts";
import type { SourceTruth } from "./types.ts";

/** What the files of a source held over days 1 to `lastDay`. */
export function fileTruth(source: FileSource, universe: Universe, lastDay: number): SourceTruth {
  const malformed: Record<RejectReason, number> = { not_json: 0, missing_key: 0, bad_timestamp: 0 };
  let records = 0;
  let unique = 0;
  let duplicates = 0;
  let files = 0;
  let twice = 0;
  for (let day = 1; day <= lastDay; day++) {
    let lines = 0;
    for (const delivery of deliveries(source, universe, day)) {
      lines++;
      if (delivery.kind === "row") unique++;
      else if (delivery.kind === "duplicate") duplicates++;
      else malformed[delivery.reason]++;
    }
    records += lines;
    files += Math.ceil(lines / LINES_PER_FILE);
    if (lines > 0 && isRedelivered(source, universe, day)) twice++;
  }
  return {
    source: source.name,
    records,
    unique,
    duplicates,
    malformed,
    late: 0,
    files,
    files_delivered_twice: twice,
  };
}

/** How many objects a source brought over days 1 to `lastDay`. */
export function objectTruth(source: ObjectSource, universe: Universe, lastDay: number): SourceTruth {
  let files = 0;
  for (let day = 1; day <= lastDay; day++) {
    for (const _object of source.objects(universe, day)) files++;
  }
  return {
    source: source.name,
    records: files,
    unique: files,
    duplicates: 0,
    malformed: { not_json: 0, missing_key: 0, bad_timestamp: 0 },
    late: 0,
    files,
    files_delivered_twice: 0,
  };
}
