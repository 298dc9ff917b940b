import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Consumer,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
} from "@platformatic/kafka";
import { type KafkaBroker, startKafka } from "../../../local/kafka/start.ts";
import type { KafkaUser } from "../../../local/kafka/users.ts";
import { reasonOf } from "../../../local/supervisor/errors.ts";
import { inspectServices } from "../../../local/supervisor/service-record.ts";
import { stopServices } from "../../../local/supervisor/stop.ts";

let dir: string;
let kafka: KafkaBroker;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firn-kafka-"));
  kafka = await startKafka({ dir: join(dir, "kafka"), heapMb: 256 });
});
afterAll(async () => {
  await stopServices(join(dir, "services"));
  rmSync(dir, { recursive: true, force: true });
});

const connection = (user: KafkaUser) => ({
  clientId: "test",
  bootstrapBrokers: [kafka.bootstrapServers],
  sasl: { mechanism: kafka.saslMechanism, ...user },
  retries: 2,
});

async function withAdmin<T>(body: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin(connection(kafka.users.admin));
  try {
    return await body(admin);
  } finally {
    await admin.close();
  }
}

async function produce(user: KafkaUser, value: string): Promise<string> {
  const producer = new Producer(connection(user));
  try {
    await producer.send({ messages: [{ topic: "events", value: Buffer.from(value) }] });
    return "sent";
  } catch (error) {
    return errorCodes(error);
  } finally {
    await producer.close();
  }
}

/** The Kafka error names of an error and all that it wraps. */
function errorCodes(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { errors = [], cause, apiId } = error as { errors?: unknown[]; cause?: unknown; apiId?: string };
  return [apiId ?? reasonOf(error), ...[...errors, ...(cause ? [cause] : [])].map(errorCodes)].join(" ");
}

async function readAll(): Promise<string[]> {
  const consumer = new Consumer({ ...connection(kafka.users.admin), groupId: "reader" });
  try {
    const metadata = await consumer.metadata({ topics: ["events"] });
    const topic = metadata.topics.get("events")!;
    const fetched = await consumer.fetch({
      node: topic.partitions[0]!.leader,
      maxWaitTime: 500,
      topics: [
        {
          topicId: topic.id,
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: -1,
              fetchOffset: 0n,
              lastFetchedEpoch: -1,
              partitionMaxBytes: 1_000_000,
            },
          ],
        },
      ],
    });
    const batches = fetched.responses[0]?.partitions[0]?.records ?? [];
    return batches.flatMap(({ records }) => records.map(({ value }) => String(value)));
  } finally {
    await consumer.close(true);
  }
}

test("only what an ACL allows may be written, and all of it survives a kill", async () => {
  await withAdmin(async (admin) => {
    await admin.createTopics({ topics: ["events"], partitions: 1, replicas: 1 });
  });
  expect(await produce(kafka.users.producer, "denied")).toContain("TOPIC_AUTHORIZATION_FAILED");
  const acl = {
    resourceType: ResourceTypes.TOPIC,
    resourceName: "events",
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: "User:producer",
    host: "*",
    permissionType: AclPermissionTypes.ALLOW,
  };
  await withAdmin((admin) =>
    admin.createAcls({
      creations: [
        { ...acl, operation: AclOperations.WRITE },
        { ...acl, operation: AclOperations.DESCRIBE },
      ],
    }),
  );
  expect(await produce(kafka.users.producer, "one")).toBe("sent");
  expect(await produce(kafka.users.connector, "denied")).toContain("TOPIC_AUTHORIZATION_FAILED");

  process.kill(inspectServices(join(dir, "services"))[0]!.pid, "SIGKILL");
  const before = kafka;
  kafka = await startKafka({ dir: join(dir, "kafka"), heapMb: 256 });

  expect(kafka).toMatchObject({
    reused: false,
    bootstrapServers: before.bootstrapServers,
    users: before.users,
  });
  expect(await produce(kafka.users.producer, "two")).toBe("sent");
  expect(await readAll()).toEqual(["one", "two"]);
});

test("a wrong password is refused", async () => {
  expect(await produce({ username: "admin", password: "guess" }, "x")).not.toBe("sent");
});

test("the passwords are in a file that only its owner reads", () => {
  expect(statSync(kafka.usersFile).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, "kafka", "server.properties")).mode & 0o777).toBe(0o600);
});

test("a running broker is reused", async () => {
  expect((await startKafka({ dir: join(dir, "kafka"), heapMb: 256 })).reused).toBe(true);
});

test("three nodes keep three replicas of a topic, and go on without one of them", async () => {
  const at = join(dir, "cluster");
  const options = { dir: join(at, "kafka"), heapMb: 192, nodes: 3 };
  const cluster = await startKafka(options);
  const admin = new Admin({
    clientId: "test",
    bootstrapBrokers: cluster.bootstrapServers.split(","),
    sasl: { mechanism: cluster.saslMechanism, ...cluster.users.admin },
  });
  try {
    await admin.createTopics({ topics: ["replicated"], partitions: 6, replicas: 3 });
    const replicas = async () => {
      const { topics } = await admin.metadata({ topics: ["replicated"], forceUpdate: true });
      return Object.values(topics.get("replicated")!.partitions).map((each) => each.replicas.length);
    };
    expect(await replicas()).toEqual([3, 3, 3, 3, 3, 3]);
    const third = inspectServices(join(at, "services")).find((service) => service.name === "kafka-3")!;
    process.kill(third.pid, "SIGKILL");
    const again = await startKafka(options);
    expect(again).toMatchObject({ reused: false, bootstrapServers: cluster.bootstrapServers });
    expect(await replicas()).toEqual([3, 3, 3, 3, 3, 3]);
  } finally {
    await admin.close();
    await stopServices(join(at, "services"));
  }
}, 180_000);
