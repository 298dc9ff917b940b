import { spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse, stringify } from "yaml";
import type { Progress } from "../../local/progress.ts";
import { tailOfFile, writeFileAtomic } from "../../local/supervisor/files.ts";
import { CliError } from "../failure.ts";
import type { Project } from "../project.ts";

export interface PulumiEnvironment {
  pulumi: string;
  variables: Record<string, string>;
}

interface RunOptions {
  stdio: "inherit" | { logFile: string };
  signal?: AbortSignal;
}

/** Runs the real CLI in the project's root; resolves with its exit code. Output is inherited or appended to a log file. */
export function runPulumi(
  project: Project,
  environment: PulumiEnvironment,
  args: string[],
  options: RunOptions,
): Promise<number> {
  const descriptor = options.stdio === "inherit" ? undefined : openSync(options.stdio.logFile, "a", 0o600);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(environment.pulumi, args, {
      cwd: project.root,
      env: { ...process.env, ...environment.variables },
      stdio: descriptor === undefined ? "inherit" : ["ignore", descriptor, descriptor],
    });
    // SIGINT lets the engine finish the resource in hand and write its state; a second one would not.
    const interrupt = () => child.kill("SIGINT");
    options.signal?.addEventListener("abort", interrupt, { once: true });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      options.signal?.removeEventListener("abort", interrupt);
      resolve(code ?? (signal ? 130 : 1));
    });
  }).finally(() => {
    if (descriptor !== undefined) closeSync(descriptor);
  });
}

const CONFIGURED_COMMANDS = new Set(["up", "update", "preview", "refresh", "destroy", "import", "config"]);

/** The file that the engine reads and writes as the embedded stack's configuration, see `prepareStack`. */
const engineConfig = (project: Project): string =>
  join(project.dataDir, "engine", `Pulumi.${project.stack}.yaml`);

/** Arguments of `pulumi` for a stack: `--stack`, and the embedded stack's configuration file where the command takes one. */
export function stackArguments(project: Project, args: string[]): string[] {
  const command = args.find((arg) => !arg.startsWith("-"));
  const config = engineConfig(project);
  return [
    ...args,
    "--stack",
    project.stack,
    ...(command && CONFIGURED_COMMANDS.has(command) && existsSync(config) ? ["--config-file", config] : []),
  ];
}

/**
 * Makes the embedded stack in the file backend at the first run. The engine keeps the salt of its secrets in the stack's
 * configuration file; it is given a copy under the data folder, so that the checked-in file holds no machine's salt.
 */
export async function prepareStack(project: Project, environment: PulumiEnvironment): Promise<void> {
  const folder = join(project.dataDir, "engine");
  const logFile = join(project.dataDir, "pulumi.log");
  mkdirSync(join(project.dataDir, "state"), { recursive: true, mode: 0o700 });
  mkdirSync(folder, { recursive: true });
  const { name } = parse(readFileSync(join(project.root, "Pulumi.yaml"), "utf8")) as { name: string };
  const config = engineConfig(project);
  const checkpoint = join(project.dataDir, "state", ".pulumi", "stacks", name, `${project.stack}.json`);
  if (!existsSync(checkpoint)) {
    rmSync(config, { force: true });
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name, runtime: "nodejs" }));
    const code = await runPulumi(
      { ...project, root: folder },
      environment,
      ["stack", "init", "--stack", project.stack, "--non-interactive"],
      { stdio: { logFile } },
    );
    if (code !== 0) throw engineFailed("make the stack", logFile);
  }
  restoreCheckpoint(checkpoint);
  const committed = parse(readFileSync(project.stackFile, "utf8")) as Record<string, unknown>;
  const { encryptionsalt } = existsSync(config)
    ? (parse(readFileSync(config, "utf8")) as { encryptionsalt?: string })
    : {};
  writeFileAtomic(config, stringify({ ...committed, ...(encryptionsalt ? { encryptionsalt } : {}) }));
}

/** The engine does not write its state atomically: where a kill left half of it, the copy that it keeps beside is taken. */
function restoreCheckpoint(checkpoint: string): void {
  const isWhole = (path: string) => {
    try {
      return typeof JSON.parse(readFileSync(path, "utf8")) === "object";
    } catch {
      return false;
    }
  };
  const attributes = `${checkpoint}.attrs`;
  if (existsSync(attributes) && !isWhole(attributes)) rmSync(attributes);
  if (isWhole(checkpoint)) return;
  const copy = `${checkpoint}.bak`;
  if (!isWhole(copy))
    throw new CliError(
      `The engine's state ${checkpoint} is unreadable: it was killed while writing.`,
      "Erase the embedded stack with `npx firn down --erase` and run again: its data are generated anew, the same.",
    );
  copyFileSync(copy, checkpoint);
}

/**
 * Ends what a killed run left: an engine that still works is waited for, so that it writes its state; the lock of one
 * that is gone is cancelled. The caller holds the stack's own lock, so no other run of ours is under way.
 */
export async function settleEarlierRun(
  project: Project,
  environment: PulumiEnvironment,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { name } = parse(readFileSync(join(project.root, "Pulumi.yaml"), "utf8")) as { name: string };
  const folder = join(project.dataDir, "state", ".pulumi", "locks", "organization", name, project.stack);
  const locks = () =>
    existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
  const holders = locks().map((file) => lockHolder(join(folder, file)));
  for (const pid of holders)
    while (pid !== undefined && isAlive(pid) && locks().length > 0) {
      progress({ step: "pulumi", detail: `the engine of an earlier run (process ${pid}) is finishing` });
      await delay(500, undefined, { signal });
    }
  if (locks().length === 0) return;
  const logFile = join(project.dataDir, "pulumi.log");
  const code = await runPulumi(
    project,
    environment,
    ["cancel", "--yes", "--stack", project.stack, "--non-interactive"],
    { stdio: { logFile } },
  );
  if (code !== 0) throw engineFailed("release the lock of an earlier run", logFile);
}

