import { join } from "node:path";
import { type Engine, prepareEngine } from "../../local/engine/prepare.ts";
import type { Progress } from "../../local/progress.ts";
import { PROJECT_ROOT } from "../project.ts";

/** The engine, found, downloaded or built, with the stand-in for the AWS provider where the official one is missing. */
export function prepareProjectEngine(progress: Progress, signal?: AbortSignal): Promise<Engine> {
  return prepareEngine({
    awsStandIn: join(PROJECT_ROOT, "local/aws/provider/main.ts"),
    progress,
    ...(signal ? { signal } : {}),
  });
}
