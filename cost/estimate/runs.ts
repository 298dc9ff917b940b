import { Cron } from "croner";
import type { Schedule } from "../../infra/units.ts";
import { SECONDS_PER_DAY } from "../formulas/bursts.ts";

/** Four whole weeks that begin on a Sunday: each weekday four times. */
export const HORIZON_DAYS = 28;
const HORIZON_START = new Date("2026-02-01T00:00:00Z");

/** Seconds from the horizon's start at which a schedule fires; an unreadable cron line gives undefined. */
export function startsOf(schedule: Schedule): number[] | undefined {
  if (schedule.kind === "interval") {
    const step = schedule.minutes * 60;
    return Array.from(
      { length: Math.ceil((HORIZON_DAYS * SECONDS_PER_DAY) / step) },
      (_, index) => index * step,
    );
  }
  const words = schedule.cron.split(/\s+/);
  const zone = words.length > 5 ? words.at(-1) : "UTC";
  try {
    const cron = new Cron(words.slice(0, 5).join(" "), { timezone: zone, paused: true });
    const starts: number[] = [];
    let at = new Date(HORIZON_START.getTime() - 1000);
    for (;;) {
      const next = cron.nextRun(at);
      const second = next
        ? (next.getTime() - HORIZON_START.getTime()) / 1000
        : HORIZON_DAYS * SECONDS_PER_DAY;
      if (!next || second >= HORIZON_DAYS * SECONDS_PER_DAY) return starts;
      starts.push(second);
      at = next;
    }
  } catch {
    return undefined;
  }
}

/** Runs in the longest month (31 days). */
export function runsInLongestMonth(schedule: Schedule): number | undefined {
  const starts = startsOf(schedule);
  return starts && Math.ceil((starts.length * 31) / HORIZON_DAYS);
}
