import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connector, Platform } from "../../infra/platform.ts";
import { partitionCounts } from "../../local/data/kafka-sink.ts";
import { readConnectorStatus, startConnector } from "../../local/kafka/connector/start.ts";
import type { Progress } from "../../local/progress.ts";
import { CliError } from "../failure.ts";
import type { Project } from "../project.ts";
import type { Endpoints } from "./endpoints.ts";
import { privateKeyFile } from "./keys.ts";
import { waitUntil } from "./settle.ts";

const connectorDir = (project: Project): string => join(project.dataDir, "connector");

/** Runs the platform's connectors, their configuration as it is declared, with what only the environment knows added. */
export async function runConnectors(
  project: Project,
  platform: Platform,
  endpoints: Endpoints,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { account, kafka } = endpoints;
  const started = await startConnector({
    dir: connectorDir(project),
    servicesDir: project.servicesDir,
    account: account.account,
    kafka: { bootstrapServers: kafka.bootstrapServers, ...kafka.users.connector },
    connectors: running(platform).map((connector) => ({
      name: connector.name,
      config: {
        ...connector.config,
        "snowflake.url.name": `http://${account.host}:${account.port}`,
        "snowflake.private.key": keyBody(privateKeyFile(project, userKey(platform, connector))),
      },
    })),
    progress,
    signal,
  });
  return `${running(platform).length} ${started.reused ? "were running" : "started"}`;
}

/** The connectors that no pause holds. */
const running = (platform: Platform): Connector[] =>
  platform.connectors.filter(({ key }) => !platform.pauses.some((pause) => pause.connector === key));

/** Waits until the connectors have committed everything that their topics hold. */
export async function waitForConnectors(
  project: Project,
  platform: Platform,
  endpoints: Endpoints,
  options: { progress: Progress; signal: AbortSignal },
): Promise<void> {
  const { bootstrapServers, users } = endpoints.kafka;
  const kafka = {
    brokers: bootstrapServers.split(","),
    sasl: { mechanism: "PLAIN" as const, ...users.admin },
  };
  // In order: what a connector rejects goes to the dead-letter topic, which a later one reads.
  for (const connector of running(platform)) {
    await waitUntil(
      `connector ${connector.name} has read its topic`,
      async () => {
        const ends = await partitionCounts(kafka, connector.topic);
        const status = readConnectorStatus(connectorDir(project))?.connectors.find(
          (c) => c.name === connector.name,
        );
        if (status?.state === "failed")
          throw new CliError(
            `The Kafka connector ${connector.name} failed: ${status.error ?? "no reason given"}`,
            "See its log (`npx firn status`), then run the same command again.",
          );
        const position = (partition: number) =>
          status?.partitions.find((p) => p.topic === connector.topic && p.partition === partition)
            ?.position ?? 0;
        const read = ends.reduce((sum, end, partition) => sum + Math.min(end, position(partition)), 0);
        const total = ends.reduce((sum, end) => sum + end, 0);
        return {
          done: read >= total,
          moved: `${read} of ${total} records of ${connector.topic} read${status?.error ? ` (${status.error})` : ""}`,
          event: { step: "kafka", detail: `records of ${connector.topic} loaded`, done: read, total },
        };
      },
      options,
    );
  }
}

function userKey(platform: Platform, connector: Connector): string {
  const user = platform.users.find((each) => each.name === connector.user);
  if (!user) throw new Error(`connector ${connector.name} names no user of the platform: ${connector.user}`);
  return user.key;
}

/** The key without header and footer, in one line, as the connector's documentation asks for it. */
const keyBody = (file: string): string =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("-----"))
    .join("");
