import fc from "fast-check";
import { dueAt, nextRefresh, refreshPeriod } from "../../../../local/account/schedule/refresh-period.ts";

// Source: "Understanding dynamic table initialization and refresh".
test.each([
  [60, 48],
  [120, 96],
  [4 * 3600, 12_288],
])("a lag of %i seconds is met every %i", (lag, seconds) => {
  expect(refreshPeriod(lag)).toBe(seconds * 1000);
});

test("a rarer refresh falls on the time of a more frequent one, and no lag is missed", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 86_400 * 7 }),
      fc.integer({ min: 60, max: 86_400 * 7 }),
      fc.integer({ min: 0, max: 2 ** 42 }),
      (a, b, now) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        const at = nextRefresh([{ id: 1, lagSeconds: long }], now)!;
        expect(at - now).toBeGreaterThan(0);
        expect(at - now).toBeLessThanOrEqual(long * 1000);
        expect(
          dueAt(
            [
              { id: 1, lagSeconds: long },
              { id: 2, lagSeconds: short },
              { id: 3, lagSeconds: null },
            ],
            at,
          ),
        ).toEqual([1, 2]);
      },
    ),
    { seed: 3 },
  );
});

test("DOWNSTREAM alone is never due", () => {
  expect(nextRefresh([{ id: 1, lagSeconds: null }], 0)).toBeNull();
});
