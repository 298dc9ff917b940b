import { setTimeout as delay } from "node:timers/promises";
import { Consumer } from "@platformatic/kafka";
import type { ConnectorConfig } from "./config.ts";
import { DeadLetterQueue } from "./dead-letters.ts";
import { explain } from "./explain.ts";
import { type FetchResponse, fetchedPartitions } from "./fetch.ts";
import { KeyPairToken } from "./jwt.ts";
import { type KafkaConnection, kafkaOptions } from "./kafka-options.ts";
import { IntolerableRecordError, PartitionSink } from "./partition-sink.ts";
import type { ConnectorStatus } from "./status.ts";
import { StreamingApiError, StreamingClient } from "./streaming-client.ts";

/** Timestamps that ListOffsets takes for the two ends of a partition. */
const EARLIEST = -2n;
const LATEST = -1n;

/** What may wait in memory for all partitions together. */
const MAX_PENDING = 32 * 1024 * 1024;

const PARTITION_BYTES = 2 * 1024 * 1024;
const FETCH_BYTES = 8 * 1024 * 1024;
const MAX_WAIT_MS = 250;
const COMMIT_EVERY_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

export interface TaskOptions {
  /** Account identifier for the key-pair token. */
  account: string;
  kafka: KafkaConnection;
  group: string;
  signal: AbortSignal;
  log: (line: string) => void;
}

/**
 * The one task of a connector: joins its consumer group, fetches its partitions and hands them to their sinks. What can
 * pass (a broker or an account that does not answer, a table that is not there yet) is tried again for ever, from the
 * offsets that the account has committed; what cannot ends it.
 */
export class ConnectorTask {
  private readonly config: ConnectorConfig;
  private readonly options: TaskOptions;
  private readonly client: StreamingClient;
  private sinks: PartitionSink[] = [];
  private state: ConnectorStatus["state"] = "starting";
  private error: string | undefined;
  private wake: () => void = () => undefined;

  constructor(config: ConnectorConfig, options: TaskOptions) {
    this.config = config;
    this.options = options;
    const token = new KeyPairToken(
      options.account,
      config.user,
      config.privateKey,
      config.privateKeyPassphrase,
    );
    this.client = new StreamingClient(config.url, token, config.role);
  }

  status(): ConnectorStatus {
    return {
      name: this.config.name,
      state: this.state,
      ...(this.error === undefined ? {} : { error: this.error }),
      partitions: this.sinks.map((sink) => sink.status()),
    };
  }

  /** Runs until the signal, or until something that no second try can mend. */
  async run(): Promise<void> {
    const { signal, log } = this.options;
    let pause = 200;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        await this.session();
      } catch (error) {
        if (signal.aborted) break;
        this.error = explain(error);
        if (isFinal(error)) {
          this.state = "failed";
          log(`${this.config.name}: failed: ${this.error}`);
          break;
        }
        this.state = "retrying";
        pause = Date.now() - began > 30_000 ? 200 : Math.min(pause * 2, LONGEST_PAUSE_MS);
        log(`${this.config.name}: ${this.error}; again in ${pause} ms`);
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
    this.client.close();
  }

  /** One membership in the group, from joining it to the first failure. */
  private async session(): Promise<void> {
    const { kafka, group } = this.options;
    const { deadLetters: queue } = this.config;
    const consumer = new Consumer({
      ...kafkaOptions(kafka),
      groupId: group,
      sessionTimeout: 10_000,
      // A member of this name takes the place of one that was killed, instead of waiting for its session to end.
      groupInstanceId: `${group}-0`,
    });
    const deadLetters = queue
      ? new DeadLetterQueue(kafka, this.config.name, queue.topic, queue.contextHeaders)
      : undefined;
    let membershipChanged = false;
    try {
      consumer.topics.trackAll(...this.config.topics);
      await deadLetters?.remember();
      await consumer.joinGroup();
      consumer.on("consumer:group:rebalance", () => {
        membershipChanged = true;
      });
      await this.openSinks(consumer, deadLetters);
      this.state = "running";
      this.error = undefined;
      await this.pump(consumer, () => membershipChanged);
    } finally {
      await this.settle();
      await this.commit(consumer).catch(() => undefined);
      await consumer.close(true).catch(() => undefined);
      await deadLetters?.close().catch(() => undefined);
    }
  }

