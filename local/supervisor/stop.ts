import { setTimeout as delay } from "node:timers/promises";
import { LocalError, systemCode } from "./errors.ts";
import { withLock } from "./lock.ts";
import { inspectServices, isRunning, readRecord, type ServiceRecord, writeRecord } from "./service-record.ts";

/** How long a service may take to end by itself, in milliseconds. */
const GRACE_MS = 10_000;

/**
 * Stops one service: SIGTERM to its process group, SIGKILL after the grace, and only if pid and start time are those of
 * the record. True when it was running. The record stays, so that the ports are the same next time.
 */
export async function stopService(dir: string, name: string, graceMs = GRACE_MS): Promise<boolean> {
  return withLock(`${dir}/${name}.lock`, { timeoutMs: 60_000 }, async () => {
    const record = readRecord(dir, name);
    return record ? stopRecorded(dir, record, graceMs) : false;
  });
}

/**
 * Stops every service under `dir`, the one that was started last first, so that none outlives what it stands on.
 * The names of those that were running.
 */
export async function stopServices(dir: string, graceMs = GRACE_MS): Promise<string[]> {
  const stopped: string[] = [];
  const latestFirst = inspectServices(dir).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  for (const { name } of latestFirst) {
    if (await stopService(dir, name, graceMs)) stopped.push(name);
  }
  return stopped;
}

/** stopService for a caller that holds the service's lock. */
export async function stopRecorded(dir: string, record: ServiceRecord, graceMs = GRACE_MS): Promise<boolean> {
  if (!isRunning(record)) return false;
  signalGroup(record, "SIGTERM");
  if (!(await ended(record, graceMs))) {
    signalGroup(record, "SIGKILL");
    if (!(await ended(record, 10_000))) {
      throw new LocalError(
        "STOP_FAILED",
        `The local service "${record.name}" (pid ${record.pid}) does not end.`,
        "Look at what it waits for (a disk?) and run the command again.",
      );
    }
  }
  writeRecord(dir, { ...record, state: "ready" });
  return true;
}

async function ended(record: ServiceRecord, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isRunning(record)) {
    if (Date.now() > deadline) return false;
    await delay(25);
  }
  return true;
}

function signalGroup(record: ServiceRecord, signal: NodeJS.Signals): void {
  if (!isRunning(record)) return;
  for (const target of [-record.pid, record.pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if (systemCode(error) !== "ESRCH") throw error;
    }
  }
}
