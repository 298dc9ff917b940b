import { Command } from "commander";
import { runPulumi, stackArguments } from "../embedded/pulumi.ts";
import { engineFor } from "../embedded/running.ts";
import { globalOptions, openProject } from "../project.ts";

/** `firn pulumi …`: the real CLI with the embedded stack's environment, arguments passed on as they are. */
export function pulumiCommand(): Command {
  return new Command("pulumi")
    .description("run the Pulumi CLI on the stack, e.g. `firn pulumi preview --diff`")
    .argument("[arguments...]", "passed on to `pulumi`, with --stack added")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[], _options: unknown, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const given = json ? [...args, "--json"] : args;
      const environment = await engineFor(project);
      process.exitCode = await runPulumi(project, environment, stackArguments(project, given), {
        stdio: "inherit",
      });
    });
}
