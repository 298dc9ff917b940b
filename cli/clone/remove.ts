/** Removes a developer's clone from its account, and what this machine knows of it. */
import { existsSync, rmSync } from "node:fs";
import { embeddedConfig } from "../embedded/config.ts";
import { exportDeployment } from "../embedded/deployment.ts";
import { interruptible } from "../embedded/interrupt.ts";
import { engineFailed, prepareStack, runPulumi, stackArguments } from "../embedded/pulumi.ts";
import { engineFor } from "../embedded/running.ts";
import { settleUnfinished } from "../embedded/unfinished.ts";
import type { Project } from "../project.ts";

/** Resolves with how many resources were destroyed. The other stack is not touched: a clone owns only its own. */
export function removeClone(project: Project): Promise<number> {
  return interruptible(async (signal) => {
    let destroyed = 0;
    if (existsSync(project.dataDir)) {
      const environment = await engineFor(project, signal);
      if (embeddedConfig(project)) await prepareStack(project, environment);
      const logFile = `${project.dataDir}/pulumi.log`;
      const run = async (what: string, args: string[]): Promise<void> => {
        const code = await runPulumi(project, environment, args, { stdio: { logFile }, signal });
        signal.throwIfAborted();
        if (code !== 0) throw engineFailed(what, logFile);
      };
      await settleUnfinished(project, environment);
      const exported = await exportDeployment(project, environment);
      destroyed = (exported?.deployment.resources ?? []).filter((one) => one.custom).length;
      if (exported !== undefined) {
        await run(
          "destroy the clone",
          stackArguments(project, ["destroy", "--yes", "--skip-preview", "--non-interactive"]),
        );
        await run("forget the stack", [
          "stack",
          "rm",
          "--yes",
          "--stack",
          project.stack,
          "--non-interactive",
        ]);
      }
    }
    rmSync(project.dataDir, { recursive: true, force: true });
    rmSync(project.stackFile, { force: true });
    return destroyed;
  });
}
