import { createHash, type Hash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Platform } from "../../infra/platform.ts";

export interface CompiledPlatform {
  platform: Platform;
  /** What had to be assumed, each as a sentence. */
  unread: string[];
}

export interface PlatformCache {
  read(): CompiledPlatform | undefined;
  write(compiled: CompiledPlatform): void;
}

/** Raised when the shape of what is kept changes. */
const FORMAT = "2";
const KEPT = 60;

/** Keeps compiled platforms by content. A cache that cannot be read or written costs time, nothing else: read-only home folders are common in CI. */
export function openCache(given: string | undefined, key: string): PlatformCache {
  const folder = given ?? defaultFolder();
  const file = join(folder, `${key}.json`);
  return {
    read() {
      try {
        return JSON.parse(readFileSync(file, "utf8")) as CompiledPlatform;
      } catch {
        return undefined;
      }
    },
    write(compiled) {
      try {
        mkdirSync(folder, { recursive: true });
        const partial = `${file}.${process.pid}`;
        writeFileSync(partial, JSON.stringify(compiled));
        renameSync(partial, file);
        const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
        const oldest = readdirSync(folder)
          .sort((left, right) => age(right) - age(left))
          .slice(KEPT);
        for (const name of oldest) rmSync(join(folder, name), { force: true });
      } catch {
        // See above.
      }
    },
  };
}

/** What a revision's platform depends on: its tree, the stack, the keys of the checkout that stand in, the runtime. */
export function revisionKey(root: string, tree: string, stack: string): string {
  return digest(addKeys(start(["revision", tree, stack]), root, stack));
}

/** Folders whose files decide what the working tree compiles to. */
const SOURCES = ["infra", "roles", "pipelines", "sql", "cost"];

/** The same for the working tree: the content of every file that the compiler reads or is made of. */
export function workingTreeKey(root: string, stack: string): string {
  const hash = start(["working tree", stack]);
  for (const folder of SOURCES)
    for (const path of filesUnder(join(root, folder))) hash.update(`\n${path}\n`).update(readFileSync(path));
  for (const name of readdirSync(root)
    .filter((each) => each.endsWith(".yaml") || each === "package-lock.json")
    .sort())
    hash.update(`\n${name}\n`).update(readFileSync(join(root, name)));
  for (const path of keyFilesNamed(root, stack))
    hash.update(`\n${path}\n`).update(readFileSync(join(root, path)));
  return digest(addKeys(hash, root, stack));
}

/** Key files that the stack names, wherever they are. */
function keyFilesNamed(root: string, stack: string): string[] {
  const file = join(root, `Pulumi.${stack}.yaml`);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...text.matchAll(/publicKeyFile:\s*["']?([^\s"',}]+)/g)]
    .flatMap(([, path]) => (path === undefined ? [] : [path]))
    .filter((path) => existsSync(join(root, path)));
}

const start = (words: string[]): Hash =>
  createHash("sha256").update([FORMAT, process.version, ...words].join("\n"));
const digest = (hash: Hash): string => hash.digest("hex").slice(0, 32);

function addKeys(hash: Hash, root: string, stack: string): Hash {
  const folder = join(root, ".firn", stack, "keys");
  for (const path of filesUnder(folder).filter((each) => each.endsWith(".pub")))
    hash.update(path).update(readFileSync(path));
  return hash;
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The same folder as the local services use: $XDG_CACHE_HOME/firn, else the platform's usual place. */
function defaultFolder(): string {
  const given = process.env["XDG_CACHE_HOME"];
  const base =
    given ||
    (process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "firn", "platforms");
}
