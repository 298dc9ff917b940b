/** Models of a clone whose tables hold what another definition computed, until somebody recomputes them. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import type { Project } from "../project.ts";

const fileOf = (project: Project): string => join(project.dataDir, "to-backfill.json");

export function readPending(project: Project): string[] {
  const file = fileOf(project);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
}

export function writePending(project: Project, models: readonly string[]): void {
  if (models.length === 0) rmSync(fileOf(project), { force: true });
  else writeFileAtomic(fileOf(project), JSON.stringify(models));
}

/** Called when a model has been recomputed whole; of no effect for any other stack. */
export function forgetPending(project: Project, model: string): void {
  const pending = readPending(project);
  if (pending.includes(model))
    writePending(
      project,
      pending.filter((one) => one !== model),
    );
}
