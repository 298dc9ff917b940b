import { parseDuration, parseSchedule } from "../../infra/units.ts";

test.each([
  ["60 seconds", 60],
  ["1 second", 1],
  ["5 minutes", 300],
  ["2 hours", 7_200],
  ["1 day", 86_400],
  ["0 seconds", 0],
])("%s is %d seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(["60", "minutes", "5 minute s", "-1 seconds", "1.5 hours", "5 fortnights", "", "5  minutes"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test("a schedule is an interval in whole minutes or a cron line with its time zone", () => {
  expect(parseSchedule("every 5 minutes")).toEqual({ kind: "interval", minutes: 5 });
  expect(parseSchedule("every 1 hour")).toEqual({ kind: "interval", minutes: 60 });
  expect(parseSchedule("cron 0 6 * * * UTC")).toEqual({ kind: "cron", cron: "0 6 * * * UTC" });
});

test.each([
  "5 minutes",
  "every 30 seconds",
  "every 9 days",
  "every 90 seconds",
  "cron 0 6 * * *",
  "cron",
  "",
])("%j is no schedule", (text) => {
  expect(parseSchedule(text)).toBeUndefined();
});
