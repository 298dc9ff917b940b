import type { Monitor, Warehouse } from "../../infra/platform.ts";
import { derive, type Figure, given, numberOf, sum } from "../figure.ts";
import type { Burst } from "../formulas/bursts.ts";
import { DAYS_PER_MONTH } from "../formulas/hours.ts";
import { type Frequency, type MonitorShape, monitorMaximum } from "../formulas/monitor.ts";
import {
  queryAccelerationExpected,
  queryAccelerationMaximum,
  type WarehouseShape,
  type WarehouseUse,
  warehouseExpected,
  warehouseMaximum,
  warehouseRate,
} from "../formulas/warehouse.ts";
import { measuredDays } from "../measured.ts";
import { priceOf } from "../price-book.ts";
import { usageFor } from "../usage.ts";
import { allot, type Claim } from "./allot.ts";
import { assumed, type Context, inUsd } from "./context.ts";
import { sharesOf } from "./departments.ts";
import { graphsOn, startsOfPeople } from "./graphs.ts";
import type { CostItem, DepartmentShare } from "./item.ts";
import { HORIZON_DAYS } from "./runs.ts";

/** A warehouse with every figure of its month, credits. */
export interface WarehouseMonth {
  warehouse: Warehouse;
  shape: WarehouseShape;
  rate: Figure;
  expected: Figure;
  maximum: Figure;
  departments: DepartmentShare[];
  /** The part of its busy time that scheduled tasks cause, 0 to 1. */
  scheduled: number;
}

export interface WarehouseCosts {
  items: CostItem[];
  months: WarehouseMonth[];
  monitors: { monitor: Monitor; maximum: Figure }[];
  overQuota: OverQuota[];
  notes: string[];
}

/** A monitor whose warehouses are expected to use more than it allows: it would suspend them. Credits a month. */
export interface OverQuota {
  monitor: string;
  warehouses: string[];
  wanted: number;
  allowed: number;
}

/** Settings that the program may come to declare; until then Snowflake's defaults hold, which nobody set. */
type Unset = Partial<Pick<WarehouseShape, "type" | "generation">>;

/** A warehouse as the formulas see it. Query acceleration is on by default, factor 2, for Gen2 and multi-cluster warehouses. */
export function shapeOf(warehouse: Warehouse & Unset): WarehouseShape {
  const generation = warehouse.generation ?? 1;
  return {
    name: warehouse.name,
    type: warehouse.type ?? "STANDARD",
    generation,
    size: warehouse.size,
    minClusters: warehouse.minClusters,
    maxClusters: warehouse.maxClusters,
    autoSuspend: warehouse.autoSuspend,
    queryAcceleration: warehouse.queryAcceleration ?? {
      enabled: generation === 2 || warehouse.maxClusters > 1,
      maxScaleFactor: 2,
    },
  };
}

export function monitorShape(monitor: Monitor & { start?: string | null }): MonitorShape {
  return {
    name: monitor.name,
    creditQuota: monitor.credits,
    frequency: monitor.frequency as Frequency,
    // FREQUENCY needs a START_TIMESTAMP, and the program declares IMMEDIATELY: windows begin on the day of creation.
    start: monitor.start ?? "IMMEDIATELY",
    suspendAt: monitor.suspend > 0 ? monitor.suspend : null,
    suspendImmediatelyAt: monitor.suspendImmediate > 0 ? monitor.suspendImmediate : null,
  };
}

