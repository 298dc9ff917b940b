import { Command } from "commander";
import pc from "picocolors";
import { stopServices } from "../../local/supervisor/stop.ts";
import { globalOptions, openProject } from "../project.ts";

/** `firn down`: stops the embedded services; their data stay. */
export function downCommand(): Command {
  return new Command("down")
    .description("stop the local services of the stack (their data stay; `firn up` goes on with them)")
    .action(async (_options: unknown, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      const stopped = await stopServices(project.servicesDir);
      if (json) console.log(JSON.stringify({ ok: true, stopped }));
      else if (stopped.length === 0) console.log("Nothing was running.");
      else console.log(`${pc.green("✔")} stopped ${stopped.join(", ")}`);
    });
}
