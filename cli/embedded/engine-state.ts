import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../../infra/platform.ts";
import { refuseMisplacedColumns } from "../../pipelines/operations/column-order.ts";
import {
  type Deployed,
  pendingReplacements,
  refuseReplacements,
} from "../../pipelines/operations/replace/pending.ts";
import { readPolicyConfig } from "../../policy/read-config.ts";
import type { Project } from "../project.ts";
import { exportDeployment, type ResourceState } from "./deployment.ts";
import { engineFailed, type PulumiEnvironment, runPulumi, stackArguments } from "./pulumi.ts";

/** The resources that the engine's state holds; none where the stack does not exist yet. */
export async function deployedResources(
  project: Project,
  environment: PulumiEnvironment,
): Promise<Deployed[]> {
  const exported = await exportDeployment(project, environment);
  return (exported?.deployment.resources ?? []).map(deployedOf);
}

const deployedOf = ({ urn, type, inputs = {} }: ResourceState): Deployed => ({ urn, type, inputs });

/**
 * Refuses to go on where `pulumi up` would replace pipes or streams that the configuration does not name, or where a
 * column stands where the account's table cannot have it.
 */
export function refuseUndeclared(
  project: Project,
  platform: Platform,
  resources: readonly ResourceState[],
): void {
  refuseMisplacedColumns(
    platform,
    resources.map((one) => ({ ...deployedOf(one), outputs: one.outputs ?? {} })),
  );
  const pending = pendingReplacements(platform, resources.map(deployedOf));
  refuseReplacements(pending, readPolicyConfig(project.root, project.stack).limits.replacements);
}

/** `pulumi up` or `pulumi refresh` of single resources; the engine's output goes to the stack's log. */
export async function runTargeted(
  project: Project,
  environment: PulumiEnvironment,
  command: "up" | "refresh",
  urns: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  if (urns.length === 0) return;
  mkdirSync(project.dataDir, { recursive: true, mode: 0o700 });
  const logFile = join(project.dataDir, "pulumi.log");
  const code = await runPulumi(
    project,
    environment,
    stackArguments(project, [
      command,
      "--yes",
      "--skip-preview",
      "--non-interactive",
      ...urns.flatMap((urn) => ["--target", urn]),
    ]),
    { stdio: { logFile }, ...(signal ? { signal } : {}) },
  );
  signal?.throwIfAborted();
  if (code !== 0)
    throw engineFailed(command === "up" ? "update the resources" : "read the resources", logFile);
}