/** Formulas 1 to 5 for every warehouse, under its monitor and the account's. */
export function warehouseCosts(context: Context): WarehouseCosts {
  const { platform } = context;
  const months = platform.warehouses.map((warehouse) => monthOf(context, warehouse));
  const lag = assumed(context, "lag", context.usage.suspendImmediateLagSeconds, "s");
  const monitors = platform.monitors.map((monitor) => {
    const guarded = months.filter((month) => monitor.account || month.warehouse.monitor === monitor.name);
    const running = guarded.map((month) => ({
      name: month.warehouse.name,
      rate: month.rate,
      maxClusters: month.warehouse.maxClusters,
      statementTimeout: timeoutOf(context, month.warehouse),
    }));
    return { monitor, maximum: monitorMaximum(monitorShape(monitor), running, lag) };
  });
  const notes: string[] = [];
  const overQuota: OverQuota[] = [];
  const allotted = applyMonitors(months, monitors, overQuota);
  const items = months.flatMap((month, index) => [
    computeItem(context, month, allotted[index] as Claim & { limits: Figure[] }),
    ...accelerationItem(context, month),
  ]);
  for (const warehouse of platform.warehouses)
    if (!platform.monitors.some((monitor) => monitor.account || monitor.name === warehouse.monitor))
      notes.push(`${warehouse.name} has no resource monitor: only its size and clusters limit it`);
  return { items, months, monitors, overQuota, notes };
}

function timeoutOf(context: Context, warehouse: Warehouse): Figure {
  if (warehouse.statementTimeout > 0)
    return given("statement timeout", warehouse.statementTimeout, "s", {
      kind: "program",
      title: `${warehouse.name} STATEMENT_TIMEOUT_IN_SECONDS`,
    });
  return { ...priceOf(context.book, "snowflake.statement-timeout.maximum"), label: "statement timeout" };
}

function monthOf(context: Context, warehouse: Warehouse): WarehouseMonth {
  const shape = shapeOf(warehouse);
  const rate = warehouseRate(context.book, shape, context.cloud);
  const maximum = warehouseMaximum(rate, shape);
  const { use, departments, scheduled } = useOf(context, warehouse);
  return {
    warehouse,
    shape,
    rate,
    maximum,
    departments,
    scheduled,
    expected: measuredCredits(context, warehouse) ?? warehouseExpected(context.book, rate, shape, use),
  };
}

/** Scheduled graphs of tasks and people's bursts over the horizon, and whose they are by busy seconds. */
function useOf(
  context: Context,
  warehouse: Warehouse,
): { use: WarehouseUse; departments: DepartmentShare[]; scheduled: number } {
  const usage = usageFor(context.usage.warehouses, warehouse.key);
  const weights = new Map<string, number>();
  const bursts: Burst[] = [];
  const put = (department: string, starts: number[], seconds: number): void => {
    weights.set(department, (weights.get(department) ?? 0) + starts.length * seconds);
    for (const startSecond of starts) bursts.push({ startSecond, busySeconds: seconds });
  };
  for (const graph of graphsOn(context, warehouse)) {
    bursts.push(...graph.bursts);
    for (const task of graph.work) weights.set(task.owner, (weights.get(task.owner) ?? 0) + task.seconds);
  }
  const scheduled = total(weights);
  for (const people of usage.people) put(people.department, startsOfPeople(people), people.busySeconds);
  return {
    use: {
      bursts,
      horizonDays: HORIZON_DAYS,
      averageClusters: usage.averageClusters,
      accelerationHours: usage.accelerationHours,
    },
    departments: sharesOf(weights),
    scheduled: scheduled / Math.max(total(weights), 1),
  };
}

const total = (weights: Map<string, number>): number =>
  [...weights.values()].reduce((sum, weight) => sum + weight, 0);

function measuredCredits(context: Context, warehouse: Warehouse): Figure | undefined {
  const measured = context.measured;
  const credits = measured?.warehouseCredits[warehouse.name];
  if (measured === undefined || credits === undefined) return undefined;
  const source = {
    kind: "measured",
    title: `${measured.title}, ${measured.from} to ${measured.to}`,
  } as const;
  return derive(
    `${warehouse.name} measured`,
    "credits",
    "credits of the period × days of a month / days of the period",
    [given("metered", credits, "credits", source), given("days", measuredDays(measured), "days", source)],
    (metered, days) => (metered * DAYS_PER_MONTH) / days,
  );
}