  private async openSinks(consumer: Consumer, deadLetters: DeadLetterQueue | undefined): Promise<void> {
    const assigned = consumer.assignments ?? [];
    const { topics, name, offsetReset } = this.config;
    const first = await consumer.listOffsets({ topics, timestamp: EARLIEST });
    const end = await consumer.listOffsets({ topics, timestamp: LATEST });
    const group =
      assigned.length > 0
        ? await consumer.listCommittedOffsets({ topics: assigned })
        : new Map<string, bigint[]>();
    const before = this.sinks;
    this.sinks = await Promise.all(
      assigned.flatMap(({ topic, partitions }) =>
        partitions.map(async (partition) => {
          const sink = new PartitionSink(this.config, this.client, deadLetters, topic, partition);
          sink.onSettled = () => this.wake();
          const [from = 0n, to = 0n] = [first.get(topic)?.[partition], end.get(topic)?.[partition]];
          const known = group.get(topic)?.[partition] ?? -1n;
          await sink.open(known >= 0n ? known : undefined, offsetReset === "earliest" ? from : to);
          if (sink.fetchOffset < from) {
            this.options.log(
              `${name}: ${topic}-${partition}: offsets ${sink.fetchOffset} to ${from - 1n} are not kept any more`,
            );
            sink.skipTo(from);
          }
          if (sink.fetchOffset > to) {
            throw new StrangeTopicError(
              `${topic}-${partition} ends at offset ${to}, and the account has rows up to offset ${sink.fetchOffset - 1n}: ` +
                "the topic was made anew; make the table anew, or remove its channel",
            );
          }
          sink.continueCounts(before);
          return sink;
        }),
      ),
    );
  }

  /** Fetches and hands on until the signal, a change of the group, or a failure. */
  private async pump(consumer: Consumer, membershipChanged: () => boolean): Promise<void> {
    const { signal } = this.options;
    let committedAt = Date.now();
    while (!signal.aborted && !membershipChanged()) {
      for (const sink of this.sinks) if (sink.failure !== undefined) throw sink.failure;
      const pending = this.sinks.reduce((sum, sink) => sum + sink.pending, 0);
      const open = pending > MAX_PENDING ? [] : this.sinks.filter((sink) => !sink.isFull);
      if (open.length === 0) await this.settled();
      else await this.fetch(consumer, open);
      if (Date.now() - committedAt > COMMIT_EVERY_MS) {
        await this.commit(consumer);
        committedAt = Date.now();
      }
    }
  }

  private async fetch(consumer: Consumer, sinks: PartitionSink[]): Promise<void> {
    const metadata = await consumer.metadata({ topics: this.config.topics });
    const byNode = new Map<number, PartitionSink[]>();
    for (const sink of sinks) {
      const leader = metadata.topics.get(sink.topic)?.partitions[sink.partition]?.leader ?? -1;
      byNode.set(leader, [...(byNode.get(leader) ?? []), sink]);
    }
    await Promise.all(
      [...byNode].map(async ([node, mine]) => {
        const topics = this.config.topics.flatMap((name) => {
          const topicId = metadata.topics.get(name)?.id;
          const partitions = mine.filter(({ topic }) => topic === name).map(partitionRequest);
          return topicId && partitions.length > 0 ? [{ topicId, partitions }] : [];
        });
        const response = await consumer.fetch({
          node,
          topics,
          minBytes: 1,
          maxBytes: FETCH_BYTES,
          maxWaitTime: MAX_WAIT_MS,
        });
        for (const name of this.config.topics) {
          const topicId = metadata.topics.get(name)?.id;
          if (topicId) this.handOn(response, topicId, name, mine);
        }
      }),
    );
  }

  private handOn(response: FetchResponse, topicId: string, topic: string, sinks: PartitionSink[]): void {
    const now = Date.now();
    for (const fetched of fetchedPartitions(response, topicId, topic)) {
      const sink = sinks.find((each) => each.topic === topic && each.partition === fetched.partition);
      if (!sink || sink.failure !== undefined) continue;
      sink.setEnd(fetched.end);
      if (fetched.next !== undefined) sink.push(fetched.records, fetched.next, now);
    }
  }

  /** Tells the group what is done, so that Kafka's own tools show the lag. The account's offsets are what counts. */
  private async commit(consumer: Consumer): Promise<void> {
    if (this.sinks.length === 0 || !consumer.isActive()) return;
    await consumer.commit({
      offsets: this.sinks.map(({ topic, partition, committed }) => ({
        topic,
        partition,
        offset: committed,
        leaderEpoch: -1,
      })),
    });
  }

  /** Waits until some request has ended. */
  private settled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Waits until nothing is under way any more. */
  private async settle(): Promise<void> {
    const until = Date.now() + 10_000;
    while (this.sinks.some((sink) => !sink.isIdle && sink.failure === undefined) && Date.now() < until) {
      await this.settled();
    }
  }
}

function partitionRequest(sink: PartitionSink) {
  return {
    partition: sink.partition,
    fetchOffset: sink.fetchOffset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: PARTITION_BYTES,
  };
}

/** A topic that is not the one that was read before. */
class StrangeTopicError extends Error {}

/** A record that must not be left out, or an answer that will be the same the next time. */
function isFinal(error: unknown): boolean {
  if (error instanceof IntolerableRecordError || error instanceof StrangeTopicError) return true;
  return error instanceof StreamingApiError && [400, 405, 413, 422].includes(error.status);
}
