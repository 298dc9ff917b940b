import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { isCloneName } from "../infra/config/clone.ts";
import { clonedStack } from "../infra/config/read-stack-file.ts";
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
  /** Of a developer's clone: the stack that it is a clone of, on whose account it is. */
  base?: Project;
}

/** The stack whose account, and on this machine whose services, a stack uses: its own, but for a clone. */
export const hostOf = (project: Project): Project => project.base ?? project;

export interface GlobalOptions {
  stack: string;
  json?: boolean;
}

export const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** The project of the stack that the command line names. */
export function openProject(stack: string): Project {
  const stackFile = stackFileOf(stack);
  if (!existsSync(stackFile) && isCloneName(stack))
    throw new CliError(
      `There is no stack "${stack}" yet.`,
      `Make it, a clone of another stack on that one's account: npx firn up --stack ${stack} --of prod (or --of local).`,
      EXIT.usage,
    );
  if (!existsSync(stackFile))
    throw new CliError(
      `There is no stack "${stack}": ${stackFile} does not exist.`,
      "Name a stack that has a Pulumi.<stack>.yaml, or write one after the pattern of Pulumi.local.yaml.",
      EXIT.usage,
    );
  const dataDir = join(PROJECT_ROOT, ".firn", stack);
  const own = { root: PROJECT_ROOT, stack, stackFile, dataDir, servicesDir: join(dataDir, "services") };
  const of = clonedStack(readFileSync(stackFile, "utf8"));
  // What is wrong with the name is told by the reader of the configuration.
  if (of === undefined || isCloneName(of) || !existsSync(stackFileOf(of))) return own;
  const base = openProject(of);
  return { ...own, servicesDir: base.servicesDir, base };
}

/** Path of a stack's file, whether it exists or not. */
export const stackFileOf = (stack: string): string => join(PROJECT_ROOT, `Pulumi.${stack}.yaml`);

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
