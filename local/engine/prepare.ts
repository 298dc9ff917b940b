// Yields a working Pulumi engine on any machine: what is there, else the official download, else a build.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { assemble, type ProviderPart } from "./assemble.ts";
import { Cache, defaultCacheDir } from "./cache.ts";
import { type Archive, cliArchive, downloadArchive, downloadEntry, pluginArchive } from "./download.ts";
import { EngineError, explainDiskError } from "./engine-error.ts";
import { findNode } from "./find-node.ts";
import { buildEntry, buildTargets, builtProgram, findGo, type Target } from "./go-build.ts";
import { acquireLock } from "./lock.ts";
import { lookOnMachine, type OnMachine } from "./on-machine.ts";
import { currentPlatform, type Platform } from "./platform.ts";
import { type Part, PROVIDER_VERSIONS, type Provider, PULUMI_VERSION } from "./versions.ts";

export { EngineError, type EngineErrorCode } from "./engine-error.ts";

/** Where a part comes from; `stand-in` is one of this project's own, `missing` can only be the AWS provider. */
export type Origin = "path" | "download" | "build" | "cache" | "stand-in" | "missing";

export interface Engine {
  /** Absolute path of the CLI. */
  pulumi: string;
  /** Folders to put in front of PATH. */
  pathEntries: string[];
  /** To be set whenever the CLI is run; plugins are found through it. */
  env: Record<string, string>;
  origin: Record<Part, Origin>;
}

export interface EngineOptions {
  /** Default: the user's cache folder (see defaultCacheDir). */
  cacheDir?: string | undefined;
  /** Node script that serves the AWS resource types where the official plugin cannot be had. */
  awsStandIn?: string | undefined;
  /** False: no server is asked for an official archive; what is missing is built. Default: true. */
  download?: boolean | undefined;
}

