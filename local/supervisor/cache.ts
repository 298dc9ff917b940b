import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { LocalError, systemCode } from "./errors.ts";
import { withLock } from "./lock.ts";

/** The user's cache folder for things that any checkout can share: $XDG_CACHE_HOME/firn, ~/.cache/firn, ~/Library/Caches/firn. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env["XDG_CACHE_HOME"]) return join(env["XDG_CACHE_HOME"], "firn");
  const home = env["HOME"] || homedir();
  return platform === "darwin" ? join(home, "Library", "Caches", "firn") : join(home, ".cache", "firn");
}

/** The first 16 hex digits of the SHA-256 over the parts, for content-addressed folder names. */
export function contentKey(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
}

export interface CachedFolderOptions {
  root?: string;
  signal?: AbortSignal;
  onWait?: (pid: number) => void;
}

/**
 * The cached folder `<root>/<name>-<key>`, built by `build` when it is not complete yet. A folder is complete when it
 * holds the file `.complete`, written last; a half-built one is removed and built again. One builder at a time.
 */
export async function cachedFolder(
  name: string,
  key: string,
  options: CachedFolderOptions,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const root = options.root ?? cacheRoot();
  const folder = join(root, `${name}-${key}`);
  const marker = join(folder, ".complete");
  if (existsSync(marker)) return folder;
  try {
    mkdirSync(root, { recursive: true });
    return await withLock(`${folder}.lock`, options, async () => {
      if (existsSync(marker)) return folder;
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      try {
        await build(folder);
        writeFileSync(marker, `${new Date().toISOString()}\n`);
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      }
      return folder;
    });
  } catch (error) {
    throw diskError(error, root);
  }
}

function diskError(error: unknown, root: string): unknown {
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new LocalError(
      "DISK",
      `The disk that holds ${root} is full.`,
      "Free some space and run the command again.",
    );
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new LocalError(
      "DISK",
      `The cache folder ${root} cannot be written (${code}).`,
      "Make it writable, or set XDG_CACHE_HOME to a folder that is.",
    );
  }
  if (code === "ENOTDIR" || (code === "EEXIST" && !isFolder(root))) {
    return new LocalError(
      "DISK",
      `${root} is not a folder.`,
      "Remove that file, or set XDG_CACHE_HOME elsewhere.",
    );
  }
  return error;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
