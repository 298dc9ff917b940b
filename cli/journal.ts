import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../local/supervisor/files.ts";
import type { Journal } from "../pipelines/operations/backfill/run.ts";
import type { Project } from "./project.ts";

/** A journal in a file under the stack's data folder; what is written down is a digest of each finished piece of work. */
export function openJournal(project: Project, name: string): Journal {
  const path = join(project.dataDir, "operations", `${name}.json`);
  const done = new Set<string>(existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as string[]) : []);
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  return {
    has: (work) => done.has(digest(work)),
    add(work) {
      done.add(digest(work));
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileAtomic(path, `${JSON.stringify([...done])}\n`);
    },
    end: () => rmSync(path, { force: true }),
  };
}
