import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { CliError, EXIT } from "./failure.ts";

/** Where things are for one stack. Everything that a run writes is under `dataDir`; nothing else in the checkout changes. */
export interface Project {
  root: string;
  stack: string;
  stackFile: string;
  dataDir: string;
  servicesDir: string;
  /** Set for a rehearsal: the stack's file as it is, on endpoints, time and keys of its own. */
  rehearsal?: {
    /** When its clock starts (ISO 8601). */
    clockStart: string;
  };
}

export interface GlobalOptions {
  stack: string;
  json?: boolean;
}

export const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** The project of the stack that the command line names. */
export function openProject(stack: string): Project {
  const stackFile = join(PROJECT_ROOT, `Pulumi.${stack}.yaml`);
  if (!existsSync(stackFile))
    throw new CliError(
      `There is no stack "${stack}": ${stackFile} does not exist.`,
      "Name a stack that has a Pulumi.<stack>.yaml, or write one after the pattern of Pulumi.local.yaml.",
      EXIT.usage,
    );
  const dataDir = join(PROJECT_ROOT, ".firn", stack);
  return { root: PROJECT_ROOT, stack, stackFile, dataDir, servicesDir: join(dataDir, "services") };
}

/** Where the rehearsals of a stack leave what they measured. */
export const rehearsalFolder = (root: string, stack: string): string =>
  join(root, ".firn", "rehearsals", stack);

/** The same stack, to be rehearsed: everything that a run writes is in a folder apart. */
export function rehearsalOf(project: Project, clockStart: string): Project {
  const dataDir = join(rehearsalFolder(project.root, project.stack), "run");
  return { ...project, dataDir, servicesDir: join(dataDir, "services"), rehearsal: { clockStart } };
}

/** Options given before or after the command's name. */
export const globalOptions = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();
