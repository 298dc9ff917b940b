import { join } from "node:path";
import type { Platform } from "../../infra/platform.ts";
import { startAws } from "../../local/aws/start.ts";
import { startKafka } from "../../local/kafka/start.ts";
import type { Progress } from "../../local/progress.ts";
import type { Project } from "../project.ts";
import { startAccount } from "./account-service.ts";
import type { Endpoints } from "./endpoints.ts";
import type { EmbeddedSecrets } from "./secrets.ts";

/** Starts what the stack stands on: AWS and Kafka side by side, then the account, which needs the AWS endpoint. */
export async function startEndpoints(
  project: Project,
  platform: Platform,
  secrets: EmbeddedSecrets,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Endpoints> {
  const common = { servicesDir: project.servicesDir, progress, ...(signal ? { signal } : {}) };
  const [{ aws, account }, kafka] = await Promise.all([
    startAws({ dir: join(project.dataDir, "aws"), ...common }).then(async (aws) => ({
      aws,
      account: await startAccount({ project, secrets, aws, progress, ...(signal ? { signal } : {}) }),
    })),
    startKafka({
      dir: join(project.dataDir, "kafka"),
      usernames: kafkaUsernames(platform),
      nodes: Math.max(1, ...platform.topics.map((topic) => topic.replicationFactor)),
      ...common,
    }),
  ]);
  return { aws, account, kafka };
}

/** The principals that the platform's ACLs speak of: its connectors', and the one that may write to what they read. */
function kafkaUsernames(platform: Platform): { producer: string; connector: string } {
  const name = (principal: string | undefined, otherwise: string) =>
    principal?.replace(/^User:/, "") ?? otherwise;
  const connector = platform.connectors[0]?.principal;
  const producer = platform.acls.find(
    (acl) => acl.operation === "Write" && acl.principal !== connector,
  )?.principal;
  return { producer: name(producer, "producer"), connector: name(connector, "connector") };
}
