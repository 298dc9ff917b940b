/**
 * Runs a backfill as the role of the model's task, so that masking and grants are the task's. The model's graph stands
 * still meanwhile: a MERGE that began before the task's commit would write over newer rows.
 */
import { literal } from "../../../infra/literal.ts";
import { quoted, quotedObject } from "../../../infra/names.ts";
import type { Platform, Task } from "../../../infra/platform.ts";
import { type Account, numberOf, type Running, records } from "../account.ts";
import { asRole } from "../replace/pipe.ts";
import { withoutTasks } from "../replace/stream.ts";
import type { BackfillPlan } from "./plan.ts";

/** Which batches are done already; survives a kill. */
export interface Journal {
  has(batch: string): boolean;
  add(batch: string): void;
  /** All is done. */
  end(): void;
}

export interface BackfillOutcome {
  batches: number;
  /** Batches that an earlier, interrupted run had done. */
  doneBefore: number;
  inserted: number;
  updated: number;
  deleted: number;
}

/** The model's task, and the root of its graph. */
export function tasksOf(platform: Platform, model: string): { task: Task; root: Task } {
  const task = platform.tasks.find((one) => one.model === model)!;
  return {
    task,
    root: platform.tasks.find((one) => one.schedule !== undefined && one.freshness === task.freshness)!,
  };
}

/** Seconds that a run of the model's task took on average, of those that the account still knows; undefined for none. */
export async function measuredSeconds(
  platform: Platform,
  model: string,
  account: Account,
): Promise<{ runs: number; seconds: number } | undefined> {
  const { task } = tasksOf(platform, model);
  const [row] = await records(
    account,
    `SELECT COUNT(*) AS RUNS, AVG(DATEDIFF(MILLISECOND, QUERY_START_TIME, COMPLETED_TIME)) / 1000 AS SECONDS
     FROM TABLE(${quoted(task.database)}.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 10000))
     WHERE NAME = ${literal(task.name)} AND STATE = 'SUCCEEDED'`,
  );
  const runs = numberOf(row?.["runs"]);
  return runs === 0 ? undefined : { runs, seconds: numberOf(row?.["seconds"]) };
}

export async function runBackfill(
  platform: Platform,
  plan: BackfillPlan,
  journal: Journal,
  account: Account,
  running: Running,
): Promise<BackfillOutcome> {
  const { root, task } = tasksOf(platform, plan.model.logical);
  const outcome = { batches: plan.batches.length, doneBefore: 0, inserted: 0, updated: 0, deleted: 0 };
  const { transformer, account: own } = platform.automation;
  await withoutTasks([root], account, running, () =>
    asRole(account, transformer, own, async () => {
      await account.query("USE SECONDARY ROLES NONE");
      await account.query(`USE WAREHOUSE ${quoted(task.warehouse)}`);
      // Days are those of UTC.
      await account.query("ALTER SESSION SET TIMEZONE = 'UTC'");
      try {
        let done = 0;
        for (const batch of plan.batches) {
          running.signal?.throwIfAborted();
          running.report({
            detail: `${quotedObject(plan.model.name)} ${batch.label}`,
            done: done++,
            total: plan.batches.length,
          });
          if (journal.has(batch.statement)) {
            outcome.doneBefore++;
            continue;
          }
          count(outcome, await records(account, batch.statement));
          journal.add(batch.statement);
        }
      } finally {
        await account.query("USE SECONDARY ROLES ALL");
      }
    }),
  );
  journal.end();
  return outcome;
}

function count(outcome: BackfillOutcome, [row]: Record<string, unknown>[]): void {
  for (const kind of ["inserted", "updated", "deleted"] as const)
    outcome[kind] += numberOf(row?.[`number of rows ${kind}`]);
}
