import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import {
  type ConnectorDefinition,
  readConnectorStatus,
  startConnector,
} from "../../../../local/kafka/connector/start.ts";
import type { ConnectorStatus } from "../../../../local/kafka/connector/status.ts";
import { type KafkaBroker, startKafka } from "../../../../local/kafka/start.ts";
import { tailOfFile } from "../../../../local/supervisor/files.ts";
import { inspectServices } from "../../../../local/supervisor/service-record.ts";
import { stopService, stopServices } from "../../../../local/supervisor/stop.ts";
import { FakeAccount, type Row } from "./fake-account.ts";

let dir: string;
let kafka: KafkaBroker;
let account: FakeAccount;
let url: string;
let topics = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-connector-"));
  kafka = await startKafka({ dir: join(dir, "kafka"), heapMb: 256 });
});
afterAll(async () => {
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  account = new FakeAccount();
  url = await account.listen();
});
afterEach(async () => {
  await stopService(join(dir, "services"), "connector");
  await account.close();
});

const connection = (user: { username: string; password: string }) => ({
  clientId: "test",
  bootstrapBrokers: [kafka.bootstrapServers],
  sasl: { mechanism: kafka.saslMechanism, username: user.username, password: user.password },
  retries: 3,
});

/** A topic with three partitions, its dead-letter queue, and what the connector's principal may do with them. */
async function makeTopics(): Promise<{ topic: string; queue: string }> {
  topics += 1;
  const [topic, queue] = [`events${topics}`, `events${topics}.dlq`];
  const admin = new Admin(connection(kafka.users.admin));
  try {
    await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
    await admin.createTopics({ topics: [queue], partitions: 1, replicas: 1 });
    const allow = (resourceType: number, resourceName: string, operation: number) => ({
      resourceType: resourceType as typeof ResourceTypes.TOPIC,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: `User:${kafka.users.connector.username}`,
      host: "*",
      operation: operation as typeof AclOperations.READ,
      permissionType: AclPermissionTypes.ALLOW,
    });
    await admin.createAcls({
      creations: [
        ...[topic, queue].flatMap((name) => [
          allow(ResourceTypes.TOPIC, name, AclOperations.READ),
          allow(ResourceTypes.TOPIC, name, AclOperations.DESCRIBE),
        ]),
        allow(ResourceTypes.TOPIC, queue, AclOperations.WRITE),
        allow(ResourceTypes.GROUP, `connect-${topic}`, AclOperations.READ),
        allow(ResourceTypes.GROUP, `connect-${queue}`, AclOperations.READ),
      ],
    });
  } finally {
    await admin.close();
  }
  return { topic, queue };
}

async function produce(topic: string, values: (string | null)[]): Promise<void> {
  const producer = new Producer(connection(kafka.users.admin));
  try {
    const messages = values.map((value, index) => ({
      topic,
      partition: index % 3,
      key: Buffer.from(String(index)),
      ...(value === null ? {} : { value: Buffer.from(value) }),
      headers: new Map([[Buffer.from("source"), Buffer.from("test")]]),
    }));
    for (let at = 0; at < messages.length; at += 1000)
      await producer.send({ messages: messages.slice(at, at + 1000) });
  } finally {
    await producer.close();
  }
}

function definitions(topic: string, queue: string): ConnectorDefinition[] {
  const common = {
    "snowflake.database.name": "RAW",
    "snowflake.schema.name": "PRODUCT",
    "snowflake.user.name": account.user,
    "snowflake.role.name": "LOADER",
    "snowflake.enable.schematization": "false",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  };
  return [
    {
      name: topic,
      config: {
        ...common,
        topics: topic,
        "snowflake.topic2table.map": `${topic}:EVENTS`,
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": queue,
        "errors.deadletterqueue.context.headers.enable": "true",
      },
    },
    {
      name: queue,
      config: {
        ...common,
        topics: queue,
        "snowflake.topic2table.map": `${queue}:DEAD_LETTERS`,
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      },
    },
  ];
}

const start = (topic: string, queue: string) =>
  startConnector({
    dir: join(dir, "connector"),
    connectors: definitions(topic, queue),
    account: account.account,
    kafka: { bootstrapServers: kafka.bootstrapServers, ...kafka.users.connector },
    supplied: { "snowflake.url.name": url, "snowflake.private.key": account.privateKey },
  });

const statusOf = (name: string): ConnectorStatus | undefined =>
  readConnectorStatus(join(dir, "connector"))?.connectors.find((connector) => connector.name === name);

/** Waits for a condition that a service brings about, as one polls a status. */
async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline)
      throw new Error(
        `not in time: ${what}; ${JSON.stringify(statusOf(`events${topics}`))}\n${tailOfFile(join(dir, "services", "connector.log"), 20)}`,
      );
    await delay(20);
  }
}

const ids = (rows: Row[]): number[] =>
  rows.map((row) => (row["RECORD_CONTENT"] as { id: number }).id).sort((a, b) => a - b);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);
const events = (from: number, to: number): string[] =>
  range(from, to).map((id) => JSON.stringify({ id, text: "x".repeat(50) }));

