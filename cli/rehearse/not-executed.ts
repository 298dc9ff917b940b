/** What a rehearsal could not execute, by name: nothing is skipped in silence. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { STAND_IN_ID } from "../../local/aws/provider/unsupported.ts";
import type { FailedResource } from "../embedded/pulumi.ts";
import type { Project } from "../project.ts";

export interface NotExecuted {
  type: string;
  name: string;
  because: string;
}

interface StateResource {
  urn: string;
  type: string;
  id?: string;
}

/** `failed` are the engine's own words; the others were stood in for, as their ids in the state say. */
export function notExecuted(project: Project, failed: readonly FailedResource[]): NotExecuted[] {
  return [
    ...failed,
    ...stateOf(project)
      .filter((resource) => resource.id?.startsWith(STAND_IN_ID))
      .map(({ type, urn }) => ({
        type,
        name: urn.split("::").at(-1) ?? urn,
        because: "the local AWS endpoint does nothing of this type; what depends on it saw a stand-in",
      })),
  ].sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

function stateOf(project: Project): StateResource[] {
  const { name } = parse(readFileSync(join(project.root, "Pulumi.yaml"), "utf8")) as { name: string };
  const path = join(project.dataDir, "state", ".pulumi", "stacks", name, `${project.stack}.json`);
  if (!existsSync(path)) return [];
  const state = JSON.parse(readFileSync(path, "utf8")) as {
    checkpoint?: { latest?: { resources?: StateResource[] } };
  };
  return state.checkpoint?.latest?.resources ?? [];
}
