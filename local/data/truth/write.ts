import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TruthWithUsage } from "./truth.ts";

export const TRUTH_FILE = "truth.json";
export const USAGE_FILE = "daily_account_usage.jsonl";

/** Writes `truth.json` and its sidecar into a folder, each replaced as a whole. Returns the path of `truth.json`. */
export async function writeTruth(folder: string, { truth, usage }: TruthWithUsage): Promise<string> {
  await mkdir(folder, { recursive: true });
  await replace(join(folder, USAGE_FILE), usage.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const path = join(folder, TRUTH_FILE);
  await replace(path, `${JSON.stringify(truth, null, 2)}\n`);
  return path;
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}
