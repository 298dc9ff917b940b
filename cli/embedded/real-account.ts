import type { Project } from "../project.ts";
import { runPulumi } from "./pulumi.ts";
import { engineFor } from "./running.ts";

/** `pulumi up` of a stack on a real account, with the caller's credentials and terminal; resolves with its exit code. */
export async function upOnAccount(project: Project): Promise<number> {
  return runPulumi(project, await engineFor(project), ["up", "--stack", project.stack], { stdio: "inherit" });
}
