import fc from "fast-check";
import { numberOf } from "../../../cost/figure.ts";
import { evenBursts, mergeIntoRuns } from "../../../cost/formulas/bursts.ts";
import {
  queryAccelerationMaximum,
  type WarehouseShape,
  type WarehouseUse,
  warehouseExpected,
  warehouseMaximum,
  warehouseRate,
} from "../../../cost/formulas/warehouse.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";

const book = loadPriceBook();
const SIZES = ["XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE", "XXLARGE", "XXXLARGE", "X4LARGE"];
const shape = (over: Partial<WarehouseShape> = {}): WarehouseShape => ({
  name: "TRANSFORM",
  type: "STANDARD",
  generation: 1,
  size: "XSMALL",
  minClusters: 1,
  maxClusters: 1,
  autoSuspend: 60,
  queryAcceleration: { enabled: false, maxScaleFactor: 2 },
  ...over,
});
const use = (over: Partial<WarehouseUse> = {}): WarehouseUse => ({
  bursts: evenBursts(288, 30),
  averageClusters: 1,
  horizonDays: 1,
  accelerationHours: 0,
  ...over,
});
const maximum = (given: WarehouseShape): number | undefined =>
  numberOf(warehouseMaximum(warehouseRate(book, given, "aws"), given));
const expected = (given: WarehouseShape, used: WarehouseUse): number | undefined =>
  numberOf(warehouseExpected(book, warehouseRate(book, given, "aws"), given, used));

const anyShape = fc
  .record({
    size: fc.constantFrom(...SIZES),
    generation: fc.constantFrom(1 as const, 2 as const),
    minClusters: fc.integer({ min: 1, max: 10 }),
    maxClusters: fc.integer({ min: 1, max: 10 }),
    autoSuspend: fc.option(fc.integer({ min: 0, max: 3600 })),
  })
  .map((each) => shape({ ...each, minClusters: Math.min(each.minClusters, each.maxClusters) }));
const anyUse = fc
  .record({
    bursts: fc.array(
      fc.record({
        startSecond: fc.integer({ min: 0, max: 86_399 }),
        busySeconds: fc.integer({ min: 0, max: 20_000 }),
      }),
      { maxLength: 40 },
    ),
    averageClusters: fc.double({ min: 0, max: 20, noNaN: true }),
    horizonDays: fc.integer({ min: 1, max: 40 }),
  })
  .map((each) => use(each));

describe("a warehouse", () => {
  test("cannot cost more than rate × maxClusters × 744 h", () => {
    expect(maximum(shape({ size: "MEDIUM", maxClusters: 3 }))).toBe(4 * 3 * 744);
  });

  test("is billed 120 s for a burst of 30 s at AUTO_SUSPEND = 60: busy, auto-suspend, idle check", () => {
    expect(mergeIntoRuns([{ startSecond: 0, busySeconds: 30 }], 90, 60, 1)).toEqual({
      runs: 1,
      seconds: 120,
    });
  });

  test("is billed at least 60 s for a run", () => {
    expect(mergeIntoRuns([{ startSecond: 0, busySeconds: 1 }], 10, 60, 1).seconds).toBe(60);
  });

  test("stays one run where the pause is shorter than its auto-suspend", () => {
    const bursts = [
      { startSecond: 0, busySeconds: 30 },
      { startSecond: 100, busySeconds: 30 },
    ];
    expect(mergeIntoRuns(bursts, 90, 60, 1)).toEqual({ runs: 1, seconds: 220 });
  });

  test("every five minutes on an XSMALL comes to 9.6 credits a day at 120 s a run", () => {
    expect(((expected(shape(), use()) ?? 0) * 24) / 730).toBeCloseTo(9.6, 10);
  });

  test("runs around the clock without AUTO_SUSPEND", () => {
    expect(expected(shape({ autoSuspend: 0 }), use())).toBe(730);
    expect(expected(shape({ autoSuspend: null }), use())).toBe(730);
  });

  test("costs nothing that is not used", () => {
    expect(expected(shape(), use({ bursts: [] }))).toBe(0);
  });

  test("expected never exceeds the ceiling", () => {
    fc.assert(
      fc.property(
        anyShape,
        anyUse,
        (each, used) => (expected(each, used) ?? -1) <= (maximum(each) ?? -1) + 1e-9,
      ),
      { seed: 1 },
    );
  });

  test("both grow with size, clusters and auto-suspend", () => {
    fc.assert(
      fc.property(anyShape, anyUse, fc.integer({ min: 1, max: 600 }), (each, used, seconds) => {
        const larger = shape({
          ...each,
          size: SIZES[Math.min(SIZES.indexOf(each.size) + 1, SIZES.length - 1)] ?? "XSMALL",
        });
        const wider = shape({ ...each, maxClusters: each.maxClusters + 1 });
        const lazier = shape({ ...each, autoSuspend: each.autoSuspend && each.autoSuspend + seconds });
        for (const other of [larger, wider, lazier]) {
          expect(maximum(other)).toBeGreaterThanOrEqual(maximum(each) ?? 0);
          expect((expected(other, used) ?? 0) + 1e-9).toBeGreaterThanOrEqual(expected(each, used) ?? 0);
        }
      }),
      { seed: 2 },
    );
  });
});

describe("query acceleration", () => {
  test("adds factor × Gen1 rate × 744 h, whatever the clusters", () => {
    const given = shape({
      size: "LARGE",
      maxClusters: 4,
      generation: 2,
      queryAcceleration: { enabled: true, maxScaleFactor: 2 },
    });
    expect(numberOf(queryAccelerationMaximum(book, given))).toBe(2 * 8 * 744);
  });

  test("is unbounded at factor 0", () => {
    const given = shape({ queryAcceleration: { enabled: true, maxScaleFactor: 0 } });
    expect(queryAccelerationMaximum(book, given).value.kind).toBe("unbounded");
  });
});

test("a Snowpark-optimized warehouse of a size that is not sold has no price", () => {
  expect(warehouseRate(book, shape({ type: "SNOWPARK-OPTIMIZED", size: "XSMALL" }), "aws").value.kind).toBe(
    "no-price",
  );
});
