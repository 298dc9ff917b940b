import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importId } from "../../infra/import-ids.ts";
import type { Project } from "../project.ts";
import { engineFailed, type PulumiEnvironment, runPulumi, stackArguments } from "./pulumi.ts";

/** What this file reads and changes of `pulumi stack export`; the rest is kept as it is. */
export interface Deployment {
  resources?: ResourceState[];
  pending_operations?: { type: string; resource: ResourceState }[];
}
export interface ResourceState {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

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

/**
 * Mends the state of an engine that was killed while it created, so that the next `up` goes on. Resolves with the number
 * of creations whose end nobody saw.
 */
export async function settleUnfinished(
  project: Project,
  environment: PulumiEnvironment,
  logFile: string,
): Promise<number> {
  const file = join(project.dataDir, "deployment.json");
  const run = (args: string[]) => runPulumi(project, environment, args, { stdio: { logFile } });
  const must = async (what: string, args: string[]) => {
    if ((await run(args)) !== 0) throw engineFailed(what, logFile);
  };
  try {
    // No such stack yet, or no access to its state: `up`, which comes next, says so.
    if ((await run(["stack", "export", "--stack", project.stack, "--file", file])) !== 0) return 0;
    const exported = JSON.parse(readFileSync(file, "utf8")) as { deployment: Deployment };
    const { deployment, changed, unseen } = settlePending(exported.deployment);
    if (changed) {
      writeFileSync(file, JSON.stringify({ ...exported, deployment }), { mode: 0o600 });
      await must("mend the stack's state", ["stack", "import", "--stack", project.stack, "--file", file]);
    }
    if (unseen.length > 0)
      await must(
        "look for what a killed run had made",
        stackArguments(project, [
          "refresh",
          "--yes",
          "--skip-preview",
          "--non-interactive",
          ...unseen.flatMap((urn) => ["--target", urn]),
        ]),
      );
    return exported.deployment.pending_operations?.length ?? 0;
  } finally {
    rmSync(file, { force: true });
  }
}
