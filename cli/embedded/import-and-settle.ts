import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../../infra/platform.ts";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import type { Running } from "../../pipelines/operations/account.ts";
import type { PlannedResource } from "../../pipelines/operations/adopt/import-file.ts";
import { addInEffect, settleImported } from "../../pipelines/operations/adopt/settle.ts";
import type { Project } from "../project.ts";
import { adoptionFolder, changeState, previewSteps, runImport } from "./adoption.ts";
import { runTargeted } from "./engine-state.ts";
import type { PulumiEnvironment } from "./pulumi.ts";

export interface ImportRequest extends Running {
  project: Project;
  environment: PulumiEnvironment;
  platform: Platform;
  /** The import file. */
  path: string;
  /** Steps of the preview before. */
  planned: readonly PlannedResource[];
  ids: ReadonlyMap<string, string>;
  inEffect: ReadonlyMap<string, string>;
}

/** Imports, puts the state right, and tells what a preview then has left. */
export async function importAndSettle(
  request: ImportRequest,
): Promise<{ op: string; type: string; name: string }[]> {
  const { project, environment, report } = request;
  await importResources(request);
  report({ detail: "looking at the preview" });
  const steps = await previewSteps(project, environment);
  return steps
    .filter((one) => one.op !== "same" && one.op !== "read")
    .map(({ op, type, urn }) => ({
      op,
      type: type.split(":").at(-1) ?? type,
      name: urn.split("::").slice(3).join("::"),
    }));
}

/** Only the engine's state changes; killed anywhere, it can be run again. */
export async function importResources(request: ImportRequest): Promise<void> {
  const { project, environment, platform, planned, ids, inEffect, report, signal } = request;
  const journal = join(adoptionFolder(project), "imported.json");
  const imported = new Set([...readJournal(journal), ...ids.keys()]);
  if (ids.size > 0) {
    writeFileAtomic(journal, JSON.stringify([...imported]));
    report({ detail: `importing ${ids.size} resources` });
    await runImport(project, environment, request.path, signal);
  }
  if (inEffect.size > 0) {
    await changeState(project, environment, (state) => addInEffect(state, planned, inEffect));
    // Which columns carry a tag is read from the account; that a statement was run is not.
    const tags = planned.filter((one) => inEffect.has(one.urn) && one.type.endsWith(":TagAssociation"));
    await runTargeted(
      project,
      environment,
      "refresh",
      tags.map((one) => one.urn),
      signal,
    );
  }
  if (imported.size > 0) {
    report({ detail: "asking the engine what differs" });
    const now = await previewSteps(project, environment);
    await changeState(project, environment, (state) =>
      settleImported({
        state,
        planned: now,
        imported,
        timeTravelDays: new Map(platform.databases.map(({ name, timeTravelDays }) => [name, timeTravelDays])),
      }),
    );
    rmSync(journal, { force: true });
  }
}

/** What an import that was killed had begun: its state is still to be put right. */
const readJournal = (path: string): string[] =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as string[]) : [];
