import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "./files.ts";
import { isSameProcess } from "./process-identity.ts";

/** What is kept of a service in `<dir>/<name>.json`. `info` is what its readiness check found out; no secrets. */
export interface ServiceRecord {
  name: string;
  pid: number;
  /** Start token of the process, see processStart; defends against a reused pid. */
  start: string;
  state: "starting" | "ready";
  ports: Record<string, number>;
  /** Digest of command, arguments and environment: another digest means another service. */
  fingerprint: string;
  startedAt: string;
  info?: unknown;
}

export interface ServiceStatus extends ServiceRecord {
  running: boolean;
  logFile: string;
}

export const recordPath = (dir: string, name: string): string => join(dir, `${name}.json`);
export const logPath = (dir: string, name: string): string => join(dir, `${name}.log`);

export function writeRecord(dir: string, record: ServiceRecord): void {
  writeFileAtomic(recordPath(dir, record.name), `${JSON.stringify(record, null, 2)}\n`);
}

/** The record of a service, or undefined when there is none that can be read. */
export function readRecord(dir: string, name: string): ServiceRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(recordPath(dir, name), "utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function removeRecord(dir: string, name: string): void {
  rmSync(recordPath(dir, name), { force: true });
}

/** True while the very process that the record names is running. */
export function isRunning(record: ServiceRecord): boolean {
  return isSameProcess(record.pid, record.start);
}

/** Every service that has a record under `dir`, by name; also those that died. */
export function inspectServices(dir: string): ServiceStatus[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const record = readRecord(dir, file.slice(0, -".json".length));
      return record ? [{ ...record, running: isRunning(record), logFile: logPath(dir, record.name) }] : [];
    });
}

function isRecord(value: unknown): value is ServiceRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<ServiceRecord>;
  return (
    typeof record.name === "string" &&
    typeof record.pid === "number" &&
    typeof record.start === "string" &&
    (record.state === "starting" || record.state === "ready") &&
    typeof record.ports === "object" &&
    typeof record.fingerprint === "string"
  );
}