export interface PrepareOptions extends EngineOptions {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

interface Located {
  file: string;
  version: string;
  /** Its place in the cache, where it is there. */
  entry?: string;
  origin: "path" | "download" | "build" | "cache";
}

interface Search {
  cache: Cache;
  platform: Platform;
  machine: OnMachine;
}

const BUILDABLE: Target[] = ["pulumi", "snowflake", "kafka"];

/** Ready in milliseconds once it was prepared. Throws EngineError; killed at any point, it starts over cleanly. */
export async function prepareEngine(options: PrepareOptions = {}): Promise<Engine> {
  const search = await startSearch(options);
  const node = findNode();
  let located = locate(search);
  if (lacks(located, search)) located = await obtain(search, options);
  const { pulumi, ...providers } = located as Record<Target, Located> & { aws?: Located };
  const parts: Partial<Record<Provider, ProviderPart>> = {};
  for (const [name, part] of Object.entries(providers) as [Provider, Located | undefined][]) {
    if (part !== undefined) parts[name] = { file: part.file, version: part.version };
  }
  if (parts.aws === undefined && options.awsStandIn !== undefined) parts.aws = { script: options.awsStandIn };
  const official = isOfficial(search, pulumi);
  try {
    for (const part of Object.values(located))
      if (part?.entry !== undefined) search.cache.markUsed(part.entry);
    const assembly = assemble(search.cache, {
      node,
      pulumi: { file: pulumi.file, official },
      providers: parts,
    });
    return {
      pulumi: assembly.pulumi,
      pathEntries: assembly.pathEntries,
      env: engineVariables(assembly.home, search.cache.root),
      origin: {
        pulumi: pulumi.origin,
        "language-nodejs": official ? pulumi.origin : "stand-in",
        policy: official ? pulumi.origin : "stand-in",
        snowflake: located.snowflake?.origin ?? "missing",
        kafka: located.kafka?.origin ?? "missing",
        aws: located.aws?.origin ?? (options.awsStandIn === undefined ? "missing" : "stand-in"),
      },
    };
  } catch (error) {
    throw explainDiskError(error, search.cache.root);
  }
}

/** Official engines get the official AWS provider; a machine that had to build its engine cannot have it. */
function lacks(located: Partial<Record<Target | "aws", Located>>, search: Search): boolean {
  if (BUILDABLE.some((target) => located[target] === undefined)) return true;
  return located.aws === undefined && isOfficial(search, located.pulumi as Located);
}

/** What is known of one part without doing anything: `plan` is what prepareEngine would do. */
export interface PartReport {
  plan: "path" | "cache" | "download" | "build" | "stand-in" | "missing";
  /** Version and place, where it is there. */
  found?: string;
  /** What will be done, or what the user has to do. */
  advice: string;
}

export interface EngineReport {
  parts: Record<Part, PartReport>;
  cacheDir: string;
  /** The Go toolchain, or why there is none that would do. */
  go: { usable: boolean; version?: string; advice: string };
}

/** What is there, what is missing and what would be done. Changes nothing and asks no server. */
export async function inspectEngine(options: EngineOptions = {}): Promise<EngineReport> {
  const search = await startSearch(options);
  const located = locate(search);
  const go = await findGo().then(
    (found) => ({ usable: true, version: found.version, advice: "" }),
    (error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
      return { usable: false, advice: `${error.message}: ${error.hint}` };
    },
  );
  const otherwise: PartReport = go.usable
    ? {
        plan: "build",
        advice: `is downloaded, or built with Go ${"version" in go ? go.version : ""} (about 5 minutes)`,
      }
    : { plan: "download", advice: `is downloaded; where that is not possible: ${go.advice}` };
  const report = (part: Located | undefined): PartReport =>
    part === undefined
      ? otherwise
      : {
          plan: part.origin === "path" ? "path" : "cache",
          found: `${part.version} (${part.file})`,
          advice: "",
        };
  const pulumi = report(located.pulumi);
  if (search.machine.rejectedPulumi !== undefined && located.pulumi === undefined) {
    pulumi.advice = `${search.machine.rejectedPulumi}; another one ${pulumi.advice}`;
  }
  const ours: PartReport = { plan: "stand-in", found: "part of this project", advice: "" };
  const host =
    located.pulumi !== undefined && isOfficial(search, located.pulumi) ? report(located.pulumi) : ours;
  const aws: PartReport =
    options.awsStandIn === undefined
      ? { plan: "download", advice: "is downloaded where that is possible" }
      : { ...ours, advice: "the official plugin is downloaded instead where that is possible" };
  return {
    cacheDir: search.cache.root,
    go,
    parts: {
      pulumi,
      "language-nodejs": host,
      policy: host,
      snowflake: report(located.snowflake),
      kafka: report(located.kafka),
      aws: located.aws === undefined ? aws : report(located.aws),
    },
  };
}

async function startSearch(options: EngineOptions): Promise<Search> {
  const cache = new Cache(options.cacheDir ?? defaultCacheDir());
  return { cache, platform: currentPlatform(), machine: await lookOnMachine(cache.root) };
}

/** The parts that are on the machine or in the cache. */
function locate({ cache, platform, machine }: Search): Partial<Record<Target | "aws", Located>> {
  const located: Partial<Record<Target | "aws", Located>> = {};
  if (machine.pulumi !== undefined) located.pulumi = { ...machine.pulumi, origin: "path" };
  for (const [provider, plugin] of Object.entries(machine.plugins) as [Provider, Omit<Located, "origin">][]) {
    located[provider] = { ...plugin, origin: "path" };
  }
  for (const part of ["pulumi", "snowflake", "kafka", "aws"] as const) {
    located[part] ??=
      inDownloads(cache, part, platform) ?? (part === "aws" ? undefined : inBuilds(cache, part, platform));
  }
  return located;
}

function inDownloads(cache: Cache, part: Target | "aws", platform: Platform): Located | undefined {
  const archive = archiveOf(part, platform);
  return inCache(cache, downloadEntry(archive), archive.program, part);
}

function inBuilds(cache: Cache, target: Target, platform: Platform): Located | undefined {
  return inCache(cache, buildEntry(target, platform), builtProgram(target), target);
}

function inCache(cache: Cache, entry: string, program: string, part: Target | "aws"): Located | undefined {
  const file = join(cache.path(entry), program);
  return existsSync(file) ? { entry, file, version: versionOf(part), origin: "cache" } : undefined;
}

/** Downloads or builds what is missing, alone on this machine. */
async function obtain(
  search: Search,
  options: PrepareOptions,
): Promise<Partial<Record<Target | "aws", Located>>> {
  const { cache, platform } = search;
  const { progress, signal } = options;
  try {
    mkdirSync(cache.root, { recursive: true });
    const release = await acquireLock(join(cache.root, "lock"), {
      signal,
      onWait: (pid) =>
        progress?.({ step: "engine", detail: `waiting for process ${pid}, which prepares it` }),
    });
    try {
      cache.sweep();
      const before = locate(search);
      const unreachable = new Set<string>();
      const missing = [...BUILDABLE, "aws" as const].filter((part) => before[part] === undefined);
      for (const part of options.download === false ? [] : missing) {
        await downloadArchive(cache, archiveOf(part, platform), { progress, signal, unreachable });
      }
      const downloaded = locate(search);
      const toBuild = BUILDABLE.filter((target) => downloaded[target] === undefined);
      if (toBuild.length > 0) await buildTargets(cache, toBuild, platform, { progress, signal });
      const after = locate(search);
      for (const part of missing) {
        const got = after[part];
        if (got !== undefined) got.origin = toBuild.some((target) => target === part) ? "build" : "download";
      }
      return after;
    } finally {
      release();
    }
  } catch (error) {
    throw explainDiskError(error, cache.root);
  }
}

function archiveOf(part: Target | "aws", platform: Platform): Archive {
  return part === "pulumi" ? cliArchive(platform) : pluginArchive(part, platform);
}

function versionOf(part: Target | "aws"): string {
  return part === "pulumi" ? PULUMI_VERSION : PROVIDER_VERSIONS[part];
}

/** A CLI that Pulumi made brings its own language host; one that we built does not. */
function isOfficial({ cache, platform }: Search, pulumi: Located): boolean {
  return pulumi.file !== join(cache.path(buildEntry("pulumi", platform)), builtProgram("pulumi"));
}

function engineVariables(home: string, cacheRoot: string): Record<string, string> {
  return {
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true", // what was found on PATH is in the home already
    NODE_COMPILE_CACHE: join(cacheRoot, "node-compile-cache"),
  };
}
