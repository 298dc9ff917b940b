import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { errors } from "../errors.ts";
import type { FileStore, StagedFile } from "../session/context.ts";

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest("hex");
}

/** Internal stages: a folder for each below one root. Locations are `stage:<id>` (or any other name without `/`). */
export class LocalFiles implements FileStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  #path(location: string, path: string): string {
    const folder = join(this.#root, encodeURIComponent(location));
    const full = resolve(folder, path.replace(/^\/+/, ""));
    if (full !== folder && !full.startsWith(folder + sep))
      throw errors.invalidValue(path, "path within the stage");
    return full;
  }

  /** Where files of the location at the path are; for drivers that move them themselves. */
  folder(location: string, path: string): string {
    return this.#path(location, path);
  }

  async *list(location: string, prefix: string): AsyncIterable<StagedFile> {
    const folder = this.#path(location, "");
    const wanted = prefix.replace(/^\/+/, "");
    const pending = [folder];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const full = join(next, entry.name);
        const path = relative(folder, full).split(sep).join("/");
        if (entry.isDirectory()) {
          if (`${path}/`.startsWith(wanted) || wanted.startsWith(`${path}/`)) pending.push(full);
        } else if (path.startsWith(wanted)) yield this.#describe(full, path);
      }
    }
  }

  async #describe(full: string, path: string): Promise<StagedFile> {
    const facts = await stat(full);
    const md5 = await md5Of(full);
    return { path, size: facts.size, md5, lastModified: Math.floor(facts.mtimeMs), etag: md5 };
  }

  async fetch(location: string, path: string) {
    return { localPath: this.#path(location, path), release: async () => {} };
  }

  async put(location: string, path: string, localPath: string): Promise<StagedFile> {
    const target = this.#path(location, path);
    await mkdir(dirname(target), { recursive: true });
    const part = `${target}.part`;
    await copyFile(localPath, part);
    await rename(part, target);
    return this.#describe(target, path);
  }

  async remove(location: string, path: string): Promise<void> {
    await rm(this.#path(location, path), { force: true });
  }
}
