// One process at a time prepares the engine; others wait and then find it done. The lock is a file that appears
// with its holder's name in it (link is atomic). A dead holder's lock is taken away under a second, short lock.

import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "./engine-error.ts";
import { cancelled } from "./run-command.ts";

export interface LockOptions {
  /** Called with the holder's pid while waiting for it. */
  onWait?: (pid: number) => void;
  signal?: AbortSignal | undefined;
  /** Milliseconds between looks. */
  interval?: number;
}

interface Holder {
  pid: number;
  /** When the holder was started, in the kernel's count, where that can be known: tells a reused pid. */
  started: string;
}

const TAKEOVER_MS = 5000;

/** Waits until the lock is free or its holder is dead, then holds it; the answer releases it. */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<() => void> {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    if (options.signal?.aborted) throw cancelled();
    if (tryTake(path)) return () => rmSync(path, { force: true });
    const holder = readHolder(path);
    if (holder !== undefined && !lives(holder)) {
      takeAway(path);
      continue;
    }
    if (holder !== undefined) options.onWait?.(holder.pid);
    await sleep(options.interval ?? 500, undefined, { ref: true });
  }
}

/** True for a process of this machine, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function tryTake(path: string): boolean {
  const mine = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(mine);
  }
}

function takeAway(path: string): void {
  const guard = `${path}.takeover`;
  if (!tryTake(guard)) {
    if (ageOf(guard) > TAKEOVER_MS) rmSync(guard, { force: true });
    return;
  }
  try {
    const holder = readHolder(path);
    if (holder !== undefined && !lives(holder)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined; // released in the meantime
  }
}

function lives(holder: Holder): boolean {
  return isAlive(holder.pid) && startOf(holder.pid) === holder.started;
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold blanks, so fields are counted after its bracket. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
