import fc from "fast-check";
import { allot } from "../../../cost/estimate/allot.ts";
import { type Estimate, estimate } from "../../../cost/estimate/estimate.ts";
import { startsOf } from "../../../cost/estimate/runs.ts";
import { numberOf } from "../../../cost/figure.ts";
import { parseMeasured } from "../../../cost/measured.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";
import { loadUsage, overlay, parseUsage, type Usage, usageFor } from "../../../cost/usage.ts";
import type { Platform } from "../../../infra/platform.ts";
import { examplePlatform } from "../support/example-platform.ts";

const book = loadPriceBook();
const usage = loadUsage("example");
const of = (platform: Platform, used: Usage = usage): Estimate => estimate(platform, book, used);
const withWarehouse = (over: Partial<Platform["warehouses"][number]>): Platform => {
  const platform = examplePlatform();
  return {
    ...platform,
    warehouses: platform.warehouses.map((each, index) => (index === 0 ? { ...each, ...over } : each)),
  };
};
const SIZES = ["XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE"] as const;

const anyPlatform = fc
  .record({
    size: fc.constantFrom(...SIZES),
    maxClusters: fc.integer({ min: 1, max: 10 }),
    autoSuspend: fc.integer({ min: 0, max: 3600 }),
    statementTimeout: fc.integer({ min: 0, max: 172_800 }),
    credits: fc.integer({ min: 1, max: 5000 }),
    accountCredits: fc.integer({ min: 1, max: 5000 }),
    suspend: fc.integer({ min: 1, max: 100 }),
    minutes: fc.integer({ min: 1, max: 1440 }),
  })
  .map((each): Platform => {
    const platform = withWarehouse(each);
    return {
      ...platform,
      monitors: platform.monitors.map((monitor) => ({
        ...monitor,
        credits: monitor.account ? each.accountCredits : each.credits,
        suspend: each.suspend,
        suspendImmediate: Math.max(each.suspend, 100),
      })),
      tasks: platform.tasks.map((task) =>
        task.schedule ? { ...task, schedule: { kind: "interval", minutes: each.minutes } } : task,
      ),
    };
  });

