import type { EventBatch, EventMessage } from "../batch.ts";
import { eventOrgs } from "../events/activity.ts";
import { BAD_TIMESTAMPS, notJson } from "../malformed.ts";
import { hashOf, label, unit } from "../random.ts";
import { REJECT_REASONS, type RejectReason, type TopicSource } from "../source.ts";
import type { SourceTruth } from "../truth/types.ts";
import { uuidOf } from "../uuid.ts";
import type { Universe } from "../world.ts";
import { type SegmentMessage, writeSegment } from "./segment.ts";
import { orgSessions } from "./sessions.ts";
import type { Visit } from "./visit.ts";
import { websiteVisits } from "./website.ts";

/** One record of the topic, decided and not yet written. */
interface Landed {
  readonly kind: "message" | "duplicate" | RejectReason;
  readonly visit: Visit;
  readonly message: SegmentMessage;
}

const NEAR = label("console near duplicate");
const NEXT_DAY = label("console next-day duplicate");
const MALFORMED = label("console malformed");
const NEAR_SHARE = 0.014;
const NEXT_DAY_SHARE = 0.006;
const MALFORMED_SHARE = 0.004;

/** All visits that happen on day n: the console's, then the web site's. */
export function* visitsOn(universe: Universe, day: number): Generator<Visit> {
  if (day < 1) return;
  for (const org of eventOrgs(universe, day)) yield* orgSessions(universe, org, day);
  yield* websiteVisits(universe, day);
}

/** Client-side messages of the console and the web site, keyed by user, or by browser while the user is unknown. */
export const consoleEvents: TopicSource = {
  kind: "topic",
  name: "console_events",
  *batches(universe, day, batchSize) {
    let texts: string[] = [];
    let keys: string[] = [];
    let first = 0;
    const take = (): EventBatch => {
      const batch = createBatch(day, first, texts, keys);
      first += texts.length;
      texts = [];
      keys = [];
      return batch;
    };
    for (const record of landing(universe, day)) {
      texts.push(write(universe, record));
      keys.push(record.visit.key);
      if (texts.length === batchSize) yield take();
    }
    if (texts.length > 0) yield take();
  },
  count: countConsole,
};

function* landing(universe: Universe, day: number): Generator<Landed> {
  for (const visit of visitsOn(universe, day - 1)) {
    for (const message of visit.messages) {
      if (visit.late) yield { kind: "message", visit, message };
      else if (chosen(NEXT_DAY, message, NEXT_DAY_SHARE)) yield { kind: "duplicate", visit, message };
    }
  }
  let ordinal = 0;
  for (const visit of visitsOn(universe, day)) {
    if (!visit.late) {
      for (const message of visit.messages) yield { kind: "message", visit, message };
      for (const message of visit.messages) {
        if (chosen(NEAR, message, NEAR_SHARE)) yield { kind: "duplicate", visit, message };
      }
    }
    const message = visit.messages[0]!;
    // The first visits of a day see to it that every flaw occurs.
    const reason = REJECT_REASONS[ordinal] ?? REJECT_REASONS[label(message.messageId) % 3]!;
    if (ordinal < 3 || chosen(MALFORMED, message, MALFORMED_SHARE)) yield { kind: reason, visit, message };
    ordinal++;
  }
}

const chosen = (purpose: number, message: SegmentMessage, share: number): boolean =>
  unit(hashOf(purpose, label(message.messageId))) < share;

function write(universe: Universe, { kind, visit, message }: Landed): string {
  const text = writeSegment(universe.calendar, message, visit.context);
  if (kind === "message" || kind === "duplicate") return text;
  const hash = hashOf(MALFORMED, label(message.messageId));
  const own = text.replace(message.messageId, uuidOf(hash, 7));
  switch (kind) {
    case "not_json":
      return notJson(own, hash);
    case "missing_key":
      return own.replace(/"messageId":"[^"]+"/, hash % 2 === 0 ? '"messageId":null' : `"trace":"${hash}"`);
    case "bad_timestamp":
      return own.replace(
        /"timestamp":"[^"]+"/,
        `"timestamp":"${BAD_TIMESTAMPS[hash % BAD_TIMESTAMPS.length]}"`,
      );
  }
}

function createBatch(
  day: number,
  first: number,
  texts: readonly string[],
  keys: readonly string[],
): EventBatch {
  return {
    source: "console_events",
    day,
    first,
    count: texts.length,
    lines: Buffer.from(`${texts.join("\n")}\n`, "utf8"),
    messages: (): EventMessage[] =>
      texts.map((text, i) => ({
        partitionKey: keys[i]!,
        sequence: `${day}:${first + i}`,
        value: Buffer.from(text, "utf8"),
      })),
  };
}

function countConsole(universe: Universe, lastDay: number): SourceTruth {
  const malformed: Record<RejectReason, number> = { not_json: 0, missing_key: 0, bad_timestamp: 0 };
  let unique = 0;
  let duplicates = 0;
  let late = 0;
  for (let day = 1; day <= lastDay; day++) {
    for (const { kind, visit } of landing(universe, day)) {
      if (kind === "message") {
        unique++;
        if (visit.late) late++;
      } else if (kind === "duplicate") duplicates++;
      else malformed[kind]++;
    }
  }
  const broken = malformed.not_json + malformed.missing_key + malformed.bad_timestamp;
  return {
    source: "console_events",
    records: unique + duplicates + broken,
    unique,
    duplicates,
    malformed,
    late,
    files: 0,
    files_delivered_twice: 0,
  };
}
