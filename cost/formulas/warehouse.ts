import { derive, type Figure, given, highest, lowest, noPrice, product, unbounded } from "../figure.ts";
import { type PriceBook, priceOf } from "../price-book.ts";
import { type Burst, mergeIntoRuns } from "./bursts.ts";
import { CEILING_HOURS, DAYS_PER_MONTH, EXPECTED_HOURS, SECONDS_PER_HOUR } from "./hours.ts";

export type Cloud = "aws" | "azure" | "gcp";

/** What a warehouse's cost depends on. `autoSuspend` in seconds; null or 0 never suspends. */
export interface WarehouseShape {
  name: string;
  type: "STANDARD" | "SNOWPARK-OPTIMIZED";
  generation: 1 | 2;
  size: string;
  minClusters: number;
  maxClusters: number;
  autoSuspend: number | null;
  queryAcceleration: { enabled: boolean; maxScaleFactor: number };
}

/** Use over some days: when statements run, and how many clusters run with them on average. */
export interface WarehouseUse {
  bursts: Burst[];
  /** Days that the bursts cover; the month's use is in proportion. */
  horizonDays: number;
  averageClusters: number;
  /** Compute-hours a month that query acceleration adds. */
  accelerationHours: number;
}

/** Credits per hour of one cluster. */
export function warehouseRate(book: PriceBook, shape: WarehouseShape, cloud: Cloud): Figure {
  if (shape.type === "SNOWPARK-OPTIMIZED" && shape.generation === 2)
    return noPrice(
      "rate",
      "credits/h",
      `${shape.name}: a Snowpark-optimized warehouse has no generation 2 price`,
    );
  const id =
    shape.type === "STANDARD"
      ? `snowflake.warehouse.standard.gen${shape.generation}`
      : "snowflake.warehouse.snowpark-optimized";
  return { ...priceOf(book, id, { variant: shape.size, cloud }), label: "rate" };
}

/** Formula 1, credits a month: rate × maxClusters × H. */
export function warehouseMaximum(rate: Figure, shape: WarehouseShape): Figure {
  return product(`${shape.name} maximum`, "credits", [rate, maxClusters(shape), CEILING_HOURS]);
}

/** Formula 2, credits a month: factor × Gen1 rate × H, unbounded at factor 0. No resource monitor counts it. */
export function queryAccelerationMaximum(book: PriceBook, shape: WarehouseShape): Figure {
  const label = `${shape.name} query acceleration maximum`;
  const { enabled, maxScaleFactor } = shape.queryAcceleration;
  const factor = given("factor", enabled ? maxScaleFactor : 0, "×", {
    kind: "program",
    title: `${shape.name} QUERY_ACCELERATION_MAX_SCALE_FACTOR`,
  });
  if (enabled && maxScaleFactor === 0)
    return unbounded(
      label,
      "credits",
      `${shape.name}: QUERY_ACCELERATION_MAX_SCALE_FACTOR = 0 sets no limit`,
    );
  if (!enabled)
    return given(label, 0, "credits", {
      kind: "program",
      title: `${shape.name} ENABLE_QUERY_ACCELERATION = false`,
    });
  const gen1 = {
    ...priceOf(book, "snowflake.warehouse.standard.gen1", { variant: shape.size }),
    label: "Gen1 rate",
  };
  const perHour = { ...priceOf(book, "snowflake.query-acceleration"), label: "credits per compute-hour" };
  return product(label, "credits", [factor, gen1, perHour, CEILING_HOURS]);
}

/** Query acceleration expected, credits a month: assumed compute-hours × price, never above its maximum. */
export function queryAccelerationExpected(book: PriceBook, shape: WarehouseShape, use: WarehouseUse): Figure {
  const hours = given(
    "compute-hours",
    shape.queryAcceleration.enabled ? use.accelerationHours : 0,
    "h/month",
    {
      kind: "assumption",
      title: `usage of ${shape.name}`,
    },
  );
  const used = product(`${shape.name} query acceleration`, "credits", [
    hours,
    priceOf(book, "snowflake.query-acceleration"),
  ]);
  return lowest(used.label, "credits", [used, queryAccelerationMaximum(book, shape)]);
}

/** Formula 5, credits a month: Σ runs (rate × average clusters × max(60 s, busy + auto-suspend + idle check)), at most formula 1 at H = 730. */
export function warehouseExpected(
  book: PriceBook,
  rate: Figure,
  shape: WarehouseShape,
  use: WarehouseUse,
): Figure {
  const clusters = averageClusters(shape, use);
  const label = `${shape.name} expected`;
  if (use.bursts.length === 0)
    return given(label, 0, "credits", {
      kind: "assumption",
      title: `usage of ${shape.name}: it is not used`,
    });
  const always = product(`${shape.name} always on`, "credits", [rate, clusters, EXPECTED_HOURS]);
  if (!shape.autoSuspend) return { ...always, label };
  const idle = priceOf(book, "snowflake.warehouse.idle-check");
  const minimum = priceOf(book, "snowflake.warehouse.minimum");
  const suspend = given("auto-suspend", shape.autoSuspend, "s", {
    kind: "program",
    title: `${shape.name} AUTO_SUSPEND`,
  });
  const seconds = derive(
    "billed seconds",
    "s",
    "Σ runs max(minimum, busy + auto-suspend + idle check), gaps shorter than that merged",
    [busy(shape, use), suspend, idle, minimum],
    (_busy, suspendSeconds, idleSeconds, minimumSeconds) =>
      mergeIntoRuns(use.bursts, suspendSeconds + idleSeconds, minimumSeconds, use.horizonDays).seconds,
  );
  const months = given("months per period", DAYS_PER_MONTH / use.horizonDays, "×", {
    kind: "rule",
    title: `a month of ${DAYS_PER_MONTH.toFixed(1)} days over a period of ${use.horizonDays}`,
  });
  const used = derive(
    `${shape.name} in use`,
    "credits",
    "rate × average clusters × billed seconds × months per period / 3600",
    [rate, clusters, seconds, months],
    (credits, count, billed, perMonth) => (credits * count * billed * perMonth) / SECONDS_PER_HOUR,
  );
  return lowest(label, "credits", [used, always]);
}

const maxClusters = (shape: WarehouseShape): Figure =>
  given("maxClusters", shape.maxClusters, "clusters", {
    kind: "program",
    title: `${shape.name} MAX_CLUSTER_COUNT`,
  });

/** The assumed average, within the minimum and the maximum that the program declares. */
function averageClusters(shape: WarehouseShape, use: WarehouseUse): Figure {
  const least = given("minClusters", shape.minClusters, "clusters", {
    kind: "program",
    title: `${shape.name} MIN_CLUSTER_COUNT`,
  });
  const assumed = given("assumed clusters", use.averageClusters, "clusters", {
    kind: "assumption",
    title: `usage of ${shape.name}`,
  });
  return lowest("average clusters", "clusters", [
    highest("running clusters", "clusters", [assumed, least]),
    maxClusters(shape),
  ]);
}

const busy = (shape: WarehouseShape, use: WarehouseUse): Figure =>
  given(
    "busy",
    use.bursts.reduce((total, burst) => total + burst.busySeconds, 0),
    "s",
    {
      kind: "assumption",
      title: `usage of ${shape.name}: ${use.bursts.length} bursts in ${use.horizonDays} days`,
    },
  );
