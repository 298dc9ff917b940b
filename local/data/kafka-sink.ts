import { crc32 } from "node:zlib";
import { Admin, ListOffsetTimestamps, ProduceAcks, Producer, stringSerializer } from "@platformatic/kafka";
import type { LandedMessage } from "./land.ts";

export interface KafkaSinkOptions {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  /** SASL credentials; without them the connection is plain. */
  readonly sasl?: {
    readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
    readonly username: string;
    readonly password: string;
  };
  readonly tls?: boolean;
  /** The physical topic of a source's name, e.g. of `product_events`. Default: the name itself. */
  topicOf?(source: string): string;
}

export interface KafkaSink {
  produce(source: string, messages: readonly LandedMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** The header that says which record of which day a message is: `<day>:<number>`. */
export const SEQUENCE_HEADER = "source-sequence";

/** The partition of a key: the same on every run, which resuming depends on. */
export const partitionOf = (key: string, partitions: number): number => crc32(key) % partitions;

/** Records in each partition of a topic since it was made. */
export type PartitionCounts = readonly number[];

/**
 * Leaves out of a sequence of messages those that a partition holds already: its first `held - from` ones of this
 * landing, since a partition keeps the order in which it was sent to.
 */
export function createSkipper(
  held: PartitionCounts,
  from: PartitionCounts,
): (message: LandedMessage) => number | undefined {
  const left = held.map((count, partition) => count - (from[partition] ?? 0));
  return ({ partitionKey }) => {
    const partition = partitionOf(partitionKey, left.length);
    if (left[partition]! > 0) {
      left[partition]!--;
      return undefined;
    }
    return partition;
  };
}

/** How many records each partition of a topic was given since it was made. */
export async function partitionCounts(options: KafkaSinkOptions, topic: string): Promise<PartitionCounts> {
  const admin = new Admin(clientOptions(options));
  try {
    const metadata = await admin.metadata({ topics: [topic] });
    const partitions = metadata.topics.get(topic)?.partitionsCount ?? 0;
    const [listed] = await admin.listOffsets({
      topics: [
        {
          name: topic,
          partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
            partitionIndex,
            timestamp: ListOffsetTimestamps.LATEST,
          })),
        },
      ],
    });
    const counts = new Array<number>(partitions).fill(0);
    for (const { partitionIndex, offset } of listed?.partitions ?? [])
      counts[partitionIndex] = Number(offset);
    return counts;
  } finally {
    await admin.close();
  }
}

/**
 * Produces with acknowledgement by all replicas, idempotently. `from` tells, by topic, what the partitions held when
 * this landing began: what a killed run of the same landing has produced since is not produced again. Topics must exist.
 */
export function createKafkaSink(
  options: KafkaSinkOptions,
  from: Readonly<Record<string, PartitionCounts>> = {},
): KafkaSink {
  const { topicOf = (source: string) => source } = options;
  const skippers = new Map<string, Promise<ReturnType<typeof createSkipper>>>();
  const producer = new Producer<string, Buffer, string, string>({
    ...clientOptions(options),
    serializers: {
      key: stringSerializer,
      value: (value) => value,
      headerKey: stringSerializer,
      headerValue: stringSerializer,
    },
    acks: ProduceAcks.ALL,
    idempotent: true,
    autocreateTopics: false,
  });
  const skipperOf = (topic: string) => {
    let skipper = skippers.get(topic);
    if (!skipper) {
      skipper = partitionCounts(options, topic).then((held) => createSkipper(held, from[topic] ?? held));
      skippers.set(topic, skipper);
    }
    return skipper;
  };
  return {
    async produce(source, messages) {
      const topic = topicOf(source);
      const partitionToSend = await skipperOf(topic);
      const fresh = [];
      for (const message of messages) {
        const partition = partitionToSend(message);
        if (partition === undefined) continue;
        fresh.push({
          topic,
          partition,
          key: message.partitionKey,
          value: message.value,
          headers: { [SEQUENCE_HEADER]: message.sequence },
        });
      }
      for (const messages of bySize(fresh, MAX_SEND_BYTES)) await producer.send({ messages });
    },
    close: () => producer.close(),
  };
}

/** A broker refuses a batch of more than 1 MiB (its `message.max.bytes`); all of a send may go to one partition. */
const MAX_SEND_BYTES = 768 * 1024;
/** What a record takes besides its value: lengths, key, header. */
const RECORD_OVERHEAD = 96;

/** Runs of messages, in order, whose records take no more than so many bytes together. */
export function* bySize<T extends { readonly value: Buffer }>(
  messages: readonly T[],
  most: number,
): Generator<T[]> {
  let run: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = message.value.length + RECORD_OVERHEAD;
    if (run.length > 0 && bytes + size > most) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(message);
    bytes += size;
  }
  if (run.length > 0) yield run;
}

const clientOptions = ({ brokers, sasl, tls }: KafkaSinkOptions) => ({
  clientId: "source-data",
  bootstrapBrokers: [...brokers],
  sasl,
  tls: tls ? {} : undefined,
});
