/** Recomputes the models of a clone that differ from what filled their tables, then lets what reads them follow. */
import type { Platform } from "../../infra/platform.ts";
import type { Running } from "../../pipelines/operations/account.ts";
import { planBackfill } from "../../pipelines/operations/backfill/plan.ts";
import { runBackfill } from "../../pipelines/operations/backfill/run.ts";
import { runGraphs } from "../embedded/settle.ts";
import { openJournal } from "../journal.ts";
import type { Project } from "../project.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { forgetPending, readPending } from "./pending.ts";

export async function recomputePending(
  project: Project,
  platform: Platform,
  client: SnowflakeClient,
  { report, signal }: Running,
): Promise<string[]> {
  const models = readPending(project);
  for (const [index, logical] of models.entries()) {
    const warehouse = platform.tasks.find((task) => task.model === logical)!.warehouse;
    await client.query(`USE WAREHOUSE ${warehouse}`);
    report({ detail: `recomputing ${logical}`, done: index, total: models.length });
    const plan = planBackfill(platform, { model: logical, keys: [], batchDays: 7, overwrite: false });
    await runBackfill(platform, plan, openJournal(project, `backfill-${logical}`), client, {
      report,
      ...(signal ? { signal } : {}),
    });
    forgetPending(project, logical);
  }
  if (models.length > 0)
    await runGraphs(client, platform, {
      ...(signal ? { signal } : {}),
      progress: ({ detail = "", done, total }) =>
        report({
          detail,
          ...(done === undefined ? {} : { done }),
          ...(total === undefined ? {} : { total }),
        }),
    });
  return models;
}
