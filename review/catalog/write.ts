import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SiteFile } from "./site.ts";

/** Marks a folder as a catalogue's, so that only such a one is ever emptied. */
const MARK = ".firn-catalog";

/** The folder holds something that is not a catalogue. */
export class CatalogFolderError extends Error {
  readonly hint = "Name an empty folder, or one that firn catalog made.";
  readonly exitCode = 2;

  constructor(folder: string) {
    super(`${folder} holds files that are no catalogue; nothing was written.`);
    this.name = "CatalogFolderError";
  }
}

/** Writes the site into a folder and takes away pages of things that are gone. Returns how many files it has. */
export function writeSite(folder: string, files: Iterable<SiteFile>): number {
  const there = existsSync(folder) ? readdirSync(folder) : [];
  if (there.length > 0 && !there.includes(MARK)) throw new CatalogFolderError(folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARK), "");
  const kept = new Set([MARK]);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    kept.add(path);
  }
  for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!path.isFile()) continue;
    const relative = join(path.parentPath, path.name).slice(folder.length + 1);
    if (!kept.has(relative)) rmSync(join(folder, relative));
  }
  return kept.size - 1;
}
