/**
 * Units as typed text: a number alone never says of what. Parsed once, where the configuration is read.
 */
export type DurationText = `${number} ${"second" | "minute" | "hour" | "day"}${"s" | ""}`;

const SECONDS_PER_UNIT = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;

export const DURATION_FORM = 'a number and a unit, such as "60 seconds", "5 minutes", "2 hours" or "1 day"';

/** Whole seconds of `"5 minutes"`, or undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [amount, unit, ...rest] = text.trim().split(" ");
  if (rest.length > 0 || amount === undefined || unit === undefined) return undefined;
  const perUnit =
    SECONDS_PER_UNIT[(unit.endsWith("s") ? unit.slice(0, -1) : unit) as keyof typeof SECONDS_PER_UNIT];
  const count = Number(amount);
  if (perUnit === undefined || amount === "" || !Number.isInteger(count) || count < 0) return undefined;
  return count * perUnit;
}

/** A run schedule: every so many minutes, or a five-field cron line with its time zone. */
export type Schedule = { kind: "interval"; minutes: number } | { kind: "cron"; cron: string };

export const SCHEDULE_FORM =
  '"every 5 minutes", "every 1 hour", or "cron 0 6 * * * UTC" (five cron fields and a time zone)';

/** Parses `"every 5 minutes"` or `"cron 0 6 * * * UTC"`; undefined where the text is neither. */
export function parseSchedule(text: string): Schedule | undefined {
  const words = text.trim().split(/\s+/);
  if (words[0] === "cron") {
    if (words.length !== 7) return undefined;
    return { kind: "cron", cron: words.slice(1).join(" ") };
  }
  if (words[0] !== "every") return undefined;
  const seconds = parseDuration(words.slice(1).join(" "));
  // Snowflake's SCHEDULE counts whole minutes, 1 to 11520 (8 days).
  if (seconds === undefined || seconds < 60 || seconds % 60 !== 0 || seconds > 11_520 * 60) return undefined;
  return { kind: "interval", minutes: seconds / 60 };
}
