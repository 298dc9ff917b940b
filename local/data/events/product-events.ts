import type { RejectReason, TopicSource } from "../source.ts";
import type { SourceTruth } from "../truth/types.ts";
import type { Universe } from "../world.ts";
import { landing } from "./landing.ts";
import { EVENT_SOURCE, eventBatches } from "./stream.ts";

/** Server-side events of the product, keyed by organisation. */
export const productEvents: TopicSource = {
  kind: "topic",
  name: EVENT_SOURCE,
  batches: eventBatches,
  count: countEvents,
};

function countEvents(universe: Universe, lastDay: number): SourceTruth {
  const malformed: Record<RejectReason, number> = { not_json: 0, missing_key: 0, bad_timestamp: 0 };
  let unique = 0;
  let duplicates = 0;
  let late = 0;
  for (let day = 1; day <= lastDay; day++) {
    for (const segment of landing(universe, day)) {
      switch (segment.kind) {
        case "events":
          unique += segment.series.total;
          if (segment.series.arrival > 0) late += segment.series.total;
          break;
        case "duplicates":
          duplicates += segment.copies;
          break;
        case "malformed":
          malformed[segment.reason] += segment.copies;
          break;
      }
    }
  }
  const broken = malformed.not_json + malformed.missing_key + malformed.bad_timestamp;
  return {
    source: EVENT_SOURCE,
    records: unique + duplicates + broken,
    unique,
    duplicates,
    malformed,
    late,
    files: 0,
    files_delivered_twice: 0,
  };
}
