import { Command, InvalidArgumentError } from "commander";
import { readStackFile } from "../../infra/config/read-stack-file.ts";
import { Problems } from "../../infra/errors.ts";
import { ensureCloneFile } from "../clone/stack-file.ts";
import { embeddedConfig } from "../embedded/config.ts";
import { CliError, EXIT } from "../failure.ts";
import { globalOptions, openProject, type Project } from "../project.ts";

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number greater than 0");
  return value;
};

interface Options {
  days?: number;
  scale?: number;
  data: boolean;
  of?: string;
  backfill?: boolean;
}

/** `firn up`: the whole platform of a stack; with data, on this machine, when the stack's file has `embedded:data`. */
export function upCommand(): Command {
  return new Command("up")
    .description("bring the stack up: on this machine with data (stack local), or on a real account")
    .option("--days <number>", "days of source data to generate (embedded stacks)", positive)
    .option("--scale <number>", "size of the generated company; 1 is about 60,000 events a day", positive)
    .option("--no-data", "deploy only, land no data (embedded stacks)")
    .option("--of <stack>", "make the stack (dev-<name>) a developer's clone of this one, on its account")
    .option("--backfill", "recompute the models of a clone that differ from what filled their tables")
    .action(async ({ of, backfill, ...options }: Options, command: Command) => {
      const { stack, json } = globalOptions(command);
      ensureCloneFile(stack, of);
      const project = openProject(stack);
      if (project.base !== undefined) {
        await refuseMistakes(project);
        const { bringUpClone } = await import("../clone/bring-up.ts");
        return bringUpClone(project, { backfill: backfill === true, json: json === true });
      }
      if (backfill)
        throw new CliError(
          "--backfill is for a developer's clone.",
          "Name the model: npx firn backfill MODEL.",
          EXIT.usage,
        );
      const config = embeddedConfig(project);
      await refuseMistakes(project);
      if (config) {
        const { bringUpEmbedded } = await import("../embedded/bring-up.ts");
        await bringUpEmbedded(project, { ...config, ...definedOnly(options) }, { json: json === true });
      } else {
        const { upOnAccount } = await import("../embedded/real-account.ts");
        process.exitCode = await upOnAccount(project);
      }
    });
}

/** A wrong setting is told before the SQL parser is loaded, and a wrong model before drivers and the engine's SDK are. */
async function refuseMistakes({ root, stack }: Project): Promise<void> {
  const problems = new Problems();
  readStackFile(root, stack, problems);
  problems.throwIfAny();
  const { loadPlatform } = await import("../../infra/load.ts");
  loadPlatform({ root, stack });
}

function definedOnly<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
