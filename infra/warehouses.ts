/** Warehouses and the resource monitors that stop them. */
import type { StackConfig } from "./config/schema.ts";
import type { Names } from "./names.ts";
import type { Monitor, Warehouse } from "./platform.ts";

export function planWarehouses(config: StackConfig, names: Names): Warehouse[] {
  return Object.entries(config.warehouses).map(([key, one]) => ({
    key,
    name: names.warehouse(key),
    size: one.size,
    autoSuspend: one.autoSuspend,
    statementTimeout: one.statementTimeout,
    queueTimeout: one.queueTimeout,
    minClusters: one.minClusters,
    maxClusters: one.maxClusters,
    ...(config.edition === "standard"
      ? {}
      : {
          queryAcceleration: {
            enabled: one.queryAcceleration !== undefined,
            maxScaleFactor: one.queryAcceleration?.maxScaleFactor ?? 0,
          },
        }),
    monitor: one.monitor === undefined ? undefined : names.monitor(one.monitor),
    comment: one.comment ?? `Runs ${key}.`,
  }));
}

export function planMonitors(config: StackConfig, names: Names): Monitor[] {
  return Object.entries(config.monitors).map(([key, one]) => ({
    key,
    name: names.monitor(key),
    credits: one.credits,
    frequency: one.frequency,
    notify: [...one.notify].sort((a, b) => a - b),
    suspend: one.suspend,
    suspendImmediate: one.suspendImmediate,
    account: config.accountMonitor === key,
  }));
}
