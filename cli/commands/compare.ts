import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { loadPlatform } from "../../infra/load.ts";
import { changedModels, deployedStatements } from "../../pipelines/operations/clone/changed.ts";
import { type Comparison, comparedModels, compareModels } from "../../pipelines/operations/clone/compare.ts";
import { readPending } from "../clone/pending.ts";
import { CliError, EXIT } from "../failure.ts";
import { operate } from "../operate.ts";
import { globalOptions, openProject } from "../project.ts";
import { renderTable } from "../table.ts";

const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number from 0");
  return value;
};

/** `firn compare`: what a developer's clone holds that the stack it is a clone of did not, at the clone's moment. */
export function compareCommand(): Command {
  return new Command("compare")
    .description("what a developer's change does to data: a clone's tables beside those it was cloned from")
    .argument(
      "[models...]",
      "models to compare (default: what differs in the working copy, and what reads it)",
    )
    .option("--rows <number>", "changed rows to show of each model", count, 3)
    .action(async (named: string[], options: { rows: number }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const { base } = project;
      if (base === undefined)
        throw new CliError(
          `${stack} is no developer's clone.`,
          "Name one: --stack dev-<name>; `npx firn up --stack dev-<name> --of <stack>` makes it.",
          EXIT.usage,
        );
      await operate(project, {}, async ({ platform, client, report, signal }) => {
        const theirs = loadPlatform({ root: base.root, stack: base.stack });
        const changed =
          named.length > 0
            ? []
            : changedModels(
                platform,
                theirs,
                { own: new Map(), base: await deployedStatements(theirs, client) },
                new Set(),
              );
        const models = comparedModels(platform, named, changed);
        const compared = await compareModels(
          platform,
          theirs,
          models,
          client,
          { examples: options.rows },
          { report, signal },
        );
        const pending = readPending(project);
        if (json)
          console.log(
            JSON.stringify({ ok: true, of: base.stack, at: platform.clone!.at, compared, pending }),
          );
        else print(compared, pending, stack, base.stack);
      });
    });
}

function print(compared: readonly Comparison[], pending: readonly string[], stack: string, of: string): void {
  if (compared.length === 0) {
    console.log(
      `Nothing in the working copy differs from what ${of} runs; name models to compare them all the same.`,
    );
    return;
  }
  console.log(
    renderTable(
      ["MODEL", "CHANGED", "ONLY HERE", `ONLY IN ${of.toUpperCase()}`, "SAME", "COLUMNS"],
      compared.map((one) => [
        one.model,
        one.changed,
        one.onlyHere,
        one.onlyThere,
        one.same,
        one.because ??
          [...one.columnsHere.map((name) => `+${name}`), ...one.columnsThere.map((name) => `-${name}`)].join(
            " ",
          ),
      ]),
    ),
  );
  for (const { model, examples } of compared.filter((one) => one.examples.length > 0)) {
    console.log(`\n${model}`);
    for (const { key, values } of examples)
      console.log(
        `  ${entries(key)}: ${Object.entries(values)
          .map(([name, { here, there }]) => `${name} ${pc.dim(shown(there))} → ${shown(here)}`)
          .join(", ")}`,
      );
  }
  const stale = pending.filter((model) => compared.some((one) => one.model === model));
  if (stale.length > 0)
    console.log(
      `\n${pc.yellow("!")} not recomputed yet: ${stale.join(", ")} (npx firn up --stack ${stack} --backfill)`,
    );
}

const entries = (key: Record<string, unknown>): string =>
  Object.entries(key)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(" ");
const shown = (value: unknown): string => (value === null || value === undefined ? "NULL" : String(value));
