import fc from "fast-check";
import { forecast, forecastRows } from "../../../cost/forecast/forecast.ts";
import { volumeFactor } from "../../../cost/forecast/scale.ts";
import { applyWhatIf, WhatIfError } from "../../../cost/forecast/what-if.ts";
import { parseMeasured } from "../../../cost/measured.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";
import { loadUsage, overlay, parseUsage } from "../../../cost/usage.ts";
import { examplePlatform } from "../support/example-platform.ts";

const book = loadPriceBook();
const usage = loadUsage("example");
const run = (over: object = {}) =>
  forecast(examplePlatform(), book, parseUsage(overlay(usage, over)), "2026-12-01");
const steady = {
  forecast: { growth: { low: 0, expected: 0, high: 0 }, seasonality: Array.from({ length: 12 }, () => 1) },
};

describe("the forecast", () => {
  const result = run();

  test("covers two years from the first month, calendar months in order", () => {
    expect(result.months).toHaveLength(24);
    expect(result.months.map((each) => each.month).slice(0, 3)).toEqual([
      "2026-12-01",
      "2027-01-01",
      "2027-02-01",
    ]);
    expect(result.months.at(-1)?.month).toBe("2028-11-01");
  });

  test("has low ≤ expected ≤ high ≤ ceiling in every month", () => {
    for (const each of result.months) {
      expect(each.cost.low).toBeLessThanOrEqual(each.cost.expected);
      expect(each.cost.expected).toBeLessThanOrEqual(each.cost.high);
      expect(each.ceiling).toBeGreaterThanOrEqual(each.cost.expected);
    }
  });

  test("adds up: services, departments, years and months to the total", () => {
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
    expect(sum(Object.values(result.services))).toBeCloseTo(result.total.expected, 4);
    expect(sum(Object.values(result.departments))).toBeCloseTo(result.total.expected, 4);
    expect(sum(result.years.map((year) => year.expected))).toBeCloseTo(result.total.expected, 6);
    expect(result.years).toHaveLength(2);
  });

  test("without growth only what is stored costs more from month to month", () => {
    const flat = run(steady);
    const [first, last] = [flat.months[0], flat.months.at(-1)];
    expect(first?.cost.low).toBe(first?.cost.high);
    expect(last?.services["Virtual Warehouse"]).toBeCloseTo(first?.services["Virtual Warehouse"] ?? 0, 6);
    expect(last?.services["Storage"]).toBeGreaterThan(first?.services["Storage"] ?? 0);
    expect(last?.services["Amazon S3"]).toBeGreaterThan(first?.services["Amazon S3"] ?? 0);
  });

  test("grows with the growth that is assumed", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        fc.double({ min: 0.001, max: 0.05, noNaN: true }),
        (growth, more) => {
          const at = (expected: number) =>
            forecast(
              examplePlatform({ monitors: [] }),
              book,
              parseUsage(
                overlay(usage, {
                  forecast: { months: 4, growth: { low: expected, expected, high: expected } },
                }),
              ),
              "2026-12-01",
            ).total.expected;
          return at(growth + more) >= at(growth);
        },
      ),
      { seed: 9, numRuns: 10 },
    );
  });

  test("follows the seasons of the calendar", () => {
    expect(volumeFactor(usage, "expected", 0, 9) / volumeFactor(usage, "expected", 0, 8)).toBeCloseTo(
      1.1 / 0.85,
      10,
    );
  });

  test("lets what was measured grow with the volume, as assumptions do", () => {
    const measured = parseMeasured({
      title: "ledger",
      from: "2026-10-01",
      to: "2026-10-31",
      warehouseCredits: { TRANSFORM: 30 },
    });
    const options = { measured };
    const grown = forecast(examplePlatform(), book, usage, "2026-12-01", options);
    const of = (month: number): number => grown.months[month]?.services["Virtual Warehouse"] ?? 0;
    expect(of(12)).toBeGreaterThan(of(0));
    const credits = grown.measured.map(({ name, measured: month }) => [name, month]);
    expect(credits).toEqual([["TRANSFORM", expect.closeTo(30 * (730 / 24 / 30), 1)]]);
    const rows = forecastRows(examplePlatform(), book, usage, "2026-12-01", options);
    expect(rows.reduce((total, row) => total + row.EffectiveCost, 0)).toBeCloseTo(grown.total.expected, 4);
  });

  test("gives FOCUS rows for every month that add up to the expected case", () => {
    const rows = forecastRows(examplePlatform(), book, usage, "2026-12-01");
    expect(new Set(rows.map((row) => row.ChargePeriodStart)).size).toBe(24);
    expect(rows.reduce((total, row) => total + (row.x_ExpectedCost ?? 0), 0)).toBeCloseTo(
      result.total.expected,
      2,
    );
  });
});

describe("what if", () => {
  const given = { platform: examplePlatform(), usage };
  const supposed = (...wishes: string[]) => applyWhatIf(given, wishes);

  test("settings of the platform and of the assumptions can be supposed", () => {
    const { platform, usage: other } = supposed(
      "warehouse.transform.size=large",
      "warehouse.transform.autoSuspend=5 minutes",
      "monitor.account.credits=100",
      "database.raw.timeTravelDays=30",
      "schedule.fast=every 1 hour",
      "edition=business_critical",
      "usage.forecast.growth.high=0.2",
      "usage.tables.raw.*.gb=500",
    );
    expect(platform.warehouses[0]).toMatchObject({ size: "LARGE", autoSuspend: 300 });
    expect(platform.monitors[0]?.credits).toBe(100);
    expect(platform.databases[0]?.timeTravelDays).toBe(30);
    expect(platform.tasks[0]?.schedule).toEqual({ kind: "interval", minutes: 60 });
    expect(platform.edition).toBe("business_critical");
    expect(other.forecast.growth.high).toBe(0.2);
    expect(other.tables["raw.*"]?.gb).toBe(500);
    expect(given.platform).toEqual(examplePlatform());
  });

  test.each([
    ["warehouse.transform.size=HUGE", /XSMALL, SMALL/],
    ["warehouse.nowhere.size=SMALL", /transform, reporting/],
    ["warehouse.transform.colour=red", /size, autoSuspend/],
    ["schedule.fast=sometimes", /every 5 minutes/],
    ["schedule.never=every 1 hour", /fast/],
    ["edition=deluxe", /standard, enterprise/],
    ["region=mars", /aws.us-east-1/],
    ["usage.forecast.growth.high=lots", /usage.yaml/],
    ["usage.forecast.no.such=1", /usage.yaml/],
    ["nonsense", /NAME=VALUE/],
  ])("%s is refused with what is allowed", (wish, allowed) => {
    expect(() => supposed(wish)).toThrow(WhatIfError);
    try {
      supposed(wish);
    } catch (error) {
      expect((error as WhatIfError).hint).toMatch(allowed);
    }
  });
});