test("records become rows with their origin, malformed ones become dead letters with theirs, nothing is lost", async () => {
  const { topic, queue } = await makeTopics();
  await produce(topic, [...events(0, 6), '{"half":', null]);
  await start(topic, queue);
  await until(
    "8 records",
    () => account.rows("EVENTS").length === 7 && account.rows("DEAD_LETTERS").length === 1,
  );
  const row = account
    .rows("EVENTS")
    .find((each) => (each["RECORD_CONTENT"] as { id?: number } | null)?.id === 4);
  expect(row).toMatchObject({
    RECORD_METADATA: {
      topic,
      partition: 1,
      offset: 1,
      key: "4",
      headers: { source: "test" },
      CreateTime: expect.any(Number),
    },
  });
  expect(account.rows("EVENTS").filter((each) => each["RECORD_CONTENT"] === null)).toHaveLength(1);
  expect(account.rows("DEAD_LETTERS")[0]).toMatchObject({
    RECORD_CONTENT: '{"half":',
    RECORD_METADATA: {
      topic: queue,
      headers: {
        source: "test",
        "__connect.errors.topic": topic,
        "__connect.errors.partition": "0",
        "__connect.errors.offset": "2",
        "__connect.errors.exception.message": expect.stringContaining("not JSON"),
      },
    },
  });
  await until(
    "no lag",
    () => statusOf(topic)?.partitions.every(({ lag, position }) => lag === 0 && position > 0) ?? false,
  );
  const partitions = statusOf(topic)!.partitions;
  expect(partitions.reduce((sum, { rows }) => sum + rows, 0)).toBe(7);
  expect(partitions.reduce((sum, { deadLetters }) => sum + deadLetters, 0)).toBe(1);
});

test("each record is one row, however often the connector and the account fail", async () => {
  const { topic, queue } = await makeTopics();
  const values = events(0, 6000);
  values.splice(3000, 0, "broken");
  await produce(topic, values);
  account.faults.push("lost-answer", { status: 503, message: "try later" }, "lost-answer");
  const kill = async (): Promise<void> => {
    const running = () =>
      inspectServices(join(dir, "services")).find((each) => each.name === "connector" && each.running);
    process.kill(running()!.pid, "SIGKILL");
    await until("the end of the process", () => running() === undefined);
  };
  await start(topic, queue);
  await until("some rows", () => account.rows("EVENTS").length > 0);
  await kill();
  account.faults.push("lost-answer");
  await start(topic, queue);
  await until("more rows", () => account.rows("EVENTS").length >= 4000);
  await kill();
  await start(topic, queue);
  await produce(topic, events(6000, 9000));
  await until(
    "all rows",
    () => account.rows("EVENTS").length >= 9000 && account.rows("DEAD_LETTERS").length >= 1,
  );
  await until("no lag", () => statusOf(topic)?.partitions.every(({ lag }) => lag === 0) ?? false);
  expect(ids(account.rows("EVENTS"))).toEqual(range(0, 9000));
  expect(account.rows("DEAD_LETTERS")).toHaveLength(1);
});

test("a malformed record that nobody tolerates stops its connector and not the others", async () => {
  const { topic, queue } = await makeTopics();
  await produce(topic, ["{"]);
  const [events1, letters] = definitions(topic, queue);
  await startConnector({
    dir: join(dir, "connector"),
    connectors: [
      {
        ...events1!,
        config: Object.fromEntries(
          Object.entries(events1!.config).filter(([key]) => !key.startsWith("errors.")),
        ),
      },
      letters!,
    ],
    account: account.account,
    kafka: { bootstrapServers: kafka.bootstrapServers, ...kafka.users.connector },
    supplied: { "snowflake.url.name": url, "snowflake.private.key": account.privateKey },
  });
  await until("failed", () => statusOf(topic)?.state === "failed");
  expect(statusOf(topic)?.error).toContain(`${topic}-0 offset 0: not JSON`);
  await until("running", () => statusOf(queue)?.state === "running");
});

test("a topic that was made anew is told, not read as if it were the old one", async () => {
  const { topic, queue } = await makeTopics();
  await produce(topic, events(0, 30));
  await start(topic, queue);
  await until("rows", () => account.rows("EVENTS").length === 30);
  await stopService(join(dir, "services"), "connector");
  const admin = new Admin(connection(kafka.users.admin));
  await admin.deleteTopics({ topics: [topic] });
  await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
  await admin.close();
  await start(topic, queue);
  await until("failed", () => statusOf(topic)?.state === "failed");
  expect(statusOf(topic)?.error).toContain("the account has rows up to offset 9: the topic was made anew");
});

test("an account that is away is waited for", async () => {
  const { topic, queue } = await makeTopics();
  const port = Number(new URL(url).port);
  await account.close();
  await produce(topic, events(0, 3));
  await start(topic, queue);
  await until("retrying", () => statusOf(topic)?.state === "retrying");
  expect(statusOf(topic)?.error).toContain("ECONNREFUSED");
  const later = new FakeAccount();
  Object.assign(later, { publicKey: (account as unknown as { publicKey: unknown }).publicKey });
  await later.listen(port);
  account = later;
  await until("rows", () => account.rows("EVENTS").length === 3);
});

test("a private key that is none is refused before anything starts", async () => {
  const { topic, queue } = await makeTopics();
  Object.assign(account, { privateKey: "bm90IGEga2V5" });
  await expect(start(topic, queue)).rejects.toThrow(
    "snowflake.private.key is not a private key that can be read",
  );
});
