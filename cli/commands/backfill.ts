import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { type Figure, numberOf } from "../../cost/figure.ts";
import { loadPriceBook } from "../../cost/price-book.ts";
import { costOfStatements } from "../../cost/statement-runs.ts";
import { loadUsage, usageFor } from "../../cost/usage.ts";
import { planBackfill } from "../../pipelines/operations/backfill/plan.ts";
import { measuredSeconds, runBackfill, tasksOf } from "../../pipelines/operations/backfill/run.ts";
import { dayRange } from "../../pipelines/operations/days.ts";
import { OperationError } from "../../pipelines/operations/errors.ts";
import { forgetPending } from "../clone/pending.ts";
import { openJournal } from "../journal.ts";
import { operate, settleGraphs } from "../operate.ts";
import { globalOptions, openProject } from "../project.ts";

interface Options {
  from?: string;
  to?: string;
  column?: string;
  key: string[];
  batchDays: number;
  overwrite?: boolean;
  yes?: boolean;
  wait?: boolean;
}

const wholeDays = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
};

/** `firn backfill`: one model recomputed from what it reads, whole or in part. */
export function backfillCommand(): Command {
  return new Command("backfill")
    .description("recompute one model from what it reads, whole, by days or by keys; what differs is written")
    .argument("<model>", "the model, e.g. core.usage.event")
    .option("--from <day>", "the first day, e.g. 2026-03-01")
    .option("--to <day>", "the last day, included (default: the first)")
    .option(
      "--column <name>",
      "the column that the days are of (default: the key's, else the first with days)",
    )
    .option(
      "--key <value>",
      "a value of the key's first column; repeat it for several",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option("--batch-days <number>", "days that one statement recomputes", wholeDays, 7)
    .option("--overwrite", "replace all rows in one INSERT OVERWRITE instead of merging what differs")
    .option("--yes", "do it; without, only say what would be done and what it costs")
    .option("--wait", "then run the task graphs and wait until its dependants have followed")
    .action(async (model: string, options: Options, command: Command) => {
      const { stack, json } = globalOptions(command);
      if (options.to !== undefined && options.from === undefined)
        throw new OperationError("--to was given without --from.", "Give the first day too.", 2);
      const range = options.from === undefined ? undefined : dayRange(options.from, options.to);
      const project = openProject(stack);
      await operate(project, {}, async ({ platform, client, report, signal }) => {
        const plan = planBackfill(platform, {
          model,
          keys: options.key,
          batchDays: options.batchDays,
          overwrite: options.overwrite === true,
          ...(range === undefined ? {} : { range }),
          ...(options.column === undefined ? {} : { column: options.column }),
        });
        const { logical, warehouse } = plan.model;
        const usage = loadUsage(stack);
        const measured = await measuredSeconds(platform, logical, client);
        const cost = costOfStatements(platform, loadPriceBook(), usage, {
          warehouse,
          statements: plan.batches.length,
          seconds: measured?.seconds ?? usageFor(usage.tasks, logical).busySeconds,
          basis:
            measured === undefined
              ? `a run of its task, as cost/usage.yaml assumes`
              : `a run of its task, the average of ${measured.runs}`,
        });
        const facts = {
          model: logical,
          column: plan.column?.toLowerCase(),
          batches: plan.batches.length,
          warehouse: tasksOf(platform, logical).task.warehouse,
          expectedUsd: numberOf(cost.expected) ?? null,
          atMostUsd: numberOf(cost.ceiling) ?? null,
          dependants: plan.dependants,
        };
        if (!json) printPlan(facts, cost);
        if (!options.yes) {
          if (json) console.log(JSON.stringify({ ok: true, done: false, ...facts }));
          else console.log(pc.dim("Nothing was changed; --yes does it."));
          return;
        }
        const journal = openJournal(project, `backfill-${logical}`);
        const outcome = await runBackfill(platform, plan, journal, client, { report, signal });
        if (range === undefined && options.key.length === 0) forgetPending(project, logical);
        if (options.wait) await settleGraphs({ platform, client, report, signal });
        if (json) return console.log(JSON.stringify({ ok: true, done: true, ...facts, ...outcome }));
        const resumed = outcome.doneBefore > 0 ? `, ${outcome.doneBefore} of them by an earlier run` : "";
        console.log(
          `${pc.green("✔")} ${outcome.batches} batches${resumed}: ${outcome.inserted} rows inserted, ${outcome.updated} updated, ${outcome.deleted} deleted`,
        );
        if (plan.dependants.length > 0 && !options.wait)
          console.log("  what reads it follows with its next scheduled run (--wait runs it now)");
      });
    });
}

function printPlan(
  facts: { model: string; column?: string; batches: number; warehouse: string; dependants: string[] },
  cost: { expected: Figure; ceiling: Figure },
): void {
  const dollars = (figure: Figure) => {
    const amount = numberOf(figure);
    return amount === undefined ? "no price" : `$${amount.toFixed(2)}`;
  };
  const what = facts.column === undefined ? "whole" : `by ${facts.column}`;
  console.log(`${facts.model} is recomputed ${what}, in ${facts.batches} statements on ${facts.warehouse}.`);
  const basis = cost.expected.inputs?.[0]?.source?.title ?? "";
  console.log(
    `It costs about ${dollars(cost.expected)}, if each takes as long as ${basis}; at most ${dollars(cost.ceiling)} by the statement timeout.`,
  );
  if (facts.dependants.length > 0) console.log(`These follow: ${facts.dependants.join(", ")}.`);
}
