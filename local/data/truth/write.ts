import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TruthWithUsage } from "./truth.ts";

export const TRUTH_FILE = "truth.json";
export const USAGE_FILE = "daily_account_usage.jsonl";

/** Writes `truth.json` and, as JSON lines, its large tables into a folder, each replaced as a whole. Returns the path of `truth.json`. */
export async function writeTruth(folder: string, { truth, usage, tables }: TruthWithUsage): Promise<string> {
  await mkdir(folder, { recursive: true });
  await replace(join(folder, USAGE_FILE), lines(usage));
  for (const [name, rows] of Object.entries(tables))
    await replace(join(folder, `${name}.jsonl`), lines(rows));
  const path = join(folder, TRUTH_FILE);
  await replace(path, `${JSON.stringify(truth, null, 2)}\n`);
  return path;
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
