import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../local/supervisor/files.ts";
import type { Project } from "../project.ts";
import type { TaskFacts } from "./task-facts.ts";

/** What is rehearsed: the same settings, the same run. */
export interface RehearsalSettings {
  days: number;
  scale: number;
  seed: number;
  /** First day of the generated data, UTC. */
  startDay: string;
  /** Deliveries a day. */
  deliveries: number;
}

/** How far a rehearsal is; written after each replayed day, so that a killed one goes on there. */
export interface RehearsalLedger {
  settings: RehearsalSettings;
  state: "running" | "finished";
  /** Whole days that are replayed. */
  days: number;
  /** Object keys that were landed. */
  keys: string[];
  /** By topic, records in each partition after the last replayed day. */
  counts: Record<string, readonly number[]>;
  tasks: TaskFacts;
  /** Seconds of replaying, by what they went to. */
  seconds: Record<string, number>;
}

const pathOf = (project: Project): string => join(project.dataDir, "rehearsal.json");

export function readLedger(project: Project): RehearsalLedger | undefined {
  const path = pathOf(project);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as RehearsalLedger) : undefined;
}

export const writeLedger = (project: Project, ledger: RehearsalLedger): void =>
  writeFileAtomic(pathOf(project), `${JSON.stringify(ledger)}\n`);

/** True where an unfinished run of the same settings can be gone on with. */
export const canGoOn = (ledger: RehearsalLedger | undefined, settings: RehearsalSettings): boolean =>
  ledger?.state === "running" && JSON.stringify(ledger.settings) === JSON.stringify(settings);

/** Forgets an earlier rehearsal; what it measured lies beside its folder and stays. Its services must be stopped. */
export const eraseRehearsal = (project: Project): void =>
  rmSync(project.dataDir, { recursive: true, force: true });
