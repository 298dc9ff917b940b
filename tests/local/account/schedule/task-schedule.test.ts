import { nextRun, parseSchedule } from "../../../../local/account/schedule/task-schedule.ts";

const at = (text: string) => Date.parse(text);
const next = (schedule: string, after: string, base = after) => {
  const time = nextRun(parseSchedule(schedule), at(base), at(after));
  return time === null ? null : new Date(time).toISOString();
};

test.each([
  ["1 MINUTE", "2026-01-01T00:00:30Z", "2026-01-01T00:01:30.000Z"],
  ["90 seconds", "2026-01-01T00:00:00Z", "2026-01-01T00:01:30.000Z"],
  ["2 HOURS", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00.000Z"],
  ["USING CRON 0 9 * * 1-5 UTC", "2026-01-02T10:00:00Z", "2026-01-05T09:00:00.000Z"],
  ["USING CRON 0 9 * * * Europe/Berlin", "2026-01-02T10:00:00Z", "2026-01-03T08:00:00.000Z"],
  ["USING CRON 30 2 * * * America/New_York", "2026-03-08T12:00:00Z", "2026-03-09T06:30:00.000Z"],
])("%s after %s is %s", (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

test("an interval counts from its base", () => {
  expect(next("10 MINUTES", "2026-01-01T00:25:00Z", "2026-01-01T00:03:00Z")).toBe("2026-01-01T00:33:00.000Z");
});

test.each([
  "",
  "MINUTE",
  "0 MINUTES",
  "5 FORTNIGHTS",
  "USING CRON * * * UTC",
  "USING CRON 99 * * * * UTC",
  "1 SECOND",
])("%p is refused", (schedule) => {
  expect(() => parseSchedule(schedule)).toThrow(/invalid value/);
});
