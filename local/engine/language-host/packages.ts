// What a project depends on, read from package.json files the way Node would resolve them.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface RequiredPackage {
  name: string;
  /** Semantic version with a leading "v", as the engine writes it. */
  version: string;
  /** Where the plugin can be had when it is not on Pulumi's own server, or "". */
  server: string;
}

export interface Dependency {
  name: string;
  version: string;
}

interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/**
 * The resource plugins that the packages of a program name in their package.json (`pulumi.resource`), followed
 * through the dependencies of the packages that are Pulumi's themselves.
 */
export function requiredPackages(programDirectory: string): RequiredPackage[] {
  const found = new Map<string, RequiredPackage>();
  const seen = new Set<string>();
  const visit = (directory: string, names: string[]): void => {
    for (const name of names) {
      const folder = findPackage(directory, name);
      if (folder === undefined || seen.has(folder)) continue;
      seen.add(folder);
      const manifest = readManifest(folder);
      const plugin = pluginOf(manifest);
      if (plugin !== undefined) found.set(`${plugin.name}@${plugin.version}`, plugin);
      const below = Object.keys(manifest.dependencies ?? {});
      if (below.some((dependency) => dependency === "@pulumi/pulumi")) visit(folder, below);
    }
  };
  const root = findManifestFolder(programDirectory);
  if (root !== undefined) visit(root, directNames(readManifest(root)));
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The installed versions of what package.json names; with `transitive` also what those need in turn. */
export function programDependencies(programDirectory: string, transitive: boolean): Dependency[] {
  const found = new Map<string, Dependency>();
  const visit = (directory: string, names: string[]): void => {
    for (const name of names) {
      const folder = findPackage(directory, name);
      if (folder === undefined || found.has(folder)) continue;
      const manifest = readManifest(folder);
      found.set(folder, { name, version: manifest.version ?? "" });
      if (transitive) visit(folder, Object.keys(manifest.dependencies ?? {}));
    }
  };
  const root = findManifestFolder(programDirectory);
  if (root !== undefined) visit(root, directNames(readManifest(root)));
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function directNames(manifest: Manifest): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
}

function pluginOf(manifest: Manifest): RequiredPackage | undefined {
  if (manifest.pulumi?.resource !== true) return undefined;
  const name = manifest.pulumi.name ?? manifest.name?.replace(/^@pulumi\//, "").replace(/^@/, "");
  const version = manifest.pulumi.version ?? manifest.version;
  if (name === undefined || version === undefined) return undefined;
  return { name, version: `v${version.replace(/^v/, "")}`, server: manifest.pulumi.server ?? "" };
}

function findManifestFolder(directory: string): string | undefined {
  return ancestors(directory).find((folder) => existsSync(join(folder, "package.json")));
}

function findPackage(directory: string, name: string): string | undefined {
  return ancestors(directory)
    .map((folder) => join(folder, "node_modules", name))
    .find((folder) => existsSync(join(folder, "package.json")));
}

function ancestors(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...ancestors(above)];
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
