/**
 * World time is milliseconds since the midnight (UTC) that opens day 1; earlier times are negative.
 * Day n covers [(n - 1) * DAY, n * DAY).
 */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-03-01` as epoch milliseconds; throws a RangeError when it is no calendar date. */
export function parseDay(day: string): number {
  const epoch = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : Number.NaN;
  if (Number.isNaN(epoch) || new Date(epoch).toISOString().slice(0, 10) !== day) {
    throw new RangeError(
      `start day: ${JSON.stringify(day)} given, a calendar date such as 2026-03-01 expected`,
    );
  }
  return epoch;
}

export interface Calendar {
  /** Epoch milliseconds of the midnight that opens day 1. */
  readonly startMs: number;
  /** The ISO date of a world time. */
  date(at: number): string;
  /** The ISO month (`2026-03`) of a world time. */
  month(at: number): string;
  /** ISO 8601 with milliseconds and `Z`. */
  iso(at: number): string;
  /** Salesforce's form: `2026-03-01T10:00:00.000+0000`. */
  salesforce(at: number): string;
  /** 0 is Sunday. */
  weekday(at: number): number;
}

export function createCalendar(startDay: string): Calendar {
  const startMs = parseDay(startDay);
  const iso = (at: number) => new Date(startMs + at).toISOString();
  return {
    startMs,
    iso,
    date: (at) => iso(at).slice(0, 10),
    month: (at) => iso(at).slice(0, 7),
    salesforce: (at) => `${iso(at).slice(0, -1)}+0000`,
    weekday: (at) => new Date(startMs + at).getUTCDay(),
  };
}

/** The world time at which day n opens. */
export const dayStart = (n: number): number => (n - 1) * DAY;

/** The last millisecond of day n: what an export of that day knows. */
export const dayEnd = (n: number): number => n * DAY - 1;

/** The day a world time falls on. */
export const dayOf = (at: number): number => Math.floor(at / DAY) + 1;
