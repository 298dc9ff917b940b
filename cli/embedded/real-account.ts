import { loadPlatform } from "../../infra/load.ts";
import type { Project } from "../project.ts";
import { refuseUndeclaredReplacements } from "./engine-state.ts";
import { runPulumi } from "./pulumi.ts";
import { engineFor } from "./running.ts";

/** `pulumi up` of a stack on a real account, with the caller's credentials and terminal; resolves with its exit code. */
export async function upOnAccount(project: Project): Promise<number> {
  // What the program would refuse too, told before the engine is even prepared.
  const platform = loadPlatform({
    root: project.root,
    stack: project.stack,
    deployment: { environment: process.env },
  });
  const environment = await engineFor(project);
  await refuseUndeclaredReplacements(project, environment, platform);
  return runPulumi(project, environment, ["up", "--stack", project.stack], { stdio: "inherit" });
}