describe("the estimate", () => {
  test("prices everything that the example declares", () => {
    const result = of(examplePlatform());
    expect(result.unpriced).toEqual([]);
    expect(result.unbounded).toEqual([]);
    expect(Object.keys(result.byService)).toEqual([
      "Amazon MSK",
      "Amazon S3",
      "Cloud Services",
      "Data Transfer",
      "Query Acceleration",
      "Snowpipe",
      "Snowpipe Streaming",
      "Storage",
      "Virtual Warehouse",
    ]);
  });

  test("ceiling ≥ expected for every item, and department and service totals add up to the whole", () => {
    fc.assert(
      fc.property(anyPlatform, (platform) => {
        const result = of(platform);
        for (const item of result.items) {
          expect(numberOf(item.ceiling)).toBeGreaterThanOrEqual((numberOf(item.expected) ?? 0) - 1e-9);
          expect(item.departments.reduce((total, each) => total + each.share, 0)).toBeCloseTo(1, 9);
        }
        for (const group of [result.byDepartment, result.byService])
          for (const which of ["expected", "ceiling"] as const)
            expect(Object.values(group).reduce((total, each) => total + each[which], 0)).toBeCloseTo(
              result.total[which],
              6,
            );
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test("the ceiling grows with size, clusters and quota", () => {
    fc.assert(
      fc.property(anyPlatform, fc.integer({ min: 1, max: 500 }), (platform, more) => {
        const first = platform.warehouses[0] as Platform["warehouses"][number];
        const change = (over: Partial<typeof first>): Platform => ({
          ...platform,
          warehouses: [{ ...first, ...over }, ...platform.warehouses.slice(1)],
        });
        const larger = change({
          size: SIZES[Math.min(SIZES.indexOf(first.size as (typeof SIZES)[number]) + 1, SIZES.length - 1)],
        });
        const wider = change({ maxClusters: first.maxClusters + 1 });
        const richer = {
          ...platform,
          monitors: platform.monitors.map((each) => ({ ...each, credits: each.credits + more })),
        };
        const before = of(platform).total.ceiling;
        for (const other of [larger, wider, richer])
          expect(of(other).total.ceiling).toBeGreaterThanOrEqual(before - 1e-6);
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  test("warehouses cost at most what the account's monitor allows", () => {
    const platform = examplePlatform();
    const result = of({ ...platform, monitors: platform.monitors.filter((each) => each.account) });
    const ceiling = result.byService["Virtual Warehouse"]?.ceiling ?? 0;
    // Two windows a month, each SUSPEND at 95 % of 900 and what can still run: SMALL × 1800 s, 2 XSMALL × 600 s; or all 900 and 300 s of lag.
    expect(ceiling).toBeCloseTo(2 * 3 * Math.min(855 + 2 * 0.5 + 2 / 6, 900 + (2 + 2) / 12), 6);
  });

  test("says where expected use is above a quota instead of hiding it", () => {
    const platform = withWarehouse({ autoSuspend: 0 });
    const small = { ...platform, monitors: platform.monitors.map((each) => ({ ...each, credits: 10 })) };
    const passed = of(small).overQuota.find((each) => each.monitor === "TRANSFORM_GUARD");
    expect(passed?.warehouses).toEqual(["TRANSFORM"]);
    expect(passed?.wanted).toBeGreaterThan(passed?.allowed ?? Number.POSITIVE_INFINITY);
  });

  test("names a warehouse without a monitor", () => {
    const platform = { ...examplePlatform(), monitors: [] };
    expect(of(platform).notes).toContain(
      "REPORTING has no resource monitor: only its size and clusters limit it",
    );
  });

  test("query acceleration that nobody set is counted at its default on a multi-cluster warehouse", () => {
    const item = of(examplePlatform()).items.find((each) => each.service === "Query Acceleration");
    expect(item?.resource.name).toBe("REPORTING");
    expect(numberOf(item?.ceiling ?? { label: "", unit: "", value: { kind: "no-price", because: "" } })).toBe(
      2 * 744 * 3,
    );
    expect(item?.notes[0]).toMatch(/nobody set/);
  });

  test("in a region without prices the credits stay, the money has no price, and nothing is guessed", () => {
    const result = of(examplePlatform({ region: "aws.mx-central-1" }));
    expect(result.total).toMatchObject({ expected: 0, ceiling: 0 });
    expect(result.unpriced.length).toBe(result.items.length);
    expect(result.unpriced.find((each) => each.name.startsWith("TRANSFORM"))?.because).toMatch(
      /mx-central-1/,
    );
  });

  test("a volume without a declared maximum is unbounded, by name", () => {
    const open = parseUsage(overlay(usage, { pipes: { default: { maximumGbPerDay: null } } }));
    const result = of(examplePlatform(), open);
    expect(result.unbounded).toEqual([
      { name: "ACCOUNT_PIPE: Snowpipe", because: expect.stringContaining("no cap") },
    ]);
    expect(result.total.unbounded).toEqual(["ACCOUNT_PIPE: Snowpipe"]);
  });

  test("departments share a warehouse by the busy time of their models", () => {
    const always = parseUsage(overlay(usage, { tasks: { default: { shareOfRunsWithWork: 1 } } }));
    const item = of(examplePlatform(), always).items.find((each) => each.resource.key === "transform");
    expect(item?.departments).toEqual([
      { department: "data-platform", share: 0.5 },
      { department: "sales", share: 0.5 },
    ]);
  });

  test("measured credits replace the assumption, and the difference is shown", () => {
    const measured = parseMeasured({
      title: "ledger",
      from: "2026-02-01",
      to: "2026-03-01",
      warehouseCredits: { TRANSFORM: 28 },
    });
    const result = estimate(examplePlatform(), book, usage, { measured });
    const item = result.items.find((each) => each.resource.key === "transform");
    expect(numberOf(item?.quantity ?? item!.expected)).toBeCloseTo(730 / 24, 8);
    expect(result.measured).toEqual([
      expect.objectContaining({
        name: "TRANSFORM",
        measured: expect.closeTo(730 / 24, 8),
        forecast: expect.any(Number),
      }),
    ]);
  });

  test("says where a measurement is too short to make a month of", () => {
    const hour = parseMeasured({
      title: "ledger",
      from: "2026-02-01T10:00:00Z",
      to: "2026-02-01T11:00:00Z",
      warehouseCredits: { TRANSFORM: 0.5 },
    });
    const result = estimate(examplePlatform(), book, usage, { measured: hour });
    expect(numberOf(result.items[0]!.quantity)).toBeCloseTo(0.5 * 730, 6);
    expect(result.notes.join()).toMatch(/ledger covers only 1 hour\b/);
  });

  test("says how a measurement came about where it says so itself", () => {
    const measured = parseMeasured({
      title: "Rehearsal of prod",
      from: "2026-03-01",
      to: "2026-03-31",
      note: "generated data at scale 0.05",
      warehouseCredits: {},
    });
    expect(estimate(examplePlatform(), book, usage, { measured }).notes).toContain(
      "Rehearsal of prod: generated data at scale 0.05",
    );
  });

  test("is plain data without a number that JSON cannot carry", () => {
    const result = of(examplePlatform());
    expect(JSON.parse(JSON.stringify(result))).toEqual(JSON.parse(JSON.stringify(structuredClone(result))));
    expect(JSON.stringify(result)).not.toMatch(/:null|Infinity/);
  });
});

describe("schedules", () => {
  test("an interval and a cron line of the same hours fire equally often", () => {
    expect(startsOf({ kind: "interval", minutes: 60 })).toHaveLength(28 * 24);
    expect(startsOf({ kind: "cron", cron: "0 * * * * UTC" })).toHaveLength(28 * 24);
    expect(startsOf({ kind: "cron", cron: "0 6 * * 1-5 Europe/Berlin" })).toHaveLength(20);
  });

  test("a cron line that cannot be read is no schedule", () => {
    expect(startsOf({ kind: "cron", cron: "61 * * * * UTC" })).toBeUndefined();
  });
});

test("a limit is shared out fully, expected use first", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 0, max: 1e4, noNaN: true })),
        { minLength: 1, maxLength: 8 },
      ),
      fc.double({ min: 0, max: 5e4, noNaN: true }),
      (pairs, limit) => {
        const claims = pairs.map(([a, b]) => ({ expected: Math.min(a, b), maximum: Math.max(a, b) }));
        const shared = allot(limit, claims);
        const sum = shared.reduce((total, each) => total + each.maximum, 0);
        expect(sum).toBeCloseTo(
          Math.min(
            limit,
            claims.reduce((total, each) => total + each.maximum, 0),
          ),
          3,
        );
        for (const each of shared) expect(each.maximum).toBeGreaterThanOrEqual(each.expected - 1e-9);
      },
    ),
    { seed: 8 },
  );
});

test("usage is found by name, then by the longest prefix, then by default", () => {
  const record = { default: 0, "raw.*": 1, "raw.crm.*": 2, "raw.crm.account": 3 };
  expect(
    ["raw.crm.account", "raw.crm.lead", "raw.product.event", "core.x.y"].map((name) =>
      usageFor(record, name),
    ),
  ).toEqual([3, 2, 1, 0]);
});
