/** What an adoption asks of the engine: a preview, an import, and the state put right after it. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportFile, PlannedResource } from "../../pipelines/operations/adopt/import-file.ts";
import type { State } from "../../pipelines/operations/adopt/settle.ts";
import { CliError } from "../failure.ts";
import type { Project } from "../project.ts";
import { exportDeployment, importDeployment } from "./deployment.ts";
import { engineFailed, type PulumiEnvironment, runPulumi, stackArguments } from "./pulumi.ts";

interface PreviewStep {
  op: string;
  urn: string;
  newState?: Partial<PlannedResource>;
}

export const adoptionFolder = (project: Project): string => join(project.dataDir, "adopt");

/** What `pulumi preview` would do, step by step, with the program's inputs; secrets are not in them. */
export function previewSteps(project: Project, environment: PulumiEnvironment): Promise<PlannedResource[]> {
  return new Promise((resolve, reject) => {
    execFile(
      environment.pulumi,
      stackArguments(project, ["preview", "--json", "--show-sames", "--non-interactive"]),
      { cwd: project.root, env: { ...process.env, ...environment.variables }, maxBuffer: 1 << 30 },
      (error, stdout, stderr) => {
        const printed = parsed(stdout);
        if (error !== null || printed === undefined) {
          const errors = (printed?.diagnostics ?? []).filter((one) => one.severity === "error");
          const said = errors.map((one) => one.message.trim()).join("\n") || stderr.trim() || error?.message;
          return reject(
            new CliError(`pulumi preview: ${said}`, "An adoption begins with a preview: mend that first."),
          );
        }
        resolve(
          (printed.steps ?? []).flatMap(({ op, urn, newState }) =>
            newState === undefined
              ? []
              : [{ type: "", custom: false, ...newState, inputs: newState.inputs ?? {}, op, urn }],
          ),
        );
      },
    );
  });
}

function parsed(
  text: string,
): { steps?: PreviewStep[]; diagnostics?: { severity: string; message: string }[] } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes the file that `pulumi import --file` reads, and returns its path. */
export function writeImportFile(project: Project, file: ImportFile): string {
  mkdirSync(adoptionFolder(project), { recursive: true, mode: 0o700 });
  const path = join(adoptionFolder(project), "import.json");
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  return path;
}

/** `pulumi import --file`; what is in the state already stays as it is. */
export async function runImport(
  project: Project,
  environment: PulumiEnvironment,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const logFile = join(project.dataDir, "pulumi.log");
  const code = await runPulumi(
    project,
    environment,
    stackArguments(project, [
      "import",
      "--file",
      path,
      "--yes",
      "--skip-preview",
      "--protect=false",
      "--generate-code=false",
      "--non-interactive",
      "--suppress-progress",
    ]),
    { stdio: { logFile }, ...(signal ? { signal } : {}) },
  );
  signal?.throwIfAborted();
  if (code !== 0) throw engineFailed("import what is on the account", logFile);
}

/** Changes the engine's state by `change`. */
export async function changeState(
  project: Project,
  environment: PulumiEnvironment,
  change: (state: State) => State,
): Promise<void> {
  const exported = await exportDeployment(project, environment);
  if (exported === undefined)
    throw new CliError(
      `The stack ${project.stack} has no state.`,
      "Make it first: npx firn pulumi stack init.",
    );
  await importDeployment(project, environment, { ...exported, deployment: change(exported.deployment) });
}
