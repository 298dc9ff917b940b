import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { landingOf } from "../../infra/clone.ts";
import type { Platform } from "../../infra/platform.ts";
import { amendWritten, customExports } from "../../local/data/crm/written-back.ts";
import type { Amend } from "../../local/data/deliver.ts";
import { driftRows, HARMLESS_DRIFTS } from "../../local/data/drift.ts";
import { createWorld, type TruthWithUsage, type World } from "../../local/data/generate.ts";
import { createKafkaSink, type PartitionCounts, partitionCounts } from "../../local/data/kafka-sink.ts";
import { landDay } from "../../local/data/land.ts";
import { createS3Sink } from "../../local/data/s3-sink.ts";
import type { Progress } from "../../local/progress.ts";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import { CliError, EXIT } from "../failure.ts";
import type { Project } from "../project.ts";
import type { EmbeddedConfig } from "./config.ts";
import { openCrm } from "./crm.ts";
import type { Endpoints } from "./endpoints.ts";

/** What has been landed so far, and the truth of it. */
export interface Landed {
  summary: string;
  world: World;
  /** The last landed day. */
  days: number;
  /** Notes objects that were landed besides. */
  add(keys: readonly string[]): void;
  /** Object keys in the landing bucket. */
  keys: ReadonlySet<string>;
  sources: { source: string; records: number; unique: number; duplicates: number; malformed: number }[];
  /** Rows that a KPI must have; undefined for one that the generator knows no truth of. */
  truth(kpi: string): readonly Record<string, unknown>[] | undefined;
}

/** The ledger of landing: which days of which world are landed, and what the topics held after each. */
interface Ledger {
  seed: number | string;
  startDay: string;
  scale: number;
  days: number;
  keys: string[];
  /** By topic, records in each partition after the last landed day. */
  counts: Record<string, PartitionCounts>;
}

