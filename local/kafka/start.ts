import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contentKey } from "../supervisor/cache.ts";
import { LocalError } from "../supervisor/errors.ts";
import { writeFileAtomic } from "../supervisor/files.ts";
import { LOOPBACK } from "../supervisor/ports.ts";
import { run } from "../supervisor/run.ts";
import { startService } from "../supervisor/service.ts";
import { answersKafka } from "./api-versions.ts";
import { brokerProperties, portProperties } from "./broker-config.ts";
import { BROKER_FILES, type PreparedKafka, type PrepareOptions, prepareKafka } from "./prepare.ts";
import { type KafkaUsernames, type KafkaUsers, readOrCreateUsers } from "./users.ts";

export interface KafkaBroker {
  /** `127.0.0.1:<port>`, the same after a restart while the port is free. */
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
  /** Java heap in MB; 384 unless told. */
  heapMb?: number;
}

/** Name of the service's record and log. */
export const KAFKA_SERVICE = "kafka";

/**
 * Starts (or reuses) an Apache Kafka broker in KRaft mode with SASL/PLAIN users and the ACL authorizer on.
 * Its data is under `dir` and survives a kill. Throws LocalError.
 */
export async function startKafka(options: StartKafkaOptions): Promise<KafkaBroker> {
  const prepared = await prepareKafka(options);
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const usersFile = join(options.dir, "users.json");
  const users = readOrCreateUsers(usersFile, options.usernames);
  const data = join(options.dir, "data");
  const configFile = join(options.dir, "server.properties");
  const config = brokerProperties(data, users);
  writeFileAtomic(configFile, config);
  await formatStorage(prepared, options, data, config);
  const service = await startService({
    name: KAFKA_SERVICE,
    dir: options.servicesDir ?? join(options.dir, "..", "services"),
    command: prepared.java.command,
    args: (ports) => [
      ...jvmArguments(prepared, options.heapMb ?? 384),
      "kafka.Kafka",
      configFile,
      ...portProperties(
        { client: ports["client"] ?? 0, controller: ports["controller"] ?? 0 },
        LOOPBACK,
      ).flatMap((property) => ["--override", property]),
    ],
    ports: ["client", "controller"],
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
  return {
    bootstrapServers: `${LOOPBACK}:${service.ports["client"]}`,
    users,
    usersFile,
    securityProtocol: "SASL_PLAINTEXT",
    saslMechanism: "PLAIN",
    reused: service.reused,
  };
}

/** Formats the log folder once; meta.properties, written last by Kafka's tool, tells that it was. */
async function formatStorage(
  prepared: PreparedKafka,
  options: StartKafkaOptions,
  data: string,
  config: string,
): Promise<void> {
  if (existsSync(join(data, "meta.properties"))) return;
  options.progress?.({ step: KAFKA_SERVICE, detail: "formatting its storage" });
  const clusterFile = join(options.dir, "cluster-id");
  if (!existsSync(clusterFile)) writeFileAtomic(clusterFile, randomBytes(16).toString("base64url"));
  const formatConfig = join(options.dir, "format.properties");
  // The ports are not known yet, and formatting keeps none of them.
  writeFileAtomic(
    formatConfig,
    `${config}${portProperties({ client: 1, controller: 2 }, LOOPBACK).join("\n")}\n`,
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
