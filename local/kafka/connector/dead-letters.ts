import { Consumer, type MessageToProduce, ProduceAcks, Producer } from "@platformatic/kafka";
import { CONVERTER_CLASSES, type ConversionError } from "./convert.ts";
import type { SourceRecord } from "./encode.ts";
import { explain, isUnauthorized } from "./explain.ts";
import { type KafkaConnection, kafkaOptions } from "./kafka-options.ts";

/** Kafka Connect's prefix of the headers that tell where a dead letter comes from (DeadLetterQueueReporter). */
const PREFIX = "__connect.errors.";

/** How many records at the end of each partition of the queue are looked at for what was sent before a kill. */
const REMEMBERED = 10_000;

export interface DeadLetter {
  record: SourceRecord;
  error: ConversionError;
}

/** The dead-letter queue of a connector. Letters of a partition are sent once, in the order of their offsets. */
export class DeadLetterQueue {
  private readonly connection: KafkaConnection;
  private readonly connector: string;
  private readonly topic: string;
  private readonly contextHeaders: boolean;
  private readonly producer: Producer;
  /** `topic/partition` → the highest offset that is in the queue. */
  private readonly sent = new Map<string, bigint>();

  constructor(connection: KafkaConnection, connector: string, topic: string, contextHeaders: boolean) {
    this.connection = connection;
    this.connector = connector;
    this.topic = topic;
    this.contextHeaders = contextHeaders;
    this.producer = new Producer({ ...kafkaOptions(connection), idempotent: true, acks: ProduceAcks.ALL });
  }

  /**
   * Looks at the end of the queue for letters that an earlier run sent and then could not count as done. Without the
   * context headers, or without the right to read the queue, a letter may be sent twice then, as Kafka Connect does.
   */
  async remember(): Promise<void> {
    if (!this.contextHeaders) return;
    const consumer = new Consumer({
      ...kafkaOptions(this.connection),
      groupId: `${this.connector}-dead-letters`,
    });
    try {
      consumer.topics.track(this.topic);
      const metadata = await consumer.metadata({ topics: [this.topic] });
      const topic = metadata.topics.get(this.topic);
      const ends = (await consumer.listOffsets({ topics: [this.topic] })).get(this.topic) ?? [];
      const starts =
        (await consumer.listOffsets({ topics: [this.topic], timestamp: -2n })).get(this.topic) ?? [];
      for (const [partition, end] of ends.entries()) {
        const start = starts[partition] ?? 0n;
        let offset = end - BigInt(REMEMBERED) > start ? end - BigInt(REMEMBERED) : start;
        while (topic && offset < end) {
          offset = await this.rememberFrom(
            consumer,
            topic.id,
            topic.partitions[partition]!.leader,
            partition,
            offset,
          );
        }
      }
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      console.log(`${this.connector}: the dead-letter queue cannot be read (${explain(error)})`);
    } finally {
      await consumer.close(true).catch(() => undefined);
    }
  }

  /** Sends the letters that the queue does not hold yet; resolves when the broker has them. */
  async send(letters: readonly DeadLetter[]): Promise<void> {
    const fresh = letters.filter(({ record }) => record.offset > (this.sent.get(keyOf(record)) ?? -1n));
    if (fresh.length === 0) return;
    await this.producer.send({ messages: fresh.map((letter) => this.messageOf(letter)) });
    for (const { record } of fresh) this.sent.set(keyOf(record), record.offset);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private async rememberFrom(
    consumer: Consumer,
    topicId: string,
    node: number,
    partition: number,
    offset: bigint,
  ): Promise<bigint> {
    const response = await consumer.fetch({
      node,
      maxWaitTime: 1000,
      topics: [
        {
          topicId,
          partitions: [
            {
              partition,
              fetchOffset: offset,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
              partitionMaxBytes: 4 * 1024 * 1024,
            },
          ],
        },
      ],
    });
    let next = offset;
    for (const batch of response.responses[0]?.partitions[0]?.records ?? []) {
      for (const { headers } of batch.records) {
        const byName = new Map(headers.map(([name, value]) => [name?.toString(), value?.toString()]));
        const from = `${byName.get(`${PREFIX}topic`)}/${byName.get(`${PREFIX}partition`)}`;
        const original = byName.get(`${PREFIX}offset`);
        if (byName.get(`${PREFIX}connector.name`) !== this.connector || !/^\d+$/.test(original ?? ""))
          continue;
        const known = this.sent.get(from) ?? -1n;
        if (BigInt(original!) > known) this.sent.set(from, BigInt(original!));
      }
      next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    }
    // Nothing came although there should be something: leave it, rather than ask for ever.
    return next === offset ? next + BigInt(REMEMBERED) : next;
  }

  private messageOf({ record, error }: DeadLetter): MessageToProduce {
    const headers = new Map<Buffer, Buffer>();
    for (const [name, value] of record.headers) {
      if (name !== null && value !== null) headers.set(name, value);
    }
    if (this.contextHeaders) {
      for (const [name, value] of Object.entries(contextOf(this.connector, record, error))) {
        headers.set(Buffer.from(PREFIX + name), Buffer.from(value));
      }
    }
    return {
      topic: this.topic,
      headers,
      ...(record.key === null ? {} : { key: record.key }),
      ...(record.value === null ? {} : { value: record.value }),
    };
  }
}

/** The headers that Kafka Connect adds, without their prefix. */
export function contextOf(
  connector: string,
  record: SourceRecord,
  error: ConversionError,
): Record<string, string> {
  const exception = "org.apache.kafka.connect.errors.DataException";
  const message = `Converting byte[] to Kafka Connect data failed due to serialization error: ${error.message}`;
  return {
    topic: record.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    "connector.name": connector,
    "task.id": "0",
    stage: `${error.part}_CONVERTER`,
    "class.name": CONVERTER_CLASSES[error.converter],
    "exception.class.name": exception,
    "exception.message": message,
    "exception.stacktrace": `${exception}: ${message}`,
  };
}

const keyOf = ({ topic, partition }: SourceRecord): string => `${topic}/${partition}`;
