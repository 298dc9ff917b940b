import { Cron } from "croner";
import { errors } from "../errors.ts";

const UNITS: Record<string, number> = {
  SECOND: 1000,
  SECONDS: 1000,
  MINUTE: 60_000,
  MINUTES: 60_000,
  M: 60_000,
  HOUR: 3_600_000,
  HOURS: 3_600_000,
};

export type TaskSchedule =
  | { kind: "INTERVAL"; everyMs: number }
  | { kind: "CRON"; expression: string; timeZone: string };

/** SCHEDULE of a task or an alert: `5 MINUTES` or `USING CRON 0 9 * * MON-FRI Europe/Berlin`. Error 001008. */
export function parseSchedule(text: string): TaskSchedule {
  const words = text.trim().split(/\s+/);
  const invalid = () => errors.invalidValue(text, "SCHEDULE");
  if (words[0]?.toUpperCase() === "USING" && words[1]?.toUpperCase() === "CRON") {
    if (words.length !== 8) throw invalid();
    const expression = words.slice(2, 7).join(" ");
    const timeZone = words[7]!;
    try {
      new Cron(expression, { timezone: timeZone, paused: true }).nextRun();
    } catch {
      throw invalid();
    }
    return { kind: "CRON", expression, timeZone };
  }
  const every = Number(words[0]) * (UNITS[words[1]?.toUpperCase() ?? ""] ?? Number.NaN);
  // Source: CREATE TASK: an interval is 10 seconds to 8 days.
  if (words.length !== 2 || !Number.isInteger(every) || every < 10_000 || every > 8 * 86_400_000)
    throw invalid();
  return { kind: "INTERVAL", everyMs: every };
}

/**
 * First time strictly after `after` (ms). An interval counts from `base`, the time the task was resumed or its
 * schedule set. Null when a cron expression has no further time.
 */
export function nextRun(schedule: TaskSchedule, base: number, after: number): number | null {
  if (schedule.kind === "INTERVAL") {
    const steps = Math.max(0, Math.floor((after - base) / schedule.everyMs));
    return base + (steps + 1) * schedule.everyMs;
  }
  const next = new Cron(schedule.expression, { timezone: schedule.timeZone, paused: true }).nextRun(
    new Date(after),
  );
  return next?.getTime() ?? null;
}
