// Puts the parts side by side as Pulumi expects them: `bin/` for PATH, `home/` as PULUMI_HOME with the plugins.
// Plugins are found through PULUMI_HOME and not through PATH: for one on PATH the engine prints a warning.

import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Cache, contentKey } from "./cache.ts";
import { CHECKOUT } from "./find-node.ts";
import { PROVIDER_VERSIONS, type Provider } from "./versions.ts";

export interface Parts {
  node: string;
  /** An official CLI has its language host beside it; ours gets one. */
  pulumi: { file: string; official: boolean };
  providers: Partial<Record<Provider, ProviderPart>>;
}

export type ProviderPart = { file: string; version: string } | { script: string };

export interface Assembly {
  pulumi: string;
  pathEntries: string[];
  home: string;
}

/** Idempotent and cheap: the folder is named after everything that is in it. */
export function assemble(cache: Cache, parts: Parts): Assembly {
  const entry = join("home", contentKey(JSON.stringify(parts), CHECKOUT));
  if (!cache.has(entry)) {
    const folder = cache.temporary();
    writeBin(join(folder, "bin"), parts);
    writeHome(join(folder, "home"), parts);
    cache.publish(folder, entry);
  }
  cache.markUsed(entry);
  const bin = join(cache.path(entry), "bin");
  const home = join(cache.path(entry), "home");
  return parts.pulumi.official
    ? { pulumi: parts.pulumi.file, pathEntries: [bin, dirname(parts.pulumi.file)], home }
    : { pulumi: join(bin, "pulumi"), pathEntries: [bin], home };
}

function writeBin(bin: string, parts: Parts): void {
  mkdirSync(bin, { recursive: true });
  symlinkSync(parts.node, join(bin, "node")); // the official language host takes the first node on PATH
  if (parts.pulumi.official) return;
  // A hard link and no symbolic one: the CLI looks for its language host beside the file that it really is.
  linkOrCopy(parts.pulumi.file, join(bin, "pulumi"));
  writeLauncher(
    join(bin, "pulumi-language-nodejs"),
    parts.node,
    join(import.meta.dirname, "language-host", "main.ts"),
  );
}

function writeHome(home: string, parts: Parts): void {
  for (const [provider, part] of Object.entries(parts.providers) as [Provider, ProviderPart][]) {
    const program = `pulumi-resource-${provider}`;
    const version = "version" in part ? part.version : PROVIDER_VERSIONS[provider];
    const folder = join(home, "plugins", `resource-${provider}-v${version}`);
    mkdirSync(folder, { recursive: true });
    if ("script" in part) writeLauncher(join(folder, program), parts.node, part.script);
    else if (basename(dirname(part.file)) === basename(folder)) linkAll(dirname(part.file), folder);
    else symlinkSync(part.file, join(folder, program));
  }
}

/** An official plugin may have files beside its program. */
function linkAll(from: string, to: string): void {
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function writeLauncher(file: string, node: string, script: string): void {
  writeFileSync(file, `#!/bin/sh\nexec ${quote(node)} ${quote(script)} "$@"\n`);
  chmodSync(file, 0o755);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
