// The user's cache folder: immutable entries addressed by what determines their content. An entry is made in a
// temporary folder and renamed into place, so that what exists is complete.

import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { codeOf } from "./engine-error.ts";
import { isAlive } from "./lock.ts";

/** `$XDG_CACHE_HOME/firn`, else `~/Library/Caches/firn` on macOS and `~/.cache/firn` elsewhere. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env, os: string = process.platform): string {
  const given = env["XDG_CACHE_HOME"];
  if (given !== undefined && isAbsolute(given)) return join(given, "firn"); // relative ones are invalid by the XDG rules
  return os === "darwin" ? join(homedir(), "Library", "Caches", "firn") : join(homedir(), ".cache", "firn");
}

const ENTRY_KINDS = ["build", "download", "home"];
const UNUSED_MS = 30 * 24 * 3600 * 1000;

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
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
      remove(folder);
    }
  }

  /** Says that an entry is in use, so that `sweep` keeps it. */
  markUsed(entry: string, now: Date = new Date()): void {
    try {
      utimesSync(this.path(entry), now, now);
    } catch (error) {
      if (!["EROFS", "EPERM", "EACCES"].includes(codeOf(error))) throw error; // a cache that is only read is fine
    }
  }

  /** Removes the temporary folders of processes that no longer live, and entries that nobody used for a month. */
  sweep(now: Date = new Date()): void {
    for (const name of list(this.root)) {
      const pid = /^tmp-(\d+)-/.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) remove(join(this.root, name));
    }
    for (const kind of ENTRY_KINDS) {
      for (const name of list(join(this.root, kind))) {
        const entry = join(this.root, kind, name);
        if (now.getTime() - statSync(entry).mtimeMs > UNUSED_MS) remove(entry);
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
