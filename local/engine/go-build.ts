// The third way: building from Go modules. `go/go.mod` fixes every version, `go/go.sum` every content.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import type { Progress } from "../progress.ts";
import { type Cache, contentKey } from "./cache.ts";
import { diskFull, EngineError, explainDiskError } from "./engine-error.ts";
import { findOnPath } from "./on-machine.ts";
import type { Platform } from "./platform.ts";
import { type CommandResult, cancelled, runCommand } from "./run-command.ts";
import { compareVersions, PULUMI_VERSION } from "./versions.ts";

export type Target = "pulumi" | "snowflake" | "kafka";

interface TargetInfo {
  package: string;
  program: string;
  /** What of the module's folder goes into it, besides go.mod and go.sum. */
  sources: string[];
}

export const GO_MODULE = join(import.meta.dirname, "go");

const TARGETS: Record<Target, TargetInfo> = {
  pulumi: { package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", program: "pulumi", sources: ["empty"] },
  snowflake: {
    package: "./pulumi-resource-snowflake",
    program: "pulumi-resource-snowflake",
    sources: ["empty", "bridge", "pulumi-resource-snowflake"],
  },
  kafka: {
    package: "./pulumi-resource-kafka",
    program: "pulumi-resource-kafka",
    sources: ["empty", "bridge", "pulumi-resource-kafka"],
  },
};

/** Without its version the CLI refuses to start plugins, and the Automation API refuses the CLI. */
const LINKER_FLAGS = [
  "-s",
  "-w",
  `-X github.com/pulumi/pulumi/pkg/v3/version.Version=v${PULUMI_VERSION}`,
  `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`,
].join(" ");

/** Given to `go list` too: what is stale depends on them. */
const BUILD_FLAGS = ["-trimpath", "-ldflags", LINKER_FLAGS];

/** Bytes that a first build leaves in Go's build cache and in ours, with room to spare. */
const BUILD_BYTES = 3e9;

export function buildEntry(target: Target, platform: Platform): string {
  const { package: name, sources } = TARGETS[target];
  const files = ["go.mod", "go.sum", ...sources].flatMap((source) => listFiles(GO_MODULE, source));
  const contents = files.flatMap((file) => [file, readFileSync(join(GO_MODULE, file))]);
  return join("build", contentKey(name, ...BUILD_FLAGS, platform.goos, platform.goarch, ...contents));
}

/** The program inside the target's cache entry. */
export function builtProgram(target: Target): string {
  return TARGETS[target].program;
}

function listFiles(root: string, path: string): string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => listFiles(root, join(path, name)));
}

export interface GoToolchain {
  file: string;
  version: string;
  /** The oldest that go.mod accepts. */
  minimum: string;
  buildCache: string;
}

export function minimumGo(): string {
  return /^go (\S+)$/m.exec(readFileSync(join(GO_MODULE, "go.mod"), "utf8"))?.[1] ?? "1.25";
}

/** Throws `go-missing` or `go-too-old`. A newer toolchain that Go would fetch by itself counts as there. */
export async function findGo(): Promise<GoToolchain> {
  const minimum = minimumGo();
  const wayOut = `install Go ${minimum} or newer (https://go.dev/dl), or install pulumi ${PULUMI_VERSION} yourself`;
  const file = findOnPath("go");
  if (file === undefined) {
    throw new EngineError(
      "go-missing",
      "the engine can be neither found nor downloaded here, and there is no Go on PATH to build it with",
      wayOut,
    );
  }
  const asked = await runCommand(file, ["env", "-json", "GOVERSION", "GOTOOLCHAIN", "GOCACHE"], {
    cwd: tmpdir(),
  });
  if (asked.code !== 0) {
    throw new EngineError("go-missing", `${file} does not work: ${asked.errorLines.join(" ")}`, wayOut);
  }
  const env = JSON.parse(asked.stdout) as { GOVERSION: string; GOTOOLCHAIN: string; GOCACHE: string };
  const version = env.GOVERSION.replace(/^go/, "");
  const fetchesNewer = compareVersions(version, "1.21") >= 0 && env.GOTOOLCHAIN !== "local";
  if (compareVersions(version, minimum) < 0 && !fetchesNewer) {
    throw new EngineError("go-too-old", `${file} is Go ${version}; the engine needs ${minimum}`, wayOut);
  }
  return { file, version, minimum, buildCache: env.GOCACHE };
}

