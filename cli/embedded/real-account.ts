import { loadPlatform } from "../../infra/load.ts";
import type { Project } from "../project.ts";
import { runPulumi } from "./pulumi.ts";
import { engineFor } from "./running.ts";

/** `pulumi up` of a stack on a real account, with the caller's credentials and terminal; resolves with its exit code. */
export async function upOnAccount(project: Project): Promise<number> {
  // What the program would refuse too, told before the engine is even prepared.
  loadPlatform({ root: project.root, stack: project.stack, deployment: { environment: process.env } });
  return runPulumi(project, await engineFor(project), ["up", "--stack", project.stack], { stdio: "inherit" });
}
