/** Replays the generated days on the account's virtual clock: deliver, let pipes and connectors take it in, go on in time. */

import { landingOf } from "../../infra/clone.ts";
import type { Platform } from "../../infra/platform.ts";
import { createWorld, type EventMessage, type World, type WorldDay } from "../../local/data/generate.ts";
import { createKafkaSink, partitionCounts } from "../../local/data/kafka-sink.ts";
import { createS3Sink } from "../../local/data/s3-sink.ts";
import type { Progress } from "../../local/progress.ts";
import { embeddedConfig } from "../embedded/config.ts";
import { waitForConnectors } from "../embedded/connectors.ts";
import type { Endpoints } from "../embedded/endpoints.ts";
import { eventTopics, topicOf } from "../embedded/landing.ts";
import { waitForPipes } from "../embedded/settle.ts";
import type { Project } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { type RehearsalLedger, writeLedger } from "./ledger.ts";
import { readTaskRuns, rootsOf } from "./observe.ts";
import { addRuns } from "./task-facts.ts";

const DAY = 86_400_000;
/** A day's last delivery comes so long before midnight, as the sources' nightly exports do. */
const BEFORE_MIDNIGHT = 10 * 60_000;

export interface Replay {
  project: Project;
  platform: Platform;
  endpoints: Endpoints;
  client: SnowflakeClient;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Replays what the ledger lacks. Killed anywhere, the next run goes on with the day that was under way. An embedded stack
 * gets the sources that its own data have, any other all of them.
 */
export async function replayDays(replay: Replay, ledger: RehearsalLedger): Promise<World> {
  const { settings } = ledger;
  const { project, platform, endpoints, signal } = replay;
  const world = createWorld({
    seed: settings.seed,
    startDay: settings.startDay,
    scale: settings.scale,
    sources: embeddedConfig(project)?.sources ?? "all",
  });
  const kafka = kafkaOptions(endpoints);
  const topics = eventTopics(platform);
  for (let number = ledger.days + 1; number <= settings.days; number++) {
    for (const topic of topics) ledger.counts[topic] ??= await partitionCounts(kafka, topic);
    writeLedger(project, ledger);
    await replayDay(replay, ledger, world.day(number));
    ledger.days = number;
    for (const topic of topics) ledger.counts[topic] = await partitionCounts(kafka, topic);
    writeLedger(project, ledger);
    signal.throwIfAborted();
  }
  return world;
}

async function replayDay(replay: Replay, ledger: RehearsalLedger, day: WorldDay): Promise<void> {
  const { platform, endpoints, client, project, progress, signal } = replay;
  const { settings, seconds } = ledger;
  const dayStart = Date.parse(`${settings.startDay}T00:00:00Z`) + (day.number - 1) * DAY;
  const detail = `day ${day.number} of ${settings.days}, ${day.date}`;
  const tell = (what: string): void =>
    progress({ step: "replay", detail: `${detail}: ${what}`, done: day.number - 1, total: settings.days });
  const timed = async <T>(phase: string, work: () => Promise<T>): Promise<T> => {
    const began = Date.now();
    try {
      return await work();
    } finally {
      seconds[phase] = (seconds[phase] ?? 0) + (Date.now() - began) / 1000;
    }
  };
  const kafka = createKafkaSink({ ...kafkaOptions(endpoints), topicOf }, ledger.counts);
  const s3 = createS3Sink({
    bucket: landingOf(platform).bucket,
    region: endpoints.aws.region,
    endpoint: endpoints.aws.endpoint,
    credentials: endpoints.aws,
  });
  const keys = new Set(ledger.keys);
  const deliveries = deliveryTimes(dayStart, settings.deliveries);
  try {
    const slices = await timed("generate", async () => sliceEvents(day, deliveries.length));
    for (const [index, at] of deliveries.entries()) {
      signal.throwIfAborted();
      tell("time goes on");
      await timed("advance the clock", () => advanceTo(client, at));
      tell("delivering");
      await timed("deliver", async () => {
        for (const { source, messages } of slices[index] ?? []) await kafka.produce(source, messages);
        // Exports are of the whole day, so they come with its last delivery.
        if (index < deliveries.length - 1) return;
        for (const file of day.exports()) {
          signal.throwIfAborted();
          await s3.putObject(file.key, file.body());
          keys.add(file.key);
        }
      });
      tell("pipes and connectors load");
      await timed("load", async () => {
        await waitForConnectors(project, platform, endpoints, { progress: () => undefined, signal });
        const files = new Set([...keys].filter((key) => key.endsWith(".gz")));
        await waitForPipes(client, platform, files, { progress: () => undefined, signal });
      });
    }
    tell("time goes on");
    await timed("advance the clock", () => advanceTo(client, dayStart + DAY));
  } finally {
    await kafka.close();
    s3.close();
  }
  ledger.keys = [...keys].sort();
  ledger.tasks = await timed("read the history", async () =>
    addRuns(
      ledger.tasks,
      rootsOf(platform),
      deliveries,
      await readTaskRuns(client, dayStart, dayStart + DAY),
    ),
  );
}

/** Evenly over the day, the last one shortly before midnight. */
export const deliveryTimes = (dayStart: number, deliveries: number): number[] =>
  Array.from(
    { length: deliveries },
    (_, index) => dayStart + Math.round(((index + 1) * DAY) / deliveries) - BEFORE_MIDNIGHT,
  );

interface Slice {
  source: string;
  messages: EventMessage[];
}

/** The day's messages in as many parts, each source's in order. A day is held in memory: rehearsals are of small data. */
export function sliceEvents(day: Pick<WorldDay, "events">, parts: number): Slice[][] {
  const bySource = new Map<string, EventMessage[]>();
  for (const batch of day.events()) {
    const messages = bySource.get(batch.source) ?? [];
    bySource.set(batch.source, messages);
    for (const message of batch.messages()) messages.push(message);
  }
  return Array.from({ length: parts }, (_, part) =>
    [...bySource].map(([source, messages]) => ({
      source,
      messages: messages.slice(
        Math.floor((part * messages.length) / parts),
        Math.floor(((part + 1) * messages.length) / parts),
      ),
    })),
  );
}

/** Time that has passed already stays as it is. */
async function advanceTo(client: SnowflakeClient, at: number): Promise<void> {
  const { rows } = await client.query("SELECT DATE_PART(EPOCH_MILLISECOND, CURRENT_TIMESTAMP())");
  if (Number(rows[0]![0]) >= at) return;
  await client.query(`CALL FIRN$ADVANCE_CLOCK('${new Date(at).toISOString()}')`);
}

const kafkaOptions = (endpoints: Endpoints) => ({
  brokers: endpoints.kafka.bootstrapServers.split(","),
  sasl: { mechanism: "PLAIN" as const, ...endpoints.kafka.users.producer },
});
