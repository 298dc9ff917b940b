/** Days as text, `YYYY-MM-DD`, UTC; they sort as they are. */
import { OperationError } from "./errors.ts";

export interface DayRange {
  from: string;
  /** The last day, included. */
  to: string;
}

const DAY_MS = 86_400_000;

/** Milliseconds of a day's begin, or undefined where the text is no day of the calendar. */
export function dayStart(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : ms;
}

/** Both days checked; `to` is `from` where it is not given. */
export function dayRange(from: string, to: string = from): DayRange {
  for (const [option, text] of [
    ["--from", from],
    ["--to", to],
  ] as const)
    if (dayStart(text) === undefined)
      throw new OperationError(`${option} ${text} is no day.`, "Write it as 2026-03-01.", 2);
  if (to < from)
    throw new OperationError(`--to ${to} is before --from ${from}.`, "Exchange the two days.", 2);
  return { from, to };
}

export const nextDay = (day: string): string => new Date(dayStart(day)! + DAY_MS).toISOString().slice(0, 10);

/** Every day of the range, in order. */
export function daysOf(range: DayRange): string[] {
  const days: string[] = [];
  for (let day = range.from; day <= range.to; day = nextDay(day)) days.push(day);
  return days;
}
