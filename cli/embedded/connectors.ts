import type { Platform } from "../../infra/platform.ts";
import type { Progress } from "../../local/progress.ts";
import type { Project } from "../project.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Landed } from "./landing.ts";

export async function runConnectors(
  _project: Project,
  platform: Platform,
  _endpoints: Endpoints,
  _progress: Progress,
  _signal: AbortSignal,
): Promise<string> {
  return `${platform.connectors.length} connectors`;
}

export async function waitForConnectors(
  _project: Project,
  _platform: Platform,
  _landed: Landed,
  _options: { progress: Progress; signal: AbortSignal },
): Promise<void> {}
