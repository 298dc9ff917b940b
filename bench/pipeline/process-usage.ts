import { readFileSync } from "node:fs";

/** What a process has used, by Linux's /proc; NaN elsewhere. */
export interface Usage {
  /** Seconds of processor time of all its threads. */
  cpu: number;
  /** The most resident memory that it ever had, in MB. */
  peak: number;
}

/** Ticks a second, fixed by the kernel's interface to user space. */
const TICKS = 100;

export function usageOf(pid: number): Usage {
  try {
    // Fields after the name, which may hold spaces and parentheses; utime and stime are the 12th and 13th of them.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const high = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, peak: Number(high) / 1024 };
  } catch {
    return { cpu: Number.NaN, peak: Number.NaN };
  }
}
