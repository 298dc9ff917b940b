import { Cron } from "croner";
import { errors } from "../errors.ts";

const UNITS: Record<string, number> = {
  SECOND: 1,
  SECONDS: 1,
  S: 1,
  MINUTE: 60,
  MINUTES: 60,
  M: 60,
  HOUR: 3600,
  HOURS: 3600,
  H: 3600,
};

/**
 * `'10 MINUTES'` (10 seconds to 8 days) or `'USING CRON <5 fields> <time zone>'`; answered as written. Source:
 * "CREATE TASK", SCHEDULE.
 */
export function checkSchedule(given: string): string {
  const words = given.trim().split(" ").filter(Boolean);
  if (words[0]?.toUpperCase() === "USING" && words[1]?.toUpperCase() === "CRON") {
    const fields = words.slice(2, 7);
    const zone = words[7];
    if (fields.length !== 5 || zone === undefined || words.length !== 8) throw bad(given);
    try {
      new Cron(fields.join(" "), { timezone: zone, paused: true }).nextRun();
    } catch {
      throw bad(given);
    }
    return given;
  }
  const [count, unit] = words;
  const seconds = Number(count) * (UNITS[unit?.toUpperCase() ?? ""] ?? Number.NaN);
  if (words.length !== 2 || !Number.isInteger(Number(count)) || !(seconds >= 10 && seconds <= 11_520 * 60))
    throw bad(given);
  return given;
}

const bad = (given: string) =>
  errors.compilation(
    "091073",
    "22023",
    `Invalid schedule ${given}. Must be 'USING CRON <expr> <time_zone>' or '<num> { HOURS | MINUTES | SECONDS }' between 10 seconds and 11520 minutes.`,
  );
