import { existsSync, rmSync } from "node:fs";
import { Command } from "commander";
import pc from "picocolors";
import { stopServices } from "../../local/supervisor/stop.ts";
import { globalOptions, openProject } from "../project.ts";

/** `firn down`: stops the embedded services; their data stay. A developer's clone is removed from its account. */
export function downCommand(): Command {
  return new Command("down")
    .description(
      "stop the local services of the stack (their data stay; `firn up` goes on with them); remove a clone",
    )
    .option("--erase", "then erase all that the embedded stack holds: data, state, keys, logs")
    .action(async (options: { erase?: boolean }, command: Command) => {
      const { stack, json } = globalOptions(command);
      const project = openProject(stack);
      if (project.base !== undefined) {
        const { removeClone } = await import("../clone/remove.ts");
        const destroyed = await removeClone(project);
        if (json) console.log(JSON.stringify({ ok: true, destroyed }));
        else console.log(`${pc.green("✔")} ${destroyed} resources of ${stack} removed from the account`);
        return;
      }
      const stopped = await stopServices(project.servicesDir);
      const erased = options.erase === true && existsSync(project.dataDir);
      if (erased) rmSync(project.dataDir, { recursive: true });
      if (json) console.log(JSON.stringify({ ok: true, stopped, erased }));
      else if (stopped.length === 0) console.log("Nothing was running.");
      else console.log(`${pc.green("✔")} stopped ${stopped.join(", ")}`);
      if (erased && !json) console.log(`${pc.green("✔")} erased ${project.dataDir}`);
    });
}