/** Lands the days that are not landed yet. Killed anywhere, the next run goes on without repeating a record. */
export async function landDays(
  project: Project,
  platform: Platform,
  config: EmbeddedConfig,
  endpoints: Endpoints,
  progress: Progress,
  signal: AbortSignal,
): Promise<Landed> {
  const path = join(project.dataDir, "landed.json");
  const topics = eventTopics(platform);
  const ledger: Ledger = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as Ledger)
    : { seed: config.seed, startDay: config.startDay, scale: config.scale, days: 0, keys: [], counts: {} };
  refuseOtherWorld(ledger, config, project);
  const world = createWorld({
    seed: config.seed,
    startDay: config.startDay,
    scale: config.scale,
    sources: config.sources,
  });
  const { producer } = endpoints.kafka.users;
  const kafkaOptions = {
    brokers: endpoints.kafka.bootstrapServers.split(","),
    sasl: { mechanism: "PLAIN" as const, ...producer },
    topicOf,
  };
  const s3 = createS3Sink({
    bucket: landingOf(platform).bucket,
    region: endpoints.aws.region,
    endpoint: endpoints.aws.endpoint,
    credentials: endpoints.aws,
  });
  const before = ledger.days;
  // What was written back to the CRM comes with each later export of it.
  const written = openCrm(project, world, Math.max(1, ledger.days)).written();
  const back = amendWritten(written);
  const drifting = driftRows({ seed: config.seed, drifts: HARMLESS_DRIFTS });
  const amendOf =
    (day: number): Amend =>
    (source, row) =>
      config.drift !== undefined && day >= config.drift
        ? drifting(source, back(source, row))
        : back(source, row);
  try {
    for (let day = ledger.days + 1; day <= config.days; day++) {
      const from: Record<string, PartitionCounts> = {};
      for (const topic of topics)
        from[topic] =
          ledger.counts[topic] ?? new Array<number>(await partitionsOf(kafkaOptions, topic)).fill(0);
      const kafka = createKafkaSink(kafkaOptions, from);
      const keys = new Set(ledger.keys);
      try {
        for (const file of customExports(written, world.day(day))) {
          await s3.putObject(file.key, file.body());
          keys.add(file.key);
        }
        await landDay(
          world.day(day),
          {
            putObject: async (key, body) => {
              signal.throwIfAborted();
              await s3.putObject(key, body);
              keys.add(key);
            },
            produce: async (source, messages) => {
              signal.throwIfAborted();
              await kafka.produce(source, messages);
            },
            progress: ({ date, files, messages }) =>
              progress({
                step: "land",
                detail: `${date}: ${files} files to S3, events to Kafka`,
                done: messages,
              }),
          },
          { amend: amendOf(day) },
        );
      } finally {
        await kafka.close();
      }
      ledger.days = day;
      ledger.keys = [...keys].sort();
      for (const topic of topics)
        ledger.counts = { ...ledger.counts, [topic]: await partitionCounts(kafkaOptions, topic) };
      writeFileAtomic(path, `${JSON.stringify(ledger)}\n`);
    }
  } finally {
    s3.close();
  }
  const whole = world.truth(ledger.days);
  const { truth } = whole;
  writeFileAtomic(join(project.dataDir, "truth.json"), `${JSON.stringify(truth, null, 2)}\n`);
  // Documents are kept as they are; no pipe loads them.
  const loaded = new Set(ledger.keys.filter((key) => key.endsWith(".gz")));
  return {
    world,
    days: ledger.days,
    add(more) {
      ledger.keys = [...new Set([...ledger.keys, ...more])].sort();
      for (const key of more) loaded.add(key);
      writeFileAtomic(path, `${JSON.stringify(ledger)}\n`);
    },
    summary:
      ledger.days === before
        ? `${ledger.days} days were landed before`
        : `days ${before + 1} to ${ledger.days}`,
    keys: loaded,
    sources: truth.sources.map(({ source, records, unique, duplicates, malformed }) => ({
      source,
      records,
      unique,
      duplicates,
      malformed: Object.values(malformed).reduce((sum, n) => sum + n, 0),
    })),
    truth: truthTables(whole),
  };
}

/** The rows that a KPI must have, by its name; undefined for one that the generator knows no truth of. */
export function truthTables({ truth, usage, tables }: TruthWithUsage): Landed["truth"] {
  const kpis: Record<string, unknown> = { ...tables, ...truth.kpis, daily_account_usage: usage };
  return (kpi) => {
    const rows = kpis[kpi];
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : undefined;
  };
}

async function partitionsOf(options: Parameters<typeof partitionCounts>[0], topic: string): Promise<number> {
  return (await partitionCounts(options, topic)).length;
}

/** The topic of the generator's `product_events` is `product.events`. */
export const topicOf = (source: string): string => source.replace("_", ".");

/** The topics that events are produced to. */
export function eventTopics(platform: Platform): string[] {
  const topics = platform.connectors.map((each) => each.topic).filter((topic) => !topic.endsWith(".dlq"));
  if (!topics.includes("product.events"))
    throw new CliError("The platform has no connector for product events.", "Enable firn:kafka.", EXIT.usage);
  return topics;
}

function refuseOtherWorld(ledger: Ledger, config: EmbeddedConfig, project: Project): void {
  for (const key of ["seed", "startDay", "scale"] as const)
    if (ledger.days > 0 && ledger[key] !== config[key])
      throw new CliError(
        `This stack already holds data of another company: ${key} ${ledger[key]}, now ${config[key]} is asked for.`,
        `Give the same ${key}, or erase the stack with \`npx firn down --erase --stack ${project.stack}\`.`,
        EXIT.usage,
      );
  if (config.days < ledger.days)
    throw new CliError(
      `${ledger.days} days are landed already; ${config.days} are asked for.`,
      `Ask for at least ${ledger.days}, or erase the stack with \`npx firn down --erase --stack ${project.stack}\`.`,
      EXIT.usage,
    );
}
