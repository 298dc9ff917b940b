import { derive, type Figure, given, lowest, product, sum, unbounded } from "../figure.ts";
import { SECONDS_PER_HOUR } from "./hours.ts";

export type Frequency = "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY" | "NEVER";

/** What a resource monitor limits. Percentages of the quota; null where the action is not set. */
export interface MonitorShape {
  name: string;
  creditQuota: number | null;
  frequency: Frequency;
  /** The timestamp from which windows count; null is Snowflake's default, the calendar month. */
  start: string | null;
  suspendAt: number | null;
  suspendImmediatelyAt: number | null;
}

/** What can still run when a monitor acts: rate × clusters, and the longest statement (seconds). */
export interface MonitoredWarehouse {
  name: string;
  rate: Figure;
  maxClusters: number;
  statementTimeout: Figure;
}

/** The longest a statement can run, seconds: the lowest non-zero of warehouse, user and session, else the default. */
export function statementTimeout(
  name: string,
  configured: readonly (number | null)[],
  fallback: Figure,
): Figure {
  const set = configured.filter((seconds): seconds is number => seconds !== null && seconds > 0);
  if (set.length === 0) return { ...fallback, label: "statement timeout" };
  return given("statement timeout", Math.min(...set), "s", {
    kind: "program",
    title: `${name} STATEMENT_TIMEOUT_IN_SECONDS`,
  });
}

/** How many quota windows one calendar month touches at most: a custom start splits a month in two. */
export function windowsInMonth(monitor: MonitorShape): number {
  switch (monitor.frequency) {
    case "DAILY":
      return startsAtMidnight(monitor.start) ? 31 : 32;
    case "WEEKLY":
      return 6;
    case "MONTHLY":
      return monitor.start === null || startsOnTheFirst(monitor.start) ? 1 : 2;
    case "YEARLY":
      return monitor.start === null || startsOnTheFirst(monitor.start) ? 1 : 2;
    case "NEVER":
      return 1;
  }
}

/** Formula 3, credits a month: windows × (quota × suspend % + overrun); the overrun is rate × clusters × the statement timeout for SUSPEND, × the assumed lag for SUSPEND_IMMEDIATE. Unbounded without a quota or a suspending action. */
export function monitorMaximum(monitor: MonitorShape, warehouses: MonitoredWarehouse[], lag: Figure): Figure {
  const label = `${monitor.name} maximum`;
  if (monitor.creditQuota === null)
    return unbounded(label, "credits", `monitor ${monitor.name} has no CREDIT_QUOTA`);
  const quota = given("quota", monitor.creditQuota, "credits", {
    kind: "program",
    title: `${monitor.name} CREDIT_QUOTA`,
  });
  const windows = given("windows", windowsInMonth(monitor), "windows/month", {
    kind: "rule",
    title: `FREQUENCY ${monitor.frequency}${monitor.start ? `, START_TIMESTAMP ${monitor.start}` : ""}`,
  });
  const actions = [
    monitor.suspendAt === null
      ? undefined
      : untilStopped(
          "SUSPEND",
          monitor.suspendAt,
          quota,
          windows,
          warehouses,
          (each) => each.statementTimeout,
        ),
    monitor.suspendImmediatelyAt === null
      ? undefined
      : untilStopped(
          "SUSPEND_IMMEDIATE",
          monitor.suspendImmediatelyAt,
          quota,
          windows,
          warehouses,
          () => lag,
        ),
  ].filter((figure) => figure !== undefined);
  if (actions.length === 0)
    return unbounded(
      label,
      "credits",
      `monitor ${monitor.name} only notifies; nothing suspends its warehouses`,
    );
  return lowest(label, "credits", actions);
}

/** Formula 4, credits a month: min(account monitor, Σ monitors min(monitor maximum, Σ of its warehouses) + Σ unmonitored warehouses). */
export function warehousesCeiling(
  account: Figure | undefined,
  groups: { maximum: Figure; warehouses: Figure[] }[],
  unmonitored: Figure[],
): Figure {
  const monitored = groups.map((group) =>
    lowest(`at most ${group.maximum.label}`, "credits", [
      group.maximum,
      sum("Σ of its warehouses", "credits", group.warehouses),
    ]),
  );
  const all = sum("Σ of monitors and unmonitored warehouses", "credits", [...monitored, ...unmonitored]);
  return account
    ? lowest("warehouse ceiling", "credits", [account, all])
    : { ...all, label: "warehouse ceiling" };
}

function untilStopped(
  action: string,
  percent: number,
  quota: Figure,
  windows: Figure,
  warehouses: MonitoredWarehouse[],
  seconds: (warehouse: MonitoredWarehouse) => Figure,
): Figure {
  const overruns = warehouses.map((warehouse) =>
    derive(
      `${warehouse.name} overrun`,
      "credits",
      "rate × clusters × seconds / 3600",
      [
        warehouse.rate,
        given("clusters", warehouse.maxClusters, "clusters", {
          kind: "program",
          title: `${warehouse.name} MAX_CLUSTER_COUNT`,
        }),
        seconds(warehouse),
      ],
      (rate, clusters, length) => (rate * clusters * length) / SECONDS_PER_HOUR,
    ),
  );
  const share = given("threshold", percent / 100, "of quota", {
    kind: "program",
    title: `${action} at ${percent} %`,
  });
  const perWindow = sum("credits per window", "credits", [
    product(`quota until ${action}`, "credits", [quota, share]),
    sum("overrun", "credits", overruns),
  ]);
  return product(`until ${action}`, "credits", [windows, perWindow]);
}

const startsAtMidnight = (start: string | null): boolean => start === null || /[ T]00:00(:00)?/.test(start);

const startsOnTheFirst = (start: string): boolean =>
  /^\d{4}-\d{2}-01([ T]00:00(:00(\.0+)?)?)?(Z| ?[+-]00:?00| UTC)?$/.test(start);
