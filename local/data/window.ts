import { DAY, dayEnd, dayStart } from "./calendar.ts";

/** World times from `from` to `to`, both included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What an incremental export of day n covers: the day, and on day 1 also the `backfillDays` before it. */
export function windowOf(day: number, backfillDays = Number.POSITIVE_INFINITY): Window {
  return { from: day === 1 ? -backfillDays * DAY : dayStart(day), to: dayEnd(day) };
}

export const isIn = ({ from, to }: Window, at: number): boolean => at >= from && at <= to;