/** The process that a lock file names; undefined when it cannot be read (it may just have been removed). */
function lockHolder(path: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { pid?: number }).pid;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export interface UpSummary {
  /** Resource steps by operation: create, update, replace, delete, same. */
  changes: Record<string, number>;
  seconds: number;
  /** Resources that could not be made, each with the provider's reason; only where the run goes on past them. */
  failed: FailedResource[];
}

export interface FailedResource {
  type: string;
  name: string;
  because: string;
}

/** `pulumi up --stack <stack>`, its steps reported as they happen. Throws with the log's last lines when it fails. */
export async function pulumiUp(
  project: Project,
  environment: PulumiEnvironment,
  options: { progress: Progress; signal?: AbortSignal; expected?: number; continueOnError?: boolean },
): Promise<UpSummary> {
  const started = Date.now();
  const logFile = join(project.dataDir, "pulumi.log");
  const eventLog = join(project.dataDir, "pulumi-events.jsonl");
  rmSync(eventLog, { force: true });
  const events = followEvents(eventLog, options);
  // The engine takes --event-log only with its debugging commands switched on, as its own Automation API does.
  const variables = { ...environment.variables, PULUMI_DEBUG_COMMANDS: "true" };
  const code = await runPulumi(
    project,
    { ...environment, variables },
    stackArguments(project, [
      "up",
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "--event-log",
      eventLog,
      ...(options.continueOnError ? ["--continue-on-error"] : []),
    ]),
    { stdio: { logFile }, ...(options.signal ? { signal: options.signal } : {}) },
  );
  const summary = await events.finish();
  options.signal?.throwIfAborted();
  const { changes, failed } = summary;
  const goesOn = options.continueOnError === true && failed.length > 0;
  if (code !== 0 && !goesOn) throw engineFailed("bring the stack up", logFile, summary.errors);
  return { changes, seconds: (Date.now() - started) / 1000, failed };
}

interface EngineEvent {
  resourcePreEvent?: { metadata: { op: string; type: string; urn: string } };
  resOutputsEvent?: { metadata: { op: string; type: string; urn: string } };
  resOpFailedEvent?: { metadata: { op: string; type: string; urn: string } };
  diagnosticEvent?: { severity: string; message: string; urn?: string };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

function followEvents(path: string, options: { progress: Progress; expected?: number }) {
  let stopped = false;
  let done = 0;
  let changes: Record<string, number> = {};
  const errors: string[] = [];
  const failedUrns = new Map<string, string>();
  const reasons = new Map<string, string>();
  let rest = "";
  let descriptor: number | undefined;
  const buffer = Buffer.alloc(1 << 16);

  const drain = () => {
    if (descriptor === undefined) {
      if (!existsSync(path)) return;
      descriptor = openSync(path, "r");
    }
    for (;;) {
      const length = readSync(descriptor, buffer, 0, buffer.length, null);
      if (length === 0) return;
      const lines = (rest + buffer.toString("utf8", 0, length)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) apply(JSON.parse(line) as EngineEvent);
    }
  };
  const apply = (event: EngineEvent) => {
    if (event.resOutputsEvent) {
      const { op, urn } = event.resOutputsEvent.metadata;
      done++;
      const name = urn.split("::").at(-1) ?? urn;
      options.progress({
        step: "pulumi up",
        detail: `${op} ${name}`,
        done,
        ...(options.expected ? { total: options.expected } : {}),
      });
    }
    if (event.diagnosticEvent?.severity === "error") {
      const { message, urn } = event.diagnosticEvent;
      errors.push(message.trim());
      if (urn) reasons.set(urn, message.trim());
    }
    if (event.resOpFailedEvent) {
      const { urn, type } = event.resOpFailedEvent.metadata;
      failedUrns.set(urn, type);
    }
    if (event.summaryEvent) changes = event.summaryEvent.resourceChanges;
  };
  const loop = (async () => {
    while (!stopped) {
      drain();
      await delay(200);
    }
    drain();
    if (descriptor !== undefined) closeSync(descriptor);
  })();
  return {
    async finish() {
      stopped = true;
      await loop;
      const failed = [...failedUrns].map(([urn, type]) => ({
        type,
        name: urn.split("::").at(-1) ?? urn,
        because: lastWords(reasons.get(urn) ?? "the engine gave no reason"),
      }));
      return { changes, errors, failed };
    },
  };
}

/** Providers wrap what went wrong in lines that say that something did. */
const lastWords = (message: string): string =>
  message
    .split("\n")
    .map((line) => line.trim().replace(/^\* /, ""))
    .filter((line) => line !== "")
    .at(-1) ?? message;

export function engineFailed(what: string, logFile: string, errors: string[] = []): CliError {
  const detail = errors.length > 0 ? errors.slice(0, 5).join("\n") : tailOfFile(logFile, 20);
  return new CliError(
    `Pulumi could not ${what}:\n${detail.replace(/^/gm, "  ")}`,
    `The whole log is ${logFile}. Run it again: what is there already stays.`,
  );
}
