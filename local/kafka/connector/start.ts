import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Progress } from "../../progress.ts";
import { contentKey } from "../../supervisor/cache.ts";
import { LocalError, reasonOf } from "../../supervisor/errors.ts";
import { writeFileAtomic } from "../../supervisor/files.ts";
import { startService } from "../../supervisor/service.ts";
import { parseConnectorConfig } from "./config.ts";
import { KeyPairToken } from "./jwt.ts";
import type { KafkaConnection } from "./kafka-options.ts";
import { readConnectorStatus } from "./status.ts";
import type { ConnectorDefinition, WorkerFile } from "./worker-file.ts";

export type { ConnectorStatus, PartitionStatus, WorkerStatus } from "./status.ts";
export { readConnectorStatus, totalsOf } from "./status.ts";
export type { ConnectorDefinition } from "./worker-file.ts";

export interface StartConnectorOptions {
  /** The data folder, e.g. `<project>/.firn/local/connector`; the status is kept under it. */
  dir: string;
  /** The folder of service records and logs; `<dir>/../services` unless told. */
  servicesDir?: string;
  /** Connectors to run, or JSON files of `{ "name": …, "config": { … } }` as Kafka Connect's REST interface takes them. */
  connectors: readonly (ConnectorDefinition | string)[];
  /** Account identifier for the key-pair tokens, e.g. ORG-NAME. */
  account: string;
  kafka: KafkaConnection;
  /** Added to every connector's configuration: what differs by environment or is secret (URL, private key). */
  supplied?: Record<string, string>;
  progress?: Progress;
  signal?: AbortSignal;
}

export interface RunningConnector {
  reused: boolean;
  logFile: string;
}

/** Name of the service's record and log. */
export const CONNECTOR_SERVICE = "connector";

/**
 * Starts (or reuses) the process that runs the connectors. A wrong configuration is a LocalError BAD_CONFIG before
 * anything starts; what a connector meets later is in readConnectorStatus(dir).
 */
export async function startConnector(options: StartConnectorOptions): Promise<RunningConnector> {
  const connectors = options.connectors.map((given) => {
    const definition = typeof given === "string" ? readDefinition(given) : given;
    const config = { ...definition.config, ...options.supplied };
    const parsed = parseConnectorConfig(definition.name, config);
    new KeyPairToken(options.account, parsed.user, parsed.privateKey, parsed.privateKeyPassphrase);
    return { ...definition, config };
  });
  const worker: WorkerFile = { account: options.account, kafka: options.kafka, connectors };
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(worker, null, 2)}\n`;
  writeFileAtomic(join(options.dir, "worker.json"), text);
  const service = await startService({
    name: CONNECTOR_SERVICE,
    dir: options.servicesDir ?? join(options.dir, "..", "services"),
    command: process.execPath,
    args: [join(import.meta.dirname, "main.ts"), options.dir],
    fingerprint: contentKey(text),
    readyTimeoutMs: 30_000,
    ready: (probe) =>
      probe.until(async () =>
        readConnectorStatus(options.dir)?.pid === probe.pid ? { pid: probe.pid } : undefined,
      ),
    healthy: async () => {
      const status = readConnectorStatus(options.dir);
      if (status === undefined || Date.now() - Date.parse(status.updatedAt) > 15_000) return false;
      // To be run again is how a failed connector is given another try.
      return status.connectors.every(({ state }) => state !== "failed");
    },
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.progress ? { progress: options.progress } : {}),
  });
  return { reused: service.reused, logFile: service.logFile };
}

function readDefinition(file: string): ConnectorDefinition {
  let value: { name?: unknown; config?: unknown };
  try {
    value = JSON.parse(readFileSync(file, "utf8")) as typeof value;
  } catch (error) {
    throw new LocalError(
      "BAD_CONFIG",
      `${file}: ${reasonOf(error)}.`,
      "Give a JSON file with name and config.",
    );
  }
  const config = (typeof value.config === "object" && value.config !== null ? value.config : value) as Record<
    string,
    unknown
  >;
  const { name: inside, ...rest } = config;
  const name = typeof value.name === "string" ? value.name : (inside ?? basename(file, ".json"));
  return {
    name: String(name),
    config: Object.fromEntries(Object.entries(rest).map(([key, entry]) => [key, String(entry)])),
  };
}
