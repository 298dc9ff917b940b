import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * A token that tells this process from a later one with the same pid: the kernel's start time.
 * Undefined when no such process runs; a zombie counts as not running.
 */
export function processStart(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return process.platform === "linux" ? linuxStart(pid) : psStart(pid);
}

/** True when the process with this pid is the one that had this start token. */
export function isSameProcess(pid: number, start: string): boolean {
  return processStart(pid) === start;
}

function linuxStart(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // proc(5): the command name (field 2) is in parentheses and may hold blanks; state is field 3, starttime field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined || state === "X") return undefined;
  if (state === "Z" && !hasThreads(pid)) return undefined;
  return `${bootId()}:${startTicks}`;
}

/** A killed process is a zombie as soon as its first thread is gone; the others may still hold its ports and files. */
function hasThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

let cachedBootId: string | undefined;

/** Ticks count from boot, so they identify a process only together with the boot. */
function bootId(): string {
  if (cachedBootId === undefined) {
    try {
      cachedBootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().slice(0, 8);
    } catch {
      cachedBootId = "boot";
    }
  }
  return cachedBootId;
}

function psStart(pid: number): string | undefined {
  try {
    const out = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    }).trim();
    const [state, ...lstart] = out.split(/\s+/);
    if (!state || state.startsWith("Z") || lstart.length === 0) return undefined;
    return lstart.join(" ");
  } catch {
    return undefined;
  }
}
