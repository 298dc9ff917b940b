import type { Measured } from "../cost/measured.ts";
import type { Platform } from "../infra/platform.ts";

/**
 * The part of a measurement that holds at both revisions: a warehouse whose settings or schedules a change touches was
 * measured as it is no more, so that assumptions are compared with assumptions there. Pure.
 */
export function measuredInBoth(
  measured: Measured,
  base: Platform | undefined,
  head: Platform,
): { measured: Measured; left: string[] } {
  const touched = (name: string): boolean =>
    base !== undefined && JSON.stringify(driversOf(base, name)) !== JSON.stringify(driversOf(head, name));
  const left = Object.keys(measured.warehouseCredits).filter(touched);
  const warehouseCredits = Object.fromEntries(
    Object.entries(measured.warehouseCredits).filter(([name]) => !left.includes(name)),
  );
  return { measured: { ...measured, warehouseCredits }, left };
}

/** What decides how long a warehouse runs, its rows apart. */
function driversOf(platform: Platform, name: string) {
  const tasks = platform.tasks.filter((task) => task.warehouse === name);
  const classes = new Set(tasks.map((task) => task.freshness));
  return {
    warehouse: platform.warehouses.find((warehouse) => warehouse.name === name),
    tasks: tasks.map((task) => task.key).sort(),
    schedules: platform.tasks
      .filter((task) => task.schedule !== undefined && classes.has(task.freshness))
      .map((task) => [task.key, task.schedule]),
  };
}
