import { quotaWindow } from "../../../../local/account/compute/monitor-window.ts";

const at = (text: string) => Date.parse(`${text}Z`);

test.each([
  ["MONTHLY", null, "2026-02-10T05:00", "2026-02-01T00:00", "2026-03-01T00:00"],
  ["DAILY", null, "2026-02-10T05:00", "2026-02-10T00:00", "2026-02-11T00:00"],
  ["WEEKLY", null, "2026-02-11T05:00", "2026-02-09T00:00", "2026-02-16T00:00"],
  ["YEARLY", null, "2026-02-10T05:00", "2026-01-01T00:00", "2027-01-01T00:00"],
  ["MONTHLY", "2026-01-15T08:00", "2026-02-10T05:00", "2026-01-15T08:00", "2026-02-15T08:00"],
  ["MONTHLY", "2026-01-31T00:00", "2026-03-01T05:00", "2026-02-28T00:00", "2026-03-31T00:00"],
  ["DAILY", "2026-01-15T08:00", "2026-02-10T05:00", "2026-02-09T08:00", "2026-02-10T08:00"],
] as const)("%s from %s, at %s", (frequency, start, now, from, to) => {
  const window = quotaWindow({ frequency, startTimestamp: start ? at(start) : null }, at(now));
  expect(new Date(window.start).toISOString()).toBe(new Date(at(from)).toISOString());
  expect(new Date(window.end).toISOString()).toBe(new Date(at(to)).toISOString());
});

test("NEVER is one window", () => {
  expect(quotaWindow({ frequency: "NEVER", startTimestamp: 5 }, 10)).toEqual({ start: 5, end: Infinity });
});