export interface BuildOptions {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

/** Builds the targets in one go, so that what they share is compiled once, and puts each into the cache. */
export async function buildTargets(
  cache: Cache,
  targets: Target[],
  platform: Platform,
  options: BuildOptions,
): Promise<void> {
  const go = await findGo();
  const work = cache.temporary();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CGO_ENABLED: "0",
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GOWORK: "off",
    GOOS: platform.goos,
    GOARCH: platform.goarch,
    GOTMPDIR: work, // swept with the folder when the build is killed
    // The compiler collects less garbage: an eighth less work, for some hundred megabytes more.
    ...(totalmem() >= 8e9 && process.env["GOGC"] === undefined ? { GOGC: "400" } : {}),
  };
  const run = (args: string[], onErrorLine: (line: string) => void) =>
    runCommand(go.file, args, { cwd: GO_MODULE, env, onErrorLine, signal: options.signal });
  const packages = targets.map((target) => TARGETS[target].package);
  try {
    const stale = await fetchModules(run, packages, options.progress);
    await requireSpace(go.buildCache, stale.length > 500 ? BUILD_BYTES : BUILD_BYTES / 10);
    await compile(run, packages, join(work, "out"), stale, options.progress);
    for (const target of targets) publish(cache, target, platform, join(work, "out"));
  } catch (error) {
    throw explainDiskError(error, cache.root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type RunGo = (args: string[], onErrorLine: (line: string) => void) => Promise<CommandResult>;

/** Fetches the modules that the packages need; answers the packages that Go's cache does not hold yet. */
async function fetchModules(run: RunGo, packages: string[], progress?: Progress): Promise<string[]> {
  const step = "engine: fetch Go modules";
  // Of what go.mod requires, nine in ten are needed; Go does not say beforehand which.
  const total = readFileSync(join(GO_MODULE, "go.mod"), "utf8").match(/^\t\S+ v\S+/gm)?.length ?? 0;
  let done = 0;
  const beat = heartbeat(progress, step);
  try {
    const listed = await run(
      ["list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", ...BUILD_FLAGS, ...packages],
      (line) => {
        const module = /^go: downloading (\S+ \S+)/.exec(line)?.[1];
        if (module === undefined) return;
        done += 1;
        beat.tell(module, done, Math.max(total, done));
      },
    );
    if (listed.code !== 0) throw explainGo(listed, "fetch");
    return listed.stdout.split("\n").filter((line) => line !== "");
  } finally {
    beat.stop();
  }
}

async function compile(
  run: RunGo,
  packages: string[],
  out: string,
  stale: string[],
  progress?: Progress,
): Promise<void> {
  mkdirSync(out);
  const waiting = new Set(stale);
  const beat = heartbeat(progress, "engine: build");
  beat.tell("", 0, stale.length);
  try {
    const built = await run(["build", "-v", ...BUILD_FLAGS, "-o", `${out}/`, ...packages], (line) => {
      if (waiting.delete(line)) beat.tell(line, stale.length - waiting.size, stale.length);
    });
    if (built.code !== 0) throw explainGo(built, "build");
  } finally {
    beat.stop();
  }
}

function publish(cache: Cache, target: Target, platform: Platform, out: string): void {
  const folder = cache.temporary();
  const program = builtProgram(target);
  renameSync(join(out, program), join(folder, program));
  cache.publish(folder, buildEntry(target, platform));
}

/** Repeats the last state every second with the time it took so far: linking says nothing for many seconds. */
function heartbeat(progress: Progress | undefined, step: string) {
  const start = Date.now();
  let last: { detail: string; done?: number; total?: number } = { detail: "" };
  const report = () => {
    const seconds = Math.round((Date.now() - start) / 1000);
    progress?.({
      step,
      ...last,
      detail: last.detail === "" ? `${seconds} s` : `${last.detail} · ${seconds} s`,
    });
  };
  const timer = setInterval(report, 1000);
  return {
    tell(detail: string, done: number, total: number): void {
      last = { detail, done, total };
      report();
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}

async function requireSpace(folder: string, bytes: number): Promise<void> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  if (bavail * bsize < bytes) throw diskFull(existing);
}

/** What went wrong in the toolchain, in words for the user; the last lines of Go's own output are part of it. */
export function explainGo(result: CommandResult, doing: "fetch" | "build"): EngineError {
  const output = result.errorLines.filter((line) => !line.startsWith("go: downloading ")).join("\n");
  const last = output.split("\n").slice(-8).join("\n");
  if (/no space left on device|disk quota exceeded/i.test(output)) return diskFull("Go's caches");
  if (/checksum mismatch|SECURITY ERROR|missing go\.sum entry/i.test(output)) {
    return new EngineError(
      "checksum-mismatch",
      `a Go module is not what go.sum says it is:\n${last}`,
      'run "go clean -modcache" and try again; if it stays so, the module proxy serves something else',
    );
  }
  if (/signal: killed/.test(output)) {
    return new EngineError(
      "build-failed",
      `the Go compiler was killed, most likely for want of memory:\n${last}`,
      "give it 4 GB of free memory and run the command again: what was compiled is kept",
    );
  }
  if (result.code === 130 || /signal: interrupt/.test(output)) return cancelled();
  if (doing === "fetch") {
    return new EngineError(
      "module-fetch-failed",
      `Go modules of the engine cannot be fetched:\n${last}`,
      "check the network and GOPROXY (go env GOPROXY), then run the command again: what was fetched is kept",
    );
  }
  return new EngineError(
    "build-failed",
    `the engine does not build:\n${last}`,
    `run "go build ./..." in ${GO_MODULE} to see all of it`,
  );
}
