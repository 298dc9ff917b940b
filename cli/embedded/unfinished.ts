import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importId } from "../../infra/import-ids.ts";
import type { Project } from "../project.ts";
import { type Deployment, type Exported, exportDeployment, type ResourceState } from "./deployment.ts";
import { engineFailed, type PulumiEnvironment, runPulumi, stackArguments } from "./pulumi.ts";

export interface Settlement<D extends Deployment> {
  deployment: D;
  /** Whether the state holds less or more than before. */
  changed: boolean;
  /** Resources of which only the id is known: a refresh finds out whether they are there. */
  unseen: string[];
}

/**
 * The engine writes down a creation before it begins it; one that it was killed in stays pending, and whether the thing
 * exists is unknown. What a second creation would be refused for becomes a resource of which only the id is known (a
 * refresh drops it again where it is not there); what may be created twice is forgotten.
 */
export function settlePending<D extends Deployment>(deployment: D): Settlement<D> {
  const pending = deployment.pending_operations ?? [];
  const known = new Set(deployment.resources?.map(({ urn }) => urn));
  const found = pending
    .filter(({ type, resource }) => type === "creating" && !known.has(resource.urn))
    .flatMap(({ resource }): ResourceState[] => {
      const id = importId(resource.type, resource.inputs ?? {});
      return id === undefined ? [] : [{ ...resource, id, outputs: {} }];
    });
  const resources = [...(deployment.resources ?? []), ...found];
  return {
    deployment: { ...deployment, resources, pending_operations: [] },
    changed: pending.length > 0,
    // Also those that an earlier settlement left when it was killed before its refresh.
    unseen: resources
      .filter(({ type, id, outputs = {} }) => !isProvider(type) && id && Object.keys(outputs).length === 0)
      .map(({ urn }) => urn),
  };
}

const isProvider = (type: string): boolean => type.startsWith("pulumi:");

/** How an earlier run's state was left: creations whose end nobody saw, and what the state holds now. */
export interface Settled {
  unfinished: number;
  resources: readonly ResourceState[];
}

/** Mends the state of an engine that was killed while it created, so that the next `up` goes on. */
export async function settleUnfinished(
  project: Project,
  environment: PulumiEnvironment,
  logFile: string,
): Promise<Settled> {
  const exported = await exportDeployment(project, environment);
  if (exported === undefined) return { unfinished: 0, resources: [] };
  const { deployment, changed, unseen } = settlePending(exported.deployment);
  const unfinished = exported.deployment.pending_operations?.length ?? 0;
  if (!changed && unseen.length === 0) return { unfinished, resources: deployment.resources ?? [] };
  const run = async (what: string, args: string[]) => {
    if ((await runPulumi(project, environment, args, { stdio: { logFile } })) !== 0)
      throw engineFailed(what, logFile);
  };
  if (changed) await importDeployment(project, { ...exported, deployment }, run);
  if (unseen.length > 0)
    await run(
      "look for what a killed run had made",
      stackArguments(project, [
        "refresh",
        "--yes",
        "--skip-preview",
        "--non-interactive",
        ...unseen.flatMap((urn) => ["--target", urn]),
      ]),
    );
  const mended = await exportDeployment(project, environment);
  return { unfinished, resources: mended?.deployment.resources ?? [] };
}

async function importDeployment(
  project: Project,
  exported: Exported,
  run: (what: string, args: string[]) => Promise<void>,
): Promise<void> {
  const file = join(project.dataDir, "deployment.json");
  try {
    writeFileSync(file, JSON.stringify(exported), { mode: 0o600 });
    await run("mend the stack's state", ["stack", "import", "--stack", project.stack, "--file", file]);
  } finally {
    rmSync(file, { force: true });
  }
}
