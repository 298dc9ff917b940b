/** The engine's state of a stack, as `pulumi stack export` tells it. Secrets stay encrypted. */
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../project.ts";
import { engineFailed, type PulumiEnvironment, runPulumi } from "./pulumi.ts";

/** What is read and changed of it; the rest is kept as it is. */
export interface Deployment {
  resources?: ResourceState[];
  pending_operations?: { type: string; resource: ResourceState }[];
}

export interface ResourceState {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A whole export: `pulumi stack import` takes it back. */
export interface Exported {
  version: number;
  deployment: Deployment;
}

/** Undefined where the stack does not exist yet. Throws with the engine's message where its state cannot be read. */
export async function exportDeployment(
  project: Project,
  environment: PulumiEnvironment,
): Promise<Exported | undefined> {
  const run = (args: string[]) => capture(project, environment, [...args, "--non-interactive"]);
  const exported = await run(["stack", "export", "--stack", project.stack]);
  if (exported.error === undefined) {
    const { version, deployment } = JSON.parse(exported.stdout) as {
      version: number;
      deployment: Deployment | null;
    };
    return { version, deployment: deployment ?? {} };
  }
  const listed = await run(["stack", "ls", "--json"]);
  if (listed.error === undefined && !stackNames(listed.stdout).includes(project.stack)) return undefined;
  throw new Error(`pulumi stack export: ${exported.stderr.trim()}`);
}

/** Gives the engine a changed state. The file is readable by its owner alone, and gone afterwards. */
export async function importDeployment(
  project: Project,
  environment: PulumiEnvironment,
  exported: Exported,
): Promise<void> {
  const file = join(project.dataDir, "deployment.json");
  const logFile = join(project.dataDir, "pulumi.log");
  try {
    writeFileSync(file, JSON.stringify(exported), { mode: 0o600 });
    const args = ["stack", "import", "--stack", project.stack, "--file", file];
    if ((await runPulumi(project, environment, args, { stdio: { logFile } })) !== 0)
      throw engineFailed("write the stack's state", logFile);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Short names: a service backend puts organization and project before them. */
const stackNames = (listed: string): string[] =>
  (JSON.parse(listed) as { name: string }[]).map(({ name }) => name.split("/").at(-1)!);

function capture(
  project: Project,
  environment: PulumiEnvironment,
  args: string[],
): Promise<{ error?: Error; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      environment.pulumi,
      args,
      { cwd: project.root, env: { ...process.env, ...environment.variables }, maxBuffer: 1 << 30 },
      (error, stdout, stderr) => resolve({ ...(error === null ? {} : { error }), stdout, stderr }),
    );
  });
}
