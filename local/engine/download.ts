// Official archives: fetched to a partial file that a later attempt resumes, checked against the published
// checksums, unpacked in a temporary folder, renamed into the cache.

import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import http from "node:http";
import { dirname, join } from "node:path";
import type { Progress } from "../progress.ts";
import type { Cache } from "./cache.ts";
import { codeOf, EngineError, explainDiskError } from "./engine-error.ts";
import type { Platform } from "./platform.ts";
import { cancelled, runCommand } from "./run-command.ts";
import { PROVIDER_VERSIONS, type Provider, PULUMI_VERSION } from "./versions.ts";

/** One archive of a release, and where it and the list of its checksums can be had, best first. */
export interface Archive {
  file: string;
  checksums: string;
  bases: string[];
  /** The program to look for once it is unpacked. */
  program: string;
  /** True where the publisher is known to give checksums: without them the archive is not used. */
  mustVerify: boolean;
}

export function cliArchive(platform: Platform): Archive {
  return {
    file: `pulumi-v${PULUMI_VERSION}-${platform.pulumi}.tar.gz`,
    checksums: `pulumi-${PULUMI_VERSION}-checksums.txt`,
    bases: [
      "https://get.pulumi.com/releases/sdk/",
      `https://github.com/pulumi/pulumi/releases/download/v${PULUMI_VERSION}/`,
    ],
    program: "pulumi/pulumi",
    mustVerify: true,
  };
}

export function pluginArchive(provider: Provider, platform: Platform): Archive {
  const version = PROVIDER_VERSIONS[provider];
  return {
    file: `pulumi-resource-${provider}-v${version}-${platform.goos}-${platform.goarch}.tar.gz`,
    checksums: `pulumi-${provider}_${version}_checksums.txt`,
    bases: [
      "https://get.pulumi.com/releases/plugins/",
      `https://github.com/pulumi/pulumi-${provider}/releases/download/v${version}/`,
    ],
    program: `pulumi-resource-${provider}`,
    mustVerify: false,
  };
}

/** The cache entry that an archive is unpacked to. */
export function downloadEntry(archive: Archive): string {
  return join("download", archive.file.replace(/\.tar\.gz$/, ""));
}

export interface DownloadOptions {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
  /** Hosts that did not answer; asked once only. Shared between the archives of one preparation. */
  unreachable: Set<string>;
  /** Milliseconds until a host counts as unreachable, and without a byte until a transfer counts as broken. */
  connectTimeout?: number;
  stallTimeout?: number;
}

/**
 * Brings an archive into the cache. Answers undefined where it cannot be had (host out of reach, no such file, broken
 * transfer): the next way is then tried. Throws `checksum-mismatch`, `disk-full` and `cancelled`.
 */
export async function downloadArchive(
  cache: Cache,
  archive: Archive,
  options: DownloadOptions,
): Promise<string | undefined> {
  useProxyOfEnvironment();
  const partial = join(cache.root, "partial", archive.file);
  mkdirSync(dirname(partial), { recursive: true });
  for (const base of archive.bases) {
    const host = new URL(base).host;
    if (options.unreachable.has(host)) continue;
    try {
      const sums = await fetchChecksums(archive, options);
      if (sums === undefined && archive.mustVerify) return undefined;
      for (const attempt of ["resumed", "fresh"]) {
        const resumed = await fetchFile(new URL(archive.file, base), partial, options);
        if (sums === undefined || (await matches(partial, sums))) break;
        rmSync(partial, { force: true });
        if (attempt === "fresh" || !resumed) throw mismatch(archive, base);
      }
      const entry = await unpack(cache, archive, partial, options);
      rmSync(partial, { force: true });
      return entry;
    } catch (error) {
      if (error instanceof Unavailable) {
        if (error.unreachable) options.unreachable.add(host);
        continue;
      }
      throw explainDiskError(error, cache.root);
    }
  }
  return undefined;
}

class Unavailable extends Error {
  readonly unreachable: boolean;
  constructor(message: string, unreachable: boolean) {
    super(message);
    this.unreachable = unreachable;
  }
}

function mismatch(archive: Archive, base: string): EngineError {
  return new EngineError(
    "checksum-mismatch",
    `${archive.file} from ${base} does not have the checksum that its publisher gives (${archive.checksums})`,
    "try again; if it stays so, something between this machine and the server changes downloads",
  );
}

