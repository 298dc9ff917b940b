import { DAYS_PER_MONTH } from "../formulas/hours.ts";
import type { Measured } from "../measured.ts";
import { type Usage, usageFor } from "../usage.ts";

export type Case = "low" | "expected" | "high";
export const CASES: readonly Case[] = ["low", "expected", "high"];

/** How much more data than today arrives in the month that is `index` months ahead; `calendarMonth` is 1 to 12. */
export function volumeFactor(usage: Usage, which: Case, index: number, calendarMonth: number): number {
  const { growth, seasonality } = usage.forecast;
  return (1 + growth[which]) ** index * (seasonality[calendarMonth - 1] ?? 1);
}

/** The assumptions of a month: volume by its factor, compute by the factor to the power of its elasticity, stock by what arrived until then. `arrived` is the sum of the factors of the months before. */
export function usageOfMonth(usage: Usage, factor: number, arrived: number): Usage {
  const compute = factor ** usage.forecast.computeElasticity;
  // Landed files keep their age distribution; their number follows what arrived, not today's rate times all days.
  const history = usage.landing.historyDays + arrived * DAYS_PER_MONTH;
  return {
    ...usage,
    tasks: mapValues(usage.tasks, (task) => ({ ...task, busySeconds: task.busySeconds * compute })),
    warehouses: mapValues(usage.warehouses, (warehouse) => ({
      ...warehouse,
      accelerationHours: warehouse.accelerationHours * compute,
      people: warehouse.people.map((people) => ({ ...people, busySeconds: people.busySeconds * compute })),
    })),
    pipes: mapValues(usage.pipes, (pipe) => ({
      ...pipe,
      gbPerDay: pipe.gbPerDay * factor,
      filesPerDay: pipe.filesPerDay * factor,
    })),
    connectors: mapValues(usage.connectors, (connector) => ({
      ...connector,
      gbPerDay: connector.gbPerDay * factor,
    })),
    tables: mapValues(usage.tables, (table) => ({
      ...table,
      gb: table.gb + table.growthGbPerMonth * arrived,
    })),
    flows: mapValues(usage.flows, (flow) => ({ ...flow, gbPerRun: flow.gbPerRun * factor })),
    outbound: { ...usage.outbound, gbPerDay: usage.outbound.gbPerDay * factor },
    transfer: { ...usage.transfer, snowflakeInternetGb: usage.transfer.snowflakeInternetGb * factor },
    landing: { ...usage.landing, historyDays: factor > 0 ? history / factor : 0 },
  };
}

const mapValues = <T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** A measurement as it would be in that month: compute and files follow the volume as assumptions do, tables what arrived. */
export function measuredOfMonth(
  measured: Measured | undefined,
  usage: Usage,
  factor: number,
  arrived: number,
): Measured | undefined {
  if (measured === undefined) return undefined;
  const compute = factor ** usage.forecast.computeElasticity;
  return {
    ...measured,
    warehouseCredits: mapValues(measured.warehouseCredits, (credits) => credits * compute),
    ...(measured.cloudServicesCredits === undefined
      ? {}
      : { cloudServicesCredits: measured.cloudServicesCredits * compute }),
    pipeGb: mapValues(measured.pipeGb, (gb) => gb * factor),
    tableBytes: Object.fromEntries(
      Object.entries(measured.tableBytes).map(([table, bytes]) => [
        table,
        bytes + usageFor(usage.tables, table).growthGbPerMonth * arrived * 1e9,
      ]),
    ),
  };
}
