import { importId } from "../../infra/import-ids.ts";
import type { Project } from "../project.ts";
import { type Deployment, exportDeployment, importDeployment, type ResourceState } from "./deployment.ts";
import { runTargeted } from "./engine-state.ts";
import type { PulumiEnvironment } from "./pulumi.ts";

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
export async function settleUnfinished(project: Project, environment: PulumiEnvironment): Promise<Settled> {
  const exported = await exportDeployment(project, environment);
  if (exported === undefined) return { unfinished: 0, resources: [] };
  const { deployment, changed, unseen } = settlePending(exported.deployment);
  const unfinished = exported.deployment.pending_operations?.length ?? 0;
  if (!changed && unseen.length === 0) return { unfinished, resources: deployment.resources ?? [] };
  if (changed) await importDeployment(project, environment, { ...exported, deployment });
  // What a killed run had made, and what it had not.
  await runTargeted(project, environment, "refresh", unseen);
  const mended = await exportDeployment(project, environment);
  return { unfinished, resources: mended?.deployment.resources ?? [] };
}
