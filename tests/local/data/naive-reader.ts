import { gunzipSync } from "node:zlib";
import type { World } from "../../../local/data/generate.ts";

/**
 * Reads what a world delivers the plain way, knowing the sources' contracts and nothing of how they are generated.
 * Keeps everything in memory.
 */
export interface Readout {
  /** Sound events by event_id, first delivery. */
  readonly events: Map<string, ProductEvent & { landedOn: string }>;
  /** The last export's sound rows by Id, by source. */
  readonly latest: Map<string, Map<string, SalesforceRow>>;
  readonly counts: Map<
    string,
    { records: number; unique: number; duplicates: number; malformed: Record<string, number> }
  >;
  readonly files: Map<string, number>;
}

export interface ProductEvent {
  event_id: string;
  org_id: string;
  user_id: string;
  event_type: string;
  occurred_at: string;
  received_at: string;
  properties: Record<string, unknown>;
}

export interface SalesforceRow {
  Id: string;
  IsDeleted: boolean;
  SystemModstamp: string;
  [field: string]: unknown;
}

export function readWorld(world: World, days: number): Readout {
  const readout: Readout = { events: new Map(), latest: new Map(), counts: new Map(), files: new Map() };
  const countsOf = (source: string) => {
    let counts = readout.counts.get(source);
    if (!counts) {
      counts = { records: 0, unique: 0, duplicates: 0, malformed: {} };
      readout.counts.set(source, counts);
    }
    return counts;
  };
  for (let n = 1; n <= days; n++) {
    const day = world.day(n);
    const today = new Map<string, Map<string, SalesforceRow>>();
    for (const file of day.exports()) {
      const times = readout.files.get(file.key) ?? 0;
      readout.files.set(file.key, times + 1);
      if (times > 0) continue;
      const counts = countsOf(file.source);
      const rows = today.get(file.source) ?? new Map<string, SalesforceRow>();
      today.set(file.source, rows);
      for (const line of gunzipSync(file.gzip()).toString("utf8").trimEnd().split("\n")) {
        counts.records++;
        const read = parse(line, "Id", "SystemModstamp");
        if ("reason" in read) {
          counts.malformed[read.reason] = (counts.malformed[read.reason] ?? 0) + 1;
          continue;
        }
        const row = read.value as SalesforceRow;
        if (rows.has(row.Id)) counts.duplicates++;
        else {
          counts.unique++;
          rows.set(row.Id, row);
        }
      }
    }
    for (const [source, rows] of today) readout.latest.set(source, rows);
    const counts = countsOf("product_events");
    for (const batch of day.events(777)) {
      for (const message of batch.messages()) {
        counts.records++;
        const read = parse(message.value.toString("utf8"), "event_id", "occurred_at");
        if ("reason" in read) {
          counts.malformed[read.reason] = (counts.malformed[read.reason] ?? 0) + 1;
          continue;
        }
        const event = read.value as unknown as ProductEvent;
        if (readout.events.has(event.event_id)) counts.duplicates++;
        else {
          counts.unique++;
          readout.events.set(event.event_id, { ...event, landedOn: day.date });
        }
      }
    }
  }
  return readout;
}

function parse(
  text: string,
  key: string,
  timestamp: string,
): { reason: string } | { value: Record<string, unknown> } {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: "not_json" };
  }
  if (typeof value[key] !== "string" || value[key] === "") return { reason: "missing_key" };
  const at = value[timestamp];
  if (typeof at !== "string" || Number.isNaN(Date.parse(at))) return { reason: "bad_timestamp" };
  return { value };
}

/** Counts rows by a key, as sorted pairs. */
export function tally<T>(items: Iterable<T>, keyOf: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
