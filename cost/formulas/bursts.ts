/** Statements that keep a warehouse busy without a pause: start within the period and length, in seconds. */
export interface Burst {
  startSecond: number;
  busySeconds: number;
}

export const SECONDS_PER_DAY = 86_400;

/** `perDay` equal bursts spread evenly over a window of the day. */
export function evenBursts(
  perDay: number,
  busySeconds: number,
  window = { fromHour: 0, toHour: 24 },
): Burst[] {
  const whole = Math.max(0, Math.round(perDay));
  const from = window.fromHour * 3600;
  const length = (window.toHour - window.fromHour) * 3600;
  return Array.from({ length: whole }, (_, index) => ({
    startSecond: from + (length * index) / whole,
    busySeconds,
  }));
}

/** The runs of a warehouse over `days` days and the seconds that they are billed: after a burst it stays up for `tail` seconds, a burst within that time belongs to the same run, and each run costs at least `minimum` seconds. Never more than the days have. */
export function mergeIntoRuns(
  bursts: readonly Burst[],
  tail: number,
  minimum: number,
  days: number,
): { runs: number; seconds: number } {
  const ordered = bursts
    .filter((burst) => burst.busySeconds > 0)
    .toSorted((left, right) => left.startSecond - right.startSecond);
  let runs = 0;
  let seconds = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const burst of ordered) {
    const length = Math.max(minimum, burst.busySeconds + tail);
    const until = burst.startSecond + length;
    if (burst.startSecond > end) {
      runs++;
      seconds += length;
    } else {
      seconds += Math.max(0, until - end);
    }
    end = Math.max(end, until);
  }
  return { runs, seconds: Math.min(seconds, days * SECONDS_PER_DAY) };
}
