// The user's cache folder: immutable entries addressed by what determines their content. An entry is made in a
// temporary folder and renamed into place, so that what exists is complete.

import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { isAlive } from "./lock.ts";

/** `$XDG_CACHE_HOME/firn`, else `~/Library/Caches/firn` on macOS and `~/.cache/firn` elsewhere. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env, os: string = process.platform): string {
  const given = env["XDG_CACHE_HOME"];
  if (given !== undefined && isAbsolute(given)) return join(given, "firn"); // relative ones are invalid by the XDG rules
  return os === "darwin" ? join(homedir(), "Library", "Caches", "firn") : join(homedir(), ".cache", "firn");
}

export class Cache {
  readonly root: string;

  constructor(cacheDir: string) {
    this.root = join(cacheDir, "engine");
  }

  /** Where the entry is or will be. */
  path(entry: string): string {
    return join(this.root, entry);
  }

  has(entry: string): boolean {
    return existsSync(this.path(entry));
  }

  /** A fresh folder beside the entries, named after this process so that a later one can clear it away. */
  temporary(): string {
    const folder = join(this.root, `tmp-${process.pid}-${randomBytes(4).toString("hex")}`);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Renames a finished folder into place; when another process was faster, its entry stays. */
  publish(folder: string, entry: string): void {
    const target = this.path(entry);
    mkdirSync(dirname(target), { recursive: true });
    try {
      renameSync(folder, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Removes the temporary folders of processes that no longer live. */
  sweep(): void {
    if (!existsSync(this.root)) return;
    for (const name of readdirSync(this.root)) {
      const pid = /^tmp-(\d+)-/.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) {
        rmSync(join(this.root, name), { recursive: true, force: true });
      }
    }
  }
}

/** A short name for content: the same parts give the same key on every machine. */
export function contentKey(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 20);
}
