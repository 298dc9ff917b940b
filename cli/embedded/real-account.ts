import { mkdirSync } from "node:fs";
import { loadPlatform } from "../../infra/load.ts";
import type { Project } from "../project.ts";
import { refuseUndeclared } from "./engine-state.ts";
import { runPulumi } from "./pulumi.ts";
import { engineFor } from "./running.ts";
import { settleUnfinished } from "./unfinished.ts";

/** `pulumi up` of a stack on a real account, with the caller's credentials and terminal; resolves with its exit code. */
export async function upOnAccount(project: Project): Promise<number> {
  // What the program would refuse too, told before the engine is even prepared.
  const platform = loadPlatform({
    root: project.root,
    stack: project.stack,
    environment: process.env,
  });
  const environment = await engineFor(project);
  mkdirSync(project.dataDir, { recursive: true, mode: 0o700 });
  const { unfinished, resources } = await settleUnfinished(project, environment);
  if (unfinished > 0)
    console.error(`An earlier run was killed: ${unfinished} creations that it had begun are settled.`);
  refuseUndeclared(project, platform, resources);
  return runPulumi(project, environment, ["up", "--stack", project.stack], { stdio: "inherit" });
}
