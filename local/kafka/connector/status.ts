import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../supervisor/files.ts";

export interface PartitionStatus {
  topic: string;
  partition: number;
  /** The next offset: everything before it is in the table, or a dead letter, or left out as configured. */
  position: number;
  /** The end of the partition when it was last seen (its high watermark). */
  end: number;
  lag: number;
  /** Since this run began. */
  rows: number;
  deadLetters: number;
  skipped: number;
  bytes: number;
}

export interface ConnectorStatus {
  name: string;
  /** "retrying" while the broker or the account does not answer; "failed" until it is started again. */
  state: "starting" | "running" | "retrying" | "failed";
  /** Why it is retrying or failed. */
  error?: string;
  partitions: PartitionStatus[];
}

export interface WorkerStatus {
  pid: number;
  updatedAt: string;
  connectors: ConnectorStatus[];
}

const statusPath = (dir: string): string => join(dir, "status.json");

export function writeStatus(dir: string, status: WorkerStatus): void {
  writeFileAtomic(statusPath(dir), `${JSON.stringify(status, null, 2)}\n`);
}

/** What the connectors under this folder last said of themselves; undefined before they ever ran. */
export function readConnectorStatus(dir: string): WorkerStatus | undefined {
  try {
    return JSON.parse(readFileSync(statusPath(dir), "utf8")) as WorkerStatus;
  } catch {
    return undefined;
  }
}

/** The sum of a connector's partitions. */
export function totalsOf(connector: ConnectorStatus): {
  rows: number;
  deadLetters: number;
  skipped: number;
  lag: number;
} {
  const sum = (value: (partition: PartitionStatus) => number): number =>
    connector.partitions.reduce((total, partition) => total + value(partition), 0);
  return {
    rows: sum(({ rows }) => rows),
    deadLetters: sum(({ deadLetters }) => deadLetters),
    skipped: sum(({ skipped }) => skipped),
    lag: sum(({ lag }) => lag),
  };
}
