/** The engine with the endpoints of this machine: prepared, started, and what `pulumi` needs to reach them. */
import type { Platform } from "../../infra/platform.ts";
import { prepareAws } from "../../local/aws/prepare.ts";
import type { Engine } from "../../local/engine/prepare.ts";
import { prepareKafka } from "../../local/kafka/prepare.ts";
import type { Progress } from "../../local/progress.ts";
import { hostOf, type Project } from "../project.ts";
import { type Endpoints, engineEnvironment } from "./endpoints.ts";
import { prepareProjectEngine } from "./prepare.ts";
import type { PulumiEnvironment } from "./pulumi.ts";
import { loadSecrets } from "./secrets.ts";
import { startEndpoints } from "./services.ts";

/** Everything that is downloaded or built, side by side. */
export async function prepareMachine(progress: Progress, signal: AbortSignal): Promise<Engine> {
  const [engine] = await Promise.all([
    prepareProjectEngine(progress, signal),
    prepareAws({ progress, signal }),
    prepareKafka({ progress, signal }),
  ]);
  return engine;
}

/** Starts, or finds running, the account, AWS and Kafka of a stack, or of a clone's host, whose the platform is then. */
export async function startForEngine(
  project: Project,
  platform: Platform,
  engine: Engine,
  progress: Progress,
  signal?: AbortSignal,
): Promise<{ endpoints: Endpoints; environment: PulumiEnvironment }> {
  const host = hostOf(project);
  const secrets = loadSecrets(host.dataDir);
  const endpoints = await startEndpoints(host, platform, secrets, progress, signal);
  return {
    endpoints,
    environment: {
      pulumi: engine.pulumi,
      variables: engineEnvironment(project, platform, engine, secrets, endpoints),
    },
  };
}
