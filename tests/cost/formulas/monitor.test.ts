import fc from "fast-check";
import { type Figure, given, numberOf, unbounded } from "../../../cost/figure.ts";
import {
  type MonitorShape,
  monitorMaximum,
  statementTimeout,
  warehousesCeiling,
  windowsInMonth,
} from "../../../cost/formulas/monitor.ts";

const TEST = { kind: "program", title: "test" } as const;
const figure = (number: number, label = "x"): Figure => given(label, number, "", TEST);
const lag = figure(300, "lag");
const monitor = (over: Partial<MonitorShape> = {}): MonitorShape => ({
  name: "GUARD",
  creditQuota: 100,
  frequency: "MONTHLY",
  start: null,
  suspendAt: 90,
  suspendImmediatelyAt: null,
  ...over,
});
const warehouse = {
  name: "W",
  rate: figure(4, "rate"),
  maxClusters: 2,
  statementTimeout: figure(1800, "timeout"),
};

describe("a resource monitor", () => {
  test("that suspends lets running statements end: quota × 90 % + rate × clusters × timeout", () => {
    expect(numberOf(monitorMaximum(monitor(), [warehouse], lag))).toBe(90 + 4);
  });

  test("that also cancels is limited by whichever is lower", () => {
    expect(numberOf(monitorMaximum(monitor({ suspendImmediatelyAt: 91 }), [warehouse], lag))).toBeCloseTo(
      91 + 8 / 12,
      10,
    );
  });

  test("that only notifies limits nothing", () => {
    const { value } = monitorMaximum(monitor({ suspendAt: null }), [warehouse], lag);
    expect(value).toEqual({ kind: "unbounded", because: expect.stringContaining("only notifies") });
  });

  test("without a quota limits nothing", () => {
    expect(monitorMaximum(monitor({ creditQuota: null }), [warehouse], lag).value.kind).toBe("unbounded");
  });

  test.each([
    ["MONTHLY", null, 1],
    ["MONTHLY", "2026-03-01 00:00", 1],
    ["MONTHLY", "2026-03-15 00:00", 2],
    ["DAILY", null, 31],
    ["DAILY", "2026-03-15 06:00", 32],
    ["WEEKLY", null, 6],
    ["NEVER", null, 1],
  ] as const)("%s from %s touches %d windows a month", (frequency, start, windows) => {
    expect(windowsInMonth(monitor({ frequency, start }))).toBe(windows);
  });

  test("grows with its quota", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100 }), (quota, more) => {
        const at = (creditQuota: number) =>
          numberOf(monitorMaximum(monitor({ creditQuota }), [warehouse], lag)) ?? 0;
        return at(quota + more) > at(quota);
      }),
      { seed: 3 },
    );
  });
});

describe("all warehouses", () => {
  const none = unbounded("m", "credits", "no quota");

  test("cost at most min(account monitor, monitored + unmonitored)", () => {
    const groups = [
      { maximum: figure(50), warehouses: [figure(744), figure(744)] },
      { maximum: none, warehouses: [figure(100)] },
    ];
    expect(numberOf(warehousesCeiling(undefined, groups, [figure(7)]))).toBe(50 + 100 + 7);
    expect(numberOf(warehousesCeiling(figure(120), groups, [figure(7)]))).toBe(120);
    expect(numberOf(warehousesCeiling(none, groups, [figure(7)]))).toBe(157);
  });
});

test("the statement timeout is the lowest that is not 0, else Snowflake's default of two days", () => {
  const fallback = figure(172_800);
  expect(numberOf(statementTimeout("W", [0, 1800, null, 3600], fallback))).toBe(1800);
  expect(numberOf(statementTimeout("W", [null, 0], fallback))).toBe(172_800);
});
