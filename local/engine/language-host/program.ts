// How a program, a policy pack or a plugin written for Node is started: pure, so that a test can read it.

import { createRequire } from "node:module";
import { join } from "node:path";

/** What the engine says about a run; addresses are `host:port`. */
export interface RunSpec {
  monitor: string;
  engine: string;
  organization: string;
  project: string;
  stack: string;
  rootDirectory: string;
  /** Working directory of the program: the folder of Pulumi.yaml's `main`. */
  pwd: string;
  /** File or folder relative to `pwd`; "." means what package.json says. */
  entryPoint: string;
  dryRun: boolean;
  parallel: number;
  args: string[];
  config: Record<string, string>;
  secretKeys: string[];
  options: Record<string, unknown>;
}

export interface Launch {
  args: string[];
  env: Record<string, string>;
}

/** @pulumi/pulumi/cmd/run ends with this code when it has told the user everything. */
const SAID_IT_ALL = 32;

/** Finds a module of the SDK as the program itself would: from its own folder upwards. */
export function resolveSdkModule(fromDirectory: string, module: string): string {
  try {
    return createRequire(join(fromDirectory, "package.json")).resolve(`@pulumi/pulumi/${module}/index.js`);
  } catch {
    throw new Error(
      `@pulumi/pulumi is not installed for ${fromDirectory}: run "npm ci" in the project, then try again`,
    );
  }
}

/** The command line and the extra environment of @pulumi/pulumi/cmd/run for one run. */
export function launchProgram(spec: RunSpec, runModule: string): Launch {
  const args = [...nodeArguments(spec.options), runModule];
  const flags: [string, string][] = [
    ["monitor", spec.monitor],
    ["engine", spec.engine],
    ["organization", spec.organization],
    ["root-directory", spec.rootDirectory],
    ["project", spec.project],
    ["stack", spec.stack],
    ["pwd", spec.pwd],
  ];
  for (const [name, value] of flags) if (value !== "") args.push(`--${name}`, value);
  if (spec.dryRun) args.push("--dry-run");
  args.push("--parallel", String(spec.parallel), spec.entryPoint || ".", ...spec.args);
  const env: Record<string, string> = {
    PULUMI_CONFIG: JSON.stringify(spec.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(spec.secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: String(spec.options["typescript"] ?? true),
  };
  if (typeof spec.options["tsconfig"] === "string")
    env["PULUMI_NODEJS_TSCONFIG_PATH"] = spec.options["tsconfig"];
  return { args, env };
}

/** Pulumi.yaml's `runtime.options.nodeargs`, a string of flags separated by blanks. */
export function nodeArguments(options: Record<string, unknown>): string[] {
  const given = options["nodeargs"];
  return typeof given === "string" ? given.split(/\s+/).filter((arg) => arg !== "") : [];
}

/** What the engine is told when the program has ended: nothing, an error, or "the user knows already". */
export function describeExit(code: number | null, signal: string | null): { error: string; bail: boolean } {
  if (code === 0) return { error: "", bail: false };
  if (code === SAID_IT_ALL) return { error: "", bail: true };
  if (code === null)
    return { error: `The program was ended by ${signal ?? "an unknown signal"}`, bail: false };
  return { error: `Program exited with non-zero exit code: ${code}`, bail: false };
}
