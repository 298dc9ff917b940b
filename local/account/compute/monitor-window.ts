import type { ResourceMonitorProps } from "../catalog/model.ts";

/**
 * The running quota window of a monitor. Without a start time a window begins with the calendar's month, day, week
 * or year (UTC); with one, windows step from it. Source: "Working with resource monitors".
 */
export function quotaWindow(
  monitor: Pick<ResourceMonitorProps, "frequency" | "startTimestamp">,
  now: number,
): { start: number; end: number } {
  const { frequency } = monitor;
  const anchor = monitor.startTimestamp;
  if (frequency === "NEVER") return { start: anchor ?? 0, end: Number.POSITIVE_INFINITY };
  const base = anchor ?? calendarStart(frequency, now);
  if (now < base) return { start: base, end: step(base, frequency, 1) };
  let count = Math.max(0, Math.floor((now - base) / LONGEST[frequency]));
  while (step(base, frequency, count + 1) <= now) count++;
  return { start: step(base, frequency, count), end: step(base, frequency, count + 1) };
}

type Stepped = Exclude<ResourceMonitorProps["frequency"], "NEVER">;
const DAY = 86_400_000;
const LONGEST: Record<Stepped, number> = {
  DAILY: DAY,
  WEEKLY: 7 * DAY,
  MONTHLY: 31 * DAY,
  YEARLY: 366 * DAY,
};

function calendarStart(frequency: Stepped, now: number): number {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (frequency) {
    case "DAILY":
      return Date.UTC(year, month, day);
    case "WEEKLY":
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7));
    case "MONTHLY":
      return Date.UTC(year, month, 1);
    case "YEARLY":
      return Date.UTC(year, 0, 1);
  }
}

/** `count` steps from the anchor. A month that lacks the anchor's day takes its last one. */
function step(anchor: number, frequency: Stepped, count: number): number {
  if (frequency === "DAILY" || frequency === "WEEKLY") return anchor + count * LONGEST[frequency];
  const date = new Date(anchor);
  const months = frequency === "MONTHLY" ? count : count * 12;
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const time = anchor - Date.UTC(year, date.getUTCMonth(), date.getUTCDate());
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + time;
}
