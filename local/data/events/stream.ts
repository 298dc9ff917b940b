import type { EventBatch } from "../batch.ts";
import { dayStart } from "../calendar.ts";
import { hashOf } from "../random.ts";
import type { Universe } from "../world.ts";
import type { EventOrg } from "./activity.ts";
import { createSeriesEncoder } from "./encode.ts";
import { landing, repeatedIndex, type Segment } from "./landing.ts";
import { malformedEvent } from "./malformed-event.ts";

export const EVENT_SOURCE = "product_events";

/** Longest record, with room for what a wrong encoding adds. */
const MAX_RECORD_BYTES = 1024;
const LINE_FEED = 10;

/** What arrives on day n, in batches of `batchSize` records. Memory: one batch. */
export function* eventBatches(universe: Universe, day: number, batchSize: number): Generator<EventBatch> {
  const capacity = Math.max(batchSize * 320, MAX_RECORD_BYTES) + MAX_RECORD_BYTES;
  let buffer = Buffer.allocUnsafe(capacity);
  let ends = new Uint32Array(batchSize);
  let orgs: EventOrg[] = [];
  let used = 0;
  let count = 0;
  let first = 0;

  const take = (): EventBatch => {
    const batch = createBatch(day, first, buffer.subarray(0, used), ends.subarray(0, count), orgs);
    first += count;
    buffer = Buffer.allocUnsafe(capacity);
    ends = new Uint32Array(batchSize);
    orgs = [];
    used = 0;
    count = 0;
    return batch;
  };

  for (const segment of landing(universe, day)) {
    const text = recordsOf(universe, day, segment);
    const ascii = segment.kind !== "malformed";
    for (let i = 0; i < text.count; i++) {
      const record = text.record(i);
      used += buffer.write(record, used, ascii ? "latin1" : "utf8");
      buffer[used++] = LINE_FEED;
      ends[count++] = used;
      orgs.push(segment.org);
      if (count === batchSize || used > capacity - MAX_RECORD_BYTES) yield take();
    }
  }
  if (count > 0) yield take();
}

function createBatch(
  day: number,
  first: number,
  lines: Buffer,
  ends: Uint32Array,
  orgs: readonly EventOrg[],
): EventBatch {
  return {
    source: EVENT_SOURCE,
    day,
    first,
    count: ends.length,
    lines,
    messages() {
      let start = 0;
      return orgs.map((org, i) => {
        const end = ends[i]!;
        const value = lines.subarray(start, end - 1);
        start = end;
        return { partitionKey: org.code, sequence: `${day}:${first + i}`, value };
      });
    },
  };
}

/** The records of a segment, made one by one. */
function recordsOf(
  universe: Universe,
  day: number,
  segment: Segment,
): { readonly count: number; record(i: number): string } {
  switch (segment.kind) {
    case "events":
      return {
        count: segment.series.total,
        record: createSeriesEncoder(universe, segment.org, segment.series).event,
      };
    case "duplicates": {
      const { series, copies, salt } = segment;
      const encoder = createSeriesEncoder(universe, segment.org, series);
      return { count: copies, record: (i) => encoder.event(repeatedIndex(salt, i, series.total)) };
    }
    case "malformed": {
      const { org, reason, copies, salt } = segment;
      const series = { day, arrival: 0, total: copies, users: 1, from: dayStart(day) } as const;
      const encoder = createSeriesEncoder(universe, org, series);
      return { count: copies, record: (i) => malformedEvent(reason, encoder.event(i), hashOf(salt, i)) };
    }
  }
}
