/**
 * How fast the connector takes records from the broker to the account: `node bench/kafka-connector.ts [records]`.
 * Baseline: fetching the same records and dropping them. The account is a counting stand-in, so that the figure is that
 * of consume, convert, encode and send.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Admin, Consumer, Producer } from "@platformatic/kafka";
import { fetchedPartitions } from "../local/kafka/connector/fetch.ts";
import { readConnectorStatus, startConnector } from "../local/kafka/connector/start.ts";
import { type KafkaBroker, startKafka } from "../local/kafka/start.ts";
import { inspectServices } from "../local/supervisor/service-record.ts";
import { stopServices } from "../local/supervisor/stop.ts";
import { FakeAccount } from "../tests/local/kafka/connector/fake-account.ts";

const TOPIC = "bench";
const PARTITIONS = 3;
const records = Number(process.argv[2] ?? 500_000);

const event = (index: number): string =>
  JSON.stringify({
    event_id: `e-${index}`,
    account_id: `0015g00000${index % 5000}`,
    occurred_at: new Date(1_700_000_000_000 + index * 37).toISOString(),
    name: "directory.user.synced",
    properties: { agent: "linux", version: "4.2.1", duration_ms: index % 900, ok: index % 17 !== 0 },
  });

async function produce(kafka: KafkaBroker): Promise<void> {
  const options = optionsOf(kafka);
  const admin = new Admin(options);
  await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS, replicas: 1 });
  await admin.close();
  const producer = new Producer(options);
  const batch = 5000;
  for (let at = 0; at < records; at += batch) {
    const messages = Array.from({ length: Math.min(batch, records - at) }, (_, index) => ({
      topic: TOPIC,
      partition: (at + index) % PARTITIONS,
      key: Buffer.from(String((at + index) % 5000)),
      value: Buffer.from(event(at + index)),
    }));
    await producer.send({ messages });
  }
  await producer.close();
}

const optionsOf = (kafka: KafkaBroker) => ({
  clientId: "bench",
  bootstrapBrokers: [kafka.bootstrapServers],
  sasl: { mechanism: "PLAIN" as const, ...kafka.users.admin },
});

/** Records a second that a bare fetch yields. */
async function fetchOnly(kafka: KafkaBroker): Promise<number> {
  const consumer = new Consumer({ ...optionsOf(kafka), groupId: "baseline" });
  consumer.topics.track(TOPIC);
  const topic = (await consumer.metadata({ topics: [TOPIC] })).topics.get(TOPIC)!;
  const offsets = Array.from({ length: PARTITIONS }, () => 0n);
  const began = performance.now();
  let seen = 0;
  while (seen < records) {
    const response = await consumer.fetch({
      node: topic.partitions[0]!.leader,
      maxBytes: 16 << 20,
      topics: [
        {
          topicId: topic.id,
          partitions: offsets.map((fetchOffset, partition) => ({
            partition,
            fetchOffset,
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
            partitionMaxBytes: 4 << 20,
          })),
        },
      ],
    });
    for (const fetched of fetchedPartitions(response, topic.id, TOPIC)) {
      for (const _ of fetched.records) seen += 1;
      offsets[fetched.partition] = fetched.next ?? offsets[fetched.partition]!;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  await consumer.close(true);
  return records / seconds;
}

async function connect(kafka: KafkaBroker, account: FakeAccount, url: string, dir: string): Promise<number> {
  const began = performance.now();
  await startConnector({
    dir: join(dir, "connector"),
    account: account.account,
    kafka: { bootstrapServers: kafka.bootstrapServers, ...kafka.users.admin },
    connectors: [
      {
        name: TOPIC,
        config: {
          topics: TOPIC,
          "snowflake.topic2table.map": `${TOPIC}:EVENTS`,
          "snowflake.database.name": "RAW",
          "snowflake.schema.name": "BENCH",
          "snowflake.user.name": account.user,
          "snowflake.enable.schematization": "false",
          "value.converter": "org.apache.kafka.connect.json.JsonConverter",
          "value.converter.schemas.enable": "false",
        },
      },
    ],
    supplied: { "snowflake.url.name": url, "snowflake.private.key": account.privateKey },
  });
  console.log(`  connector ready after ${((performance.now() - began) / 1000).toFixed(2)} s`);
  while ((account.counts.get("EVENTS") ?? 0) === 0) await delay(5);
  const first = performance.now();
  const already = account.counts.get("EVENTS") ?? 0;
  while ((account.counts.get("EVENTS") ?? 0) < records) await delay(5);
  const rate = (records - already) / ((performance.now() - first) / 1000);
  console.log(
    `  ${account.requests} requests, ${JSON.stringify(readConnectorStatus(join(dir, "connector"))?.connectors[0]?.state)}`,
  );
  return rate;
}

/** The most memory that the connector's process had, in MB; Linux only. */
function peakMemory(servicesDir: string): string {
  const pid = inspectServices(servicesDir).find(({ name }) => name === "connector")?.pid;
  const file = `/proc/${pid}/status`;
  const kilobytes = existsSync(file) ? /VmHWM:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  return kilobytes ? `${Math.round(Number(kilobytes) / 1024)} MB` : "unknown";
}

const dir = mkdtempSync(join(tmpdir(), "firn-bench-"));
const account = new FakeAccount();
account.keepRows = false;
try {
  const url = await account.listen();
  const kafka = await startKafka({ dir: join(dir, "kafka") });
  const began = performance.now();
  await produce(kafka);
  console.log(
    `${records} records of ${event(0).length} bytes produced in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  const connector = await connect(kafka, account, url, dir);
  console.log(`  peak memory ${peakMemory(join(dir, "services"))}`);
  const baseline = await fetchOnly(kafka);
  console.log(`fetch only  ${Math.round(baseline).toLocaleString("en")} records/s`);
  console.log(
    `connector   ${Math.round(connector).toLocaleString("en")} records/s (${(connector / baseline).toFixed(2)} × fetch only)`,
  );
} finally {
  await stopServices(join(dir, "services"));
  await account.close();
  rmSync(dir, { recursive: true, force: true });
}