/** The line `<hex>  <file>` of the first list that can be had. */
async function fetchChecksums(archive: Archive, options: DownloadOptions): Promise<string | undefined> {
  for (const base of archive.bases.toReversed()) {
    if (options.unreachable.has(new URL(base).host)) continue;
    try {
      const { response, settle } = await request(new URL(archive.checksums, base), {}, options);
      try {
        const sum = checksumOf(await response.text(), archive.file);
        if (sum !== undefined) return sum;
      } finally {
        settle();
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (error.unreachable) options.unreachable.add(new URL(base).host);
    }
  }
  if (archive.bases.every((base) => options.unreachable.has(new URL(base).host))) {
    throw new Unavailable("no host of the archive can be reached", true);
  }
  return undefined;
}

/** Reads `<hex>  <file>` lines, as sha256sum and its like write them; the file may carry "*" or "./". */
export function checksumOf(list: string, file: string): string | undefined {
  for (const line of list.split("\n")) {
    const [, hex, name] = /^([0-9a-f]{40,128})\s+[*]?(?:\.\/)?(\S+)\s*$/i.exec(line) ?? [];
    if (name === file) return hex?.toLowerCase();
  }
  return undefined;
}

async function matches(file: string, sum: string): Promise<boolean> {
  const algorithm = ({ 40: "sha1", 64: "sha256", 128: "sha512" } as Record<number, string>)[sum.length];
  if (algorithm === undefined) return false;
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex") === sum;
}

/** Continues the partial file where there is one; answers whether it did. */
async function fetchFile(url: URL, partial: string, options: DownloadOptions): Promise<boolean> {
  const have = existsSync(partial) ? statSync(partial).size : 0;
  const { response, settle, alive } = await request(
    url,
    have > 0 ? { range: `bytes=${have}-` } : {},
    options,
    have > 0,
  );
  try {
    if (response.status === 416) return true; // all of it is here already; the checksum decides
    const resumed = response.status === 206;
    let done = resumed ? have : 0;
    const total = done + Number(response.headers.get("content-length") ?? 0);
    // Written chunk by chunk, so that what came before a break can be continued.
    const file = await open(partial, resumed ? "a" : "w");
    try {
      for await (const chunk of response.body ?? []) {
        alive();
        await file.write(chunk);
        done += chunk.length;
        options.progress?.({
          step: "engine: download",
          detail: url.pathname.split("/").at(-1) ?? "",
          done,
          total,
        });
      }
    } finally {
      await file.close();
    }
    if (total > 0 && done !== total)
      throw new Unavailable(`${url} ended after ${done} of ${total} bytes`, false);
    return resumed;
  } catch (error) {
    throw transferError(error, url, options);
  } finally {
    settle();
  }
}

async function request(
  url: URL,
  headers: Record<string, string>,
  options: DownloadOptions,
  acceptComplete = false,
): Promise<{ response: Response; settle: () => void; alive: () => void }> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  let timer = setTimeout(abort, options.connectTimeout ?? 5000);
  const settle = () => {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
    controller.abort();
  };
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(abort, options.stallTimeout ?? 30_000);
  };
  try {
    const response = await fetch(url, { headers, signal: controller.signal, redirect: "follow" });
    if (!response.ok && !(acceptComplete && response.status === 416)) {
      throw new Unavailable(`${url} answered ${response.status}`, false);
    }
    alive();
    return { response, settle, alive };
  } catch (error) {
    settle();
    if (options.signal?.aborted) throw cancelled();
    if (error instanceof Unavailable) throw error;
    throw new Unavailable(`${url} cannot be reached`, true);
  }
}

function transferError(error: unknown, url: URL, options: DownloadOptions): unknown {
  if (options.signal?.aborted) return cancelled();
  if (error instanceof Unavailable || ["ENOSPC", "EDQUOT", "EACCES"].includes(codeOf(error))) return error;
  return new Unavailable(`the transfer of ${url} broke off`, false);
}

async function unpack(
  cache: Cache,
  archive: Archive,
  file: string,
  options: DownloadOptions,
): Promise<string | undefined> {
  options.progress?.({ step: "engine: unpack", detail: archive.file });
  const folder = cache.temporary();
  const result = await runCommand("tar", ["-xzf", file, "-C", folder], { signal: options.signal });
  if (result.code !== 0 || !existsSync(join(folder, archive.program))) {
    rmSync(folder, { recursive: true, force: true });
    if (result.errorLines.some((line) => /no space left/i.test(line))) {
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    }
    rmSync(file, { force: true });
    throw new Unavailable(`${archive.file} cannot be unpacked`, false);
  }
  const entry = downloadEntry(archive);
  cache.publish(folder, entry);
  return entry;
}

/** Node follows HTTPS_PROXY only when told to. */
function useProxyOfEnvironment(): void {
  const proxy = process.env["HTTPS_PROXY"] ?? process.env["https_proxy"];
  const { setGlobalProxyFromEnv } = http as { setGlobalProxyFromEnv?: () => unknown };
  if (proxy !== undefined && proxy !== "") setGlobalProxyFromEnv?.();
}
