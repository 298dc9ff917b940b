/** Events by way of a topic: the broker, the program's connector, and how far it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { Admin } from "@platformatic/kafka";
import type { Platform } from "../../infra/platform.ts";
import { createKafkaSink, type KafkaSink, partitionCounts } from "../../local/data/kafka-sink.ts";
import { readConnectorStatus, startConnector } from "../../local/kafka/connector/start.ts";
import { type KafkaBroker, startKafka } from "../../local/kafka/start.ts";
import { stopService } from "../../local/supervisor/stop.ts";
import { type AccountSide, type Part, projectIn } from "./account-side.ts";
import type { DiskBatch } from "./batches.ts";

const MESSAGES = 5000;

export class KafkaWay {
  readonly #platform: Platform;
  readonly #account: AccountSide;
  readonly #dir: string;
  readonly #broker: KafkaBroker;
  readonly #sink: KafkaSink;
  readonly #key: string;

  private constructor(
    platform: Platform,
    account: AccountSide,
    dir: string,
    broker: KafkaBroker,
    sink: KafkaSink,
    key: string,
  ) {
    this.#platform = platform;
    this.#account = account;
    this.#dir = dir;
    this.#broker = broker;
    this.#sink = sink;
    this.#key = key;
  }

  static async open(platform: Platform, account: AccountSide, dir: string): Promise<KafkaWay> {
    const broker = await startKafka({
      dir: join(dir, "kafka"),
      servicesDir: projectIn(dir).servicesDir,
      usernames: { producer: "product-service", connector: "snowflake-connector" },
    });
    const admin = new Admin(adminOptions(broker));
    const existing = await admin.listTopics();
    for (const topic of platform.topics.filter((one) => one.name.startsWith("product.")))
      if (!existing.includes(topic.name))
        await admin.createTopics({ topics: [topic.name], partitions: topic.partitions, replicas: 1 });
    await admin.close();
    const { sasl } = adminOptions(broker);
    const topic = platform.connectors.find((one) => !one.topic.endsWith(".dlq"))!.topic;
    const sink = createKafkaSink({
      brokers: [broker.bootstrapServers],
      sasl,
      topicOf: () => topic,
    });
    return new KafkaWay(platform, account, dir, broker, sink, await account.connectorKey());
  }

  /**
   * Produces the batch while the connector is down, then times the connector from its start to the last record's
   * commit. The producer would otherwise take its share of the machine.
   */
  async load(batch: DiskBatch): Promise<Part> {
    const { servicesDir } = projectIn(this.#dir);
    await stopService(servicesDir, "connector");
    for (const path of batch.files) await this.#produce(gunzipSync(readFileSync(path)));
    return this.#account.timed(async () => {
      await this.#connect();
      for (const { topic, name } of this.#platform.connectors) {
        const ends = await partitionCounts(
          { brokers: [this.#broker.bootstrapServers], sasl: adminOptions(this.#broker).sasl },
          topic,
        );
        while (!this.#hasRead(name, topic, ends)) await delay(50);
      }
    });
  }

  async #produce(lines: Buffer): Promise<void> {
    let messages: { partitionKey: string; sequence: string; value: Buffer }[] = [];
    let count = 0;
    for (let at = 0; at < lines.length; ) {
      const end = lines.indexOf(10, at);
      const value = lines.subarray(at, end);
      // The organisation's id stands at one place of every sound record; what lacks it goes anywhere.
      const found = value.indexOf('"org_id":"');
      const partitionKey = found < 0 ? "" : value.toString("latin1", found + 10, found + 22);
      messages.push({ partitionKey, sequence: `0:${count++}`, value });
      at = end + 1;
      if (messages.length === MESSAGES || at >= lines.length) {
        await this.#sink.produce("product_events", messages);
        messages = [];
      }
    }
  }

  async #connect(): Promise<void> {
    const { host, port, account } = this.#account.endpoint;
    await startConnector({
      dir: join(this.#dir, "connector"),
      servicesDir: projectIn(this.#dir).servicesDir,
      account,
      // The bench declares no ACLs: the broker's super user needs none.
      kafka: { bootstrapServers: this.#broker.bootstrapServers, ...this.#broker.users.admin },
      connectors: this.#platform.connectors.map(({ name, config }) => ({
        name,
        config: {
          ...config,
          "snowflake.user.name": "ADMIN",
          "snowflake.role.name": "ACCOUNTADMIN",
          "snowflake.url.name": `http://${host}:${port}`,
          "snowflake.private.key": this.#key,
        },
      })),
    });
  }

  #hasRead(name: string, topic: string, ends: readonly number[]): boolean {
    const status = readConnectorStatus(join(this.#dir, "connector"))?.connectors.find(
      (one) => one.name === name,
    );
    if (status?.state === "failed") throw new Error(`connector ${name}: ${status.error ?? "failed"}`);
    return ends.every(
      (end, partition) =>
        (status?.partitions.find((one) => one.topic === topic && one.partition === partition)?.position ??
          0) >= end,
    );
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }
}

const adminOptions = (broker: KafkaBroker) => ({
  clientId: "bench",
  bootstrapBrokers: [broker.bootstrapServers],
  sasl: { mechanism: "PLAIN" as const, ...broker.users.admin },
});