/** Formula 4: the pool of each monitor, then the account's, shared out over the warehouses. */
function applyMonitors(
  months: WarehouseMonth[],
  monitors: { monitor: Monitor; maximum: Figure }[],
  overQuota: OverQuota[],
): (Claim & { limits: Figure[] })[] {
  const claims = months.map((month) => {
    const maximum = numberOf(month.maximum) ?? 0;
    return { expected: Math.min(numberOf(month.expected) ?? 0, maximum), maximum, limits: [] as Figure[] };
  });
  const within = (limit: Figure, members: number[], name: string): void => {
    const number = numberOf(limit);
    if (number === undefined || members.length === 0) return;
    const before = members.map((index) => claims[index] as Claim & { limits: Figure[] });
    const wanted = before.reduce((total, claim) => total + claim.expected, 0);
    if (wanted > number)
      overQuota.push({
        monitor: name,
        warehouses: members.map((index) => months[index]?.warehouse.name ?? ""),
        wanted,
        allowed: number,
      });
    allot(number, before).forEach((claim, at) => {
      const index = members[at] as number;
      const old = claims[index] as Claim & { limits: Figure[] };
      const lowered = claim.maximum < old.maximum;
      claims[index] = { ...claim, limits: lowered ? [...old.limits, limit] : old.limits };
    });
  };
  const all = months.map((_, index) => index);
  for (const { monitor, maximum } of monitors.filter((each) => !each.monitor.account))
    within(
      maximum,
      all.filter((index) => months[index]?.warehouse.monitor === monitor.name),
      monitor.name,
    );
  for (const { monitor, maximum } of monitors.filter((each) => each.monitor.account))
    within(maximum, all, monitor.name);
  return claims;
}

function computeItem(context: Context, month: WarehouseMonth, claim: Claim & { limits: Figure[] }): CostItem {
  const { warehouse } = month;
  const priced = month.rate.value.kind === "number";
  const quantity = priced
    ? derive(
        "expected credits",
        "credits",
        "use within its monitors",
        [month.expected, ...claim.limits],
        () => claim.expected,
      )
    : month.expected;
  const ceiling = priced
    ? derive(
        "ceiling credits",
        "credits",
        "share of what its monitors allow",
        [month.maximum, ...claim.limits],
        () => claim.maximum,
      )
    : month.maximum;
  return {
    resource: { kind: "warehouse", key: warehouse.key, name: warehouse.name },
    provider: "Snowflake",
    service: "Virtual Warehouse",
    category: "Compute",
    quantity,
    unitPrice: context.creditPrice,
    expected: inUsd(context, `${warehouse.name} expected`, quantity),
    ceiling: inUsd(context, `${warehouse.name} ceiling`, ceiling),
    basis: "enforced",
    departments: month.departments,
    scheduled: month.scheduled,
    notes: [],
  };
}

/** Query acceleration is billed apart from the warehouse, and no monitor counts it. */
function accelerationItem(context: Context, month: WarehouseMonth): CostItem[] {
  const { warehouse, shape } = month;
  if (!shape.queryAcceleration.enabled) return [];
  const { use } = useOf(context, warehouse);
  const quantity = queryAccelerationExpected(context.book, shape, use);
  const set = warehouse.queryAcceleration !== undefined;
  return [
    {
      resource: { kind: "warehouse", key: warehouse.key, name: warehouse.name },
      provider: "Snowflake",
      service: "Query Acceleration",
      category: "Compute",
      quantity,
      unitPrice: context.creditPrice,
      expected: inUsd(context, `${warehouse.name} query acceleration expected`, quantity),
      ceiling: inUsd(
        context,
        `${warehouse.name} query acceleration ceiling`,
        queryAccelerationMaximum(context.book, shape),
      ),
      basis: "enforced",
      departments: month.departments,
      notes: set
        ? []
        : ["nobody set query acceleration; Snowflake's default for this warehouse is on, factor 2"],
    },
  ];
}

/** Σ expected credits of all warehouses. */
export const totalExpected = (costs: WarehouseCosts): Figure =>
  sum(
    "warehouse credits",
    "credits",
    costs.items.filter((item) => item.service === "Virtual Warehouse").map((item) => item.quantity),
  );
