import { gunzipSync } from "node:zlib";
import type { World } from "../../../local/data/generate.ts";

/**
 * Reads what a world delivers the plain way, knowing the sources' contracts and nothing of how they are generated.
 * Keeps everything in memory.
 */
export interface Readout {
  /** Sound product events by event_id, first delivery. */
  readonly events: Map<string, ProductEvent & { landedOn: string }>;
  /** Sound console messages by messageId, first delivery. */
  readonly console: Map<string, Record<string, unknown> & { landedOn: string }>;
  /** The last export's sound rows by key, by source; of incremental sources the latest row of every key. */
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

const SALESFORCE: [key: string, timestamp: string] = ["Id", "SystemModstamp"];
const CONTRACTS: Record<string, [key: string, timestamp: string]> = {
  product_events: ["event_id", "occurred_at"],
  console_events: ["messageId", "timestamp"],
  marketing_touch: ["touch_id", "touched_at"],
  marketing_email_activity: ["activity_id", "occurred_at"],
  paid_search: ["row_id", "exported_at"],
  paid_social: ["row_id", "exported_at"],
  billing_invoice: ["invoice_id", "updated_at"],
  billing_payment: ["payment_id", "paid_at"],
  support_ticket: ["ticket_id", "updated_at"],
  experiment_assignment: ["assignment_id", "assigned_at"],
  experiment_exposure: ["exposure_id", "exposed_at"],
};

export function readWorld(world: World, days: number): Readout {
  const readout: Readout = {
    events: new Map(),
    console: new Map(),
    latest: new Map(),
    counts: new Map(),
    files: new Map(),
  };
  for (let n = 1; n <= days; n++) {
    readFiles(world, n, readout);
    readTopics(world, n, readout);
  }
  return readout;
}

function countsOf(readout: Readout, source: string) {
  let counts = readout.counts.get(source);
  if (!counts) {
    counts = { records: 0, unique: 0, duplicates: 0, malformed: {} };
    readout.counts.set(source, counts);
  }
  return counts;
}

function readFiles(world: World, n: number, readout: Readout): void {
  const today = new Map<string, Map<string, SalesforceRow>>();
  for (const file of world.day(n).exports()) {
    const times = readout.files.get(file.key) ?? 0;
    readout.files.set(file.key, times + 1);
    if (times > 0) continue;
    const counts = countsOf(readout, file.source);
    const rows = today.get(file.source) ?? new Map<string, SalesforceRow>();
    today.set(file.source, rows);
    if (!file.key.endsWith(".gz")) {
      counts.records++;
      counts.unique++;
      continue;
    }
    const [key, timestamp] = CONTRACTS[file.source] ?? SALESFORCE;
    const content = gunzipSync(file.body()).toString("utf8").trimEnd();
    const lines = file.key.endsWith(".xml.gz")
      ? content.split("\n").filter((line) => line.startsWith("<payment "))
      : content.split("\n");
    for (const line of lines) {
      counts.records++;
      const read = line.startsWith("<payment ") ? paymentOf(line) : parse(line, key, timestamp);
      if ("reason" in read) {
        counts.malformed[read.reason] = (counts.malformed[read.reason] ?? 0) + 1;
        continue;
      }
      const id = read.value[key] as string;
      if (rows.has(id)) counts.duplicates++;
      else {
        counts.unique++;
        rows.set(id, read.value as SalesforceRow);
      }
    }
  }
  for (const [source, rows] of today) {
    const before = source in CONTRACTS ? (readout.latest.get(source) ?? new Map()) : new Map();
    readout.latest.set(source, new Map([...before, ...rows]));
  }
}

function readTopics(world: World, n: number, readout: Readout): void {
  const day = world.day(n);
  for (const batch of day.events(777)) {
    const counts = countsOf(readout, batch.source);
    const [key, timestamp] = CONTRACTS[batch.source]!;
    const into = (batch.source === "product_events" ? readout.events : readout.console) as Map<
      string,
      object
    >;
    for (const message of batch.messages()) {
      counts.records++;
      const read = parse(message.value.toString("utf8"), key, timestamp);
      if ("reason" in read) {
        counts.malformed[read.reason] = (counts.malformed[read.reason] ?? 0) + 1;
        continue;
      }
      const id = read.value[key] as string;
      if (into.has(id)) counts.duplicates++;
      else {
        counts.unique++;
        into.set(id, { ...read.value, landedOn: day.date });
      }
    }
  }
}

type Read = { reason: string } | { value: Record<string, unknown> };

function parse(text: string, key: string, timestamp: string): Read {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: "not_json" };
  }
  return judge(value, key, timestamp);
}

function judge(value: Record<string, unknown>, key: string, timestamp: string): Read {
  if (typeof value[key] !== "string" || value[key] === "") return { reason: "missing_key" };
  const at = value[timestamp];
  if (typeof at !== "string" || Number.isNaN(Date.parse(at))) return { reason: "bad_timestamp" };
  return { value };
}

function paymentOf(line: string): Read {
  const find = (pattern: RegExp) => pattern.exec(line)?.[1];
  const value = {
    payment_id: find(/ id="([^"]*)"/),
    status: find(/ status="([^"]*)"/),
    invoice_id: find(/<invoice>([^<]*)</),
    amount: find(/<amount currency="USD">([^<]*)</),
    paid_at: find(/<paid_at>([^<]*)</),
  };
  return judge(value, "payment_id", "paid_at");
}

/** Counts rows by a key, as sorted pairs. */
export function tally<T>(items: Iterable<T>, keyOf: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Counts rows by a key and adds up their decimals, as sorted triples with the sum to the cent. */
export function sums<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  amountOf: (item: T) => string | number,
): [string, number, string][] {
  return tally(items, keyOf).map(([key, count]) => {
    const cents = items
      .filter((item) => keyOf(item) === key)
      .reduce((sum, item) => sum + Math.round(Number(amountOf(item)) * 100), 0);
    return [key, count, `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`];
  });
}
