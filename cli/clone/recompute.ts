/** Recomputes the models of a clone that differ from what filled their tables, then lets what reads them follow. */
import { quoted } from "../../infra/names.ts";
import { planBackfill } from "../../pipelines/operations/backfill/plan.ts";
import { runBackfill, tasksOf } from "../../pipelines/operations/backfill/run.ts";
import { openJournal } from "../journal.ts";
import { type Operation, settleGraphs } from "../operate.ts";
import type { Project } from "../project.ts";
import { forgetPending, readPending } from "./pending.ts";

export async function recomputePending(project: Project, operation: Operation): Promise<string[]> {
  const { platform, client, report, signal } = operation;
  const models = readPending(project);
  for (const [index, logical] of models.entries()) {
    await client.query(`USE WAREHOUSE ${quoted(tasksOf(platform, logical).task.warehouse)}`);
    report({ detail: `recomputing ${logical}`, done: index, total: models.length });
    const plan = planBackfill(platform, { model: logical, keys: [], batchDays: 7, overwrite: false });
    const journal = openJournal(project, `backfill-${logical}`);
    await runBackfill(platform, plan, journal, client, { report, signal });
    forgetPending(project, logical);
  }
  if (models.length > 0) await settleGraphs(operation);
  return models;
}
