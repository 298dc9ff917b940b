import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LocalError, systemCode } from "./errors.ts";
import { isSameProcess, processStart } from "./process-identity.ts";

interface Holder {
  pid: number;
  start: string;
}

export interface LockOptions {
  signal?: AbortSignal;
  /** How long to wait for another holder, in milliseconds; 10 minutes unless told. */
  timeoutMs?: number;
  /** Called once when the lock is held by another process. */
  onWait?: (pid: number) => void;
}

/**
 * Runs `body` while this process holds the lock file. A lock whose holder is dead (pid and start time) is taken over.
 * Throws LocalError LOCKED when a living holder keeps it past the time-out.
 */
export async function withLock<T>(path: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  await acquire(path, options);
  try {
    return await body();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path: string, options: LockOptions): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + (options.timeoutMs ?? 600_000);
  let told = false;
  let unreadableSince: number | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    if (tryCreate(path)) return;
    const text = readText(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder === undefined) {
      // Either just being written or torn by a crash: give the writer a second.
      unreadableSince ??= Date.now();
      if (Date.now() - unreadableSince > 1000) removeStale(path, text);
    } else if (!isSameProcess(holder.pid, holder.start)) {
      removeStale(path, text);
      continue;
    } else if (!told) {
      told = true;
      options.onWait?.(holder.pid);
    }
    if (Date.now() > deadline) {
      throw new LocalError(
        "LOCKED",
        `Another process${holder ? ` (pid ${holder.pid})` : ""} holds ${path}.`,
        "Wait for it to finish, or end that process and run the command again.",
      );
    }
    await delay(50, undefined, options.signal ? { signal: options.signal } : {});
  }
}

function tryCreate(path: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx", 0o600);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    const holder: Holder = { pid: process.pid, start: processStart(process.pid) ?? "unknown" };
    writeSync(descriptor, JSON.stringify(holder));
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Moves the lock aside and deletes it, unless it turned out to be a newer one, which is put back. */
function removeStale(path: string, seen: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readText(aside) !== seen) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process already holds a newer lock; the one moved aside notices nothing and finishes its work.
    }
  }
  rmSync(aside, { force: true });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === "number" && typeof value.start === "string"
      ? { pid: value.pid, start: value.start }
      : undefined;
  } catch {
    return undefined;
  }
}
