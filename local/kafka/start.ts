import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { contentKey } from "../supervisor/cache.ts";
import { LocalError } from "../supervisor/errors.ts";
import { writeFileAtomic } from "../supervisor/files.ts";
import { LOOPBACK } from "../supervisor/ports.ts";
import { run } from "../supervisor/run.ts";
import { startService } from "../supervisor/service.ts";
import { answersKafka } from "./api-versions.ts";
import { brokerProperties, CONTROLLER_NODE, portProperties } from "./broker-config.ts";
import { BROKER_FILES, type PreparedKafka, type PrepareOptions, prepareKafka } from "./prepare.ts";
import { type KafkaUsernames, type KafkaUsers, readOrCreateUsers } from "./users.ts";

export interface KafkaBroker {
  /** `127.0.0.1:<port>` of each node, separated by commas; the same after a restart while the ports are free. */
  bootstrapServers: string;
  users: KafkaUsers;
  /** File with the users and their passwords, readable by its owner only. */
  usersFile: string;
  securityProtocol: "SASL_PLAINTEXT";
  saslMechanism: "PLAIN";
  reused: boolean;
}

export interface StartKafkaOptions extends PrepareOptions {
  /** The data folder, e.g. `<project>/.firn/local/kafka`. */
  dir: string;
  /** The folder of service records and logs; `<dir>/../services` unless told. */
  servicesDir?: string;
  /** Principals of the producer and of the connector, as the topics' ACLs name them. */
  usernames?: KafkaUsernames;
  /** Java heap of each node in MB; 384 unless told. */
  heapMb?: number;
  /** Brokers of the cluster, each a process; 1 unless told. Topics can have so many replicas. */
  nodes?: number;
}

/** Name of the first node's record and log; the others' end with their number. */
export const KAFKA_SERVICE = "kafka";

/**
 * Starts (or reuses) Apache Kafka in KRaft mode with SASL/PLAIN users and the ACL authorizer on: one node, or several
 * that replicate. Its data are under `dir` and survive a kill. Throws LocalError.
 */
export async function startKafka(options: StartKafkaOptions): Promise<KafkaBroker> {
  const prepared = await prepareKafka(options);
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const usersFile = join(options.dir, "users.json");
  const users = readOrCreateUsers(usersFile, options.usernames);
  const cluster: Cluster = { prepared, options, users };
  const first = await startNode(cluster, CONTROLLER_NODE, undefined);
  const others = await Promise.all(
    Array.from({ length: (options.nodes ?? 1) - 1 }, (_, index) =>
      startNode(cluster, CONTROLLER_NODE + 1 + index, first.ports["controller"]),
    ),
  );
  const nodes = [first, ...others];
  const bootstrapServers = nodes.map((node) => `${LOOPBACK}:${node.ports["client"]}`).join(",");
  if (others.length > 0) await untilRegistered(bootstrapServers.split(","), users, nodes.length, options);
  return {
    bootstrapServers,
    users,
    usersFile,
    securityProtocol: "SASL_PLAINTEXT",
    saslMechanism: "PLAIN",
    reused: nodes.every((node) => node.reused),
  };
}

interface Cluster {
  prepared: PreparedKafka;
  options: StartKafkaOptions;
  users: KafkaUsers;
}

/** One node; the first is the controller and chooses its port, the others are told it. */
async function startNode(
  { prepared, options, users }: Cluster,
  node: number,
  controller: number | undefined,
) {
  const suffix = node === CONTROLLER_NODE ? "" : `-${node}`;
  const data = join(options.dir, `data${suffix}`);
  const configFile = join(options.dir, `server${suffix}.properties`);
  const config = brokerProperties(data, users, node);
  writeFileAtomic(configFile, config);
  await formatStorage(prepared, options, data, config, node);
  return startService({
    name: `${KAFKA_SERVICE}${suffix}`,
    dir: options.servicesDir ?? join(options.dir, "..", "services"),
    command: prepared.java.command,
    args: (ports) => [
      ...jvmArguments(prepared, options.heapMb ?? 384),
      "kafka.Kafka",
      configFile,
      ...portProperties(
        { client: ports["client"] ?? 0, controller: controller ?? ports["controller"] ?? 0 },
        LOOPBACK,
        node,
      ).flatMap((property) => ["--override", property]),
    ],
    ports: controller === undefined ? ["client", "controller"] : ["client"],
    fingerprint: contentKey(config),
    readyTimeoutMs: 120_000,
    ready: (probe) =>
      probe.until(async () =>
        (await answersKafka(probe.ports["client"] ?? 0)) ? { ready: true } : undefined,
      ),
    healthy: (_, ports) => answersKafka(ports["client"] ?? 0),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.progress ? { progress: options.progress } : {}),
  });
}

/** A topic cannot have more replicas than there are brokers that have registered. */
async function untilRegistered(
  brokers: string[],
  users: KafkaUsers,
  nodes: number,
  options: StartKafkaOptions,
): Promise<void> {
  const admin = new Admin({
    clientId: "start",
    bootstrapBrokers: brokers,
    sasl: { mechanism: "PLAIN", ...users.admin },
  });
  try {
    for (const deadline = Date.now() + 60_000; ; ) {
      options.signal?.throwIfAborted();
      const { brokers: registered } = await admin.metadata({ topics: [], forceUpdate: true });
      if (registered.size >= nodes) return;
      if (Date.now() > deadline)
        throw new LocalError(
          "START_TIMEOUT",
          `Only ${registered.size} of the ${nodes} local Kafka brokers have registered with their controller.`,
          `See their logs (kafka*.log), or remove ${options.dir} to start afresh.`,
        );
      await delay(200);
    }
  } finally {
    await admin.close();
  }
}

/** Formats the log folder once; meta.properties, written last by Kafka's tool, tells that it was. */
async function formatStorage(
  prepared: PreparedKafka,
  options: StartKafkaOptions,
  data: string,
  config: string,
  node: number,
): Promise<void> {
  if (existsSync(join(data, "meta.properties"))) return;
  options.progress?.({ step: KAFKA_SERVICE, detail: "formatting its storage" });
  const clusterFile = join(options.dir, "cluster-id");
  if (!existsSync(clusterFile)) writeFileAtomic(clusterFile, randomBytes(16).toString("base64url"));
  const formatConfig = join(options.dir, `format-${node}.properties`);
  // The ports are not known yet, and formatting keeps none of them.
  writeFileAtomic(
    formatConfig,
    `${config}${portProperties({ client: 1, controller: 2 }, LOOPBACK, node).join("\n")}\n`,
  );
  const result = await run(
    prepared.java.command,
    [
      ...jvmArguments(prepared, 64),
      "kafka.tools.StorageTool",
      "format",
      "--ignore-formatted",
      "--cluster-id",
      readFileSync(clusterFile, "utf8").trim(),
      "--config",
      formatConfig,
    ],
    options.signal ? { signal: options.signal } : {},
  );
  if (result.exitCode !== 0) {
    throw new LocalError(
      "START_FAILED",
      `The storage of the local Kafka broker could not be formatted:\n  ${result.output.split("\n").slice(-5).join("\n  ")}`,
      `Check that ${options.dir} can be written, or remove it to start afresh.`,
    );
  }
}

function jvmArguments({ lib }: PreparedKafka, heapMb: number): string[] {
  return [
    `-Xmx${heapMb}m`,
    `-Xms${Math.min(heapMb, 128)}m`,
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xshare:auto",
    "-Djava.awt.headless=true",
    `-Dlog4j2.configurationFile=${join(BROKER_FILES, "log4j2.properties")}`,
    "-cp",
    join(lib, "*"),
  ];
}
