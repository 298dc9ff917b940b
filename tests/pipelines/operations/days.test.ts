import fc from "fast-check";
import { dayRange, dayStart, daysOf, nextDay } from "../../../pipelines/operations/days.ts";

const day = fc
  .integer({ min: 0, max: 40_000 })
  .map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));

test("a range's days are consecutive, from the first to the last", () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 400 }), (from, length) => {
      const to = new Date(dayStart(from)! + length * 86_400_000).toISOString().slice(0, 10);
      const days = daysOf(dayRange(from, to));
      expect(days).toHaveLength(length + 1);
      expect(days[0]).toBe(from);
      expect(days.at(-1)).toBe(to);
      for (const [i, one] of days.slice(1).entries()) expect(nextDay(days[i]!)).toBe(one);
    }),
  );
});

test.each(["2026-02-30", "2026-3-1", "yesterday", "2026-03-01T00:00"])("%s is no day", (text) => {
  expect(() => dayRange(text)).toThrow(`--from ${text} is no day.`);
});

test("days in the wrong order are refused", () => {
  expect(() => dayRange("2026-03-02", "2026-03-01")).toThrow(/is before --from/);
});
