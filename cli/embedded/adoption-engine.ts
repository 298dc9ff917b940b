import { mkdirSync } from "node:fs";
import type { Project } from "../project.ts";
import { embeddedConfig } from "./config.ts";
import { type PulumiEnvironment, prepareStack } from "./pulumi.ts";
import { engineFor } from "./running.ts";

/** The engine for a stack whose state may be empty; an embedded stack is made anew where it is lost. */
export async function adoptionEngine(project: Project, signal?: AbortSignal): Promise<PulumiEnvironment> {
  const environment = await engineFor(project, signal);
  mkdirSync(project.dataDir, { recursive: true, mode: 0o700 });
  if (embeddedConfig(project)) await prepareStack(project, environment);
  return environment;
}
