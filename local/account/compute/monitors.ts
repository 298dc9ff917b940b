import type { Catalog } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { WorkTracker } from "../work-tracker.ts";
import type { Ledger } from "./ledger.ts";
import { quotaWindow } from "./monitor-window.ts";

type Monitor = CatalogObject<"RESOURCE_MONITOR">;
export type MonitorAction = "NOTIFY" | "SUSPEND" | "SUSPEND_IMMEDIATE";

/** A trigger that fired, once per window. */
export interface Fired {
  monitorId: number;
  windowStart: number;
  percent: number;
  action: MonitorAction;
  firedOn: number;
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS sys.monitor_event (
    monitor_id BIGINT NOT NULL, window_start BIGINT NOT NULL, percent DOUBLE NOT NULL, action VARCHAR NOT NULL,
    fired_on BIGINT NOT NULL)`;

/** Counts credits against quotas and says which warehouses must stop. What fired is kept across restarts. */
export class Monitors {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #fired = new Map<string, Fired>();

  constructor(parts: {
    catalog: Catalog;
    clock: Clock;
    ledger: Ledger;
    pool: ConnectionPool;
    tracker: WorkTracker;
  }) {
    this.#catalog = parts.catalog;
    this.#clock = parts.clock;
    this.#ledger = parts.ledger;
    this.#pool = parts.pool;
    this.#tracker = parts.tracker;
  }

  async load(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(TABLE);
      const reader = await connection.runAndReadAll(
        "SELECT monitor_id, window_start, percent, action, fired_on FROM sys.monitor_event",
      );
      for (const [monitorId, windowStart, percent, action, firedOn] of reader.getRows())
        this.#remember({
          monitorId: Number(monitorId),
          windowStart: Number(windowStart),
          percent: Number(percent),
          action: String(action) as MonitorAction,
          firedOn: Number(firedOn),
        });
    });
  }

  usage(monitorId: number): { usedCredits: number; windowStart: number } {
    const monitor = this.#catalog.getAs("RESOURCE_MONITOR", monitorId);
    if (!monitor) return { usedCredits: 0, windowStart: 0 };
    const now = this.#clock.now();
    const { start, end } = quotaWindow(monitor.props, now);
    const usedCredits = this.#ledger.credits(this.#warehousesOf(monitor), start, end, now);
    return { usedCredits, windowStart: start };
  }

  /** The monitor whose suspend trigger is reached and that holds this warehouse, if any. */
  blocking(warehouseId: number): Monitor | undefined {
    return this.of(warehouseId).find((monitor) => {
      const { suspendAt, suspendImmediateAt } = monitor.props;
      const least = Math.min(
        suspendAt ?? Number.POSITIVE_INFINITY,
        suspendImmediateAt ?? Number.POSITIVE_INFINITY,
      );
      return this.#percent(monitor) >= least;
    });
  }

  /** Monitors that count the warehouse: its own and the account's. */
  of(warehouseId: number): Monitor[] {
    const own = this.#catalog.getAs("WAREHOUSE", warehouseId)?.props.resourceMonitorId ?? null;
    const account = this.#accountMonitor();
    return [own, account]
      .map((id) => (id === null ? undefined : this.#catalog.getAs("RESOURCE_MONITOR", id)))
      .filter((monitor): monitor is Monitor => monitor !== undefined && monitor.droppedOn === null);
  }

  /**
   * Fires what is due for the monitors of these warehouses. Returns the warehouses to suspend, and those among them
   * whose statements are cancelled.
   */
  check(runningWarehouses: number[]): { suspend: Set<number>; immediately: Set<number> } {
    const suspend = new Set<number>();
    const immediately = new Set<number>();
    for (const warehouseId of runningWarehouses)
      for (const monitor of this.of(warehouseId)) {
        const percent = this.#percent(monitor);
        const { notifyAt, suspendAt, suspendImmediateAt } = monitor.props;
        for (const at of notifyAt) if (percent >= at) this.#fire(monitor, at, "NOTIFY");
        if (suspendAt !== null && percent >= suspendAt) {
          this.#fire(monitor, suspendAt, "SUSPEND");
          suspend.add(warehouseId);
        }
        if (suspendImmediateAt !== null && percent >= suspendImmediateAt) {
          this.#fire(monitor, suspendImmediateAt, "SUSPEND_IMMEDIATE");
          suspend.add(warehouseId);
          immediately.add(warehouseId);
        }
      }
    return { suspend, immediately };
  }

  /** Every trigger that fired, oldest first. */
  events(): Fired[] {
    return [...this.#fired.values()];
  }

  #percent(monitor: Monitor): number {
    const { creditQuota, startTimestamp, endTimestamp } = monitor.props;
    const now = this.#clock.now();
    if (creditQuota === null || creditQuota <= 0) return 0;
    if (startTimestamp !== null && now < startTimestamp) return 0;
    // Source: CREATE RESOURCE MONITOR: at END_TIMESTAMP the assigned warehouses are suspended.
    if (endTimestamp !== null && now >= endTimestamp) return Number.POSITIVE_INFINITY;
    return (this.usage(monitor.id).usedCredits / creditQuota) * 100;
  }

  #accountMonitor(): number | null {
    return this.#catalog.find("ACCOUNT_SETTINGS", ACCOUNT_ID, "ACCOUNT")?.props.resourceMonitorId ?? null;
  }

  #warehousesOf(monitor: Monitor): number[] {
    const isAccount = this.#accountMonitor() === monitor.id;
    return this.#catalog
      .listAll("WAREHOUSE")
      .filter((warehouse) => isAccount || warehouse.props.resourceMonitorId === monitor.id)
      .map((warehouse) => warehouse.id);
  }

  #fire(monitor: Monitor, percent: number, action: MonitorAction): void {
    const now = this.#clock.now();
    const { start } = quotaWindow(monitor.props, now);
    const fired: Fired = { monitorId: monitor.id, windowStart: start, percent, action, firedOn: now };
    if (!this.#remember(fired)) return;
    void this.#tracker
      .track(
        this.#pool.use(async (connection) => {
          await connection.run(
            `INSERT INTO sys.monitor_event VALUES (${fired.monitorId}, ${start}, ${percent}, '${action}', ${now})`,
          );
        }),
      )
      .catch(() => {});
  }

  #remember(fired: Fired): boolean {
    const key = `${fired.monitorId}/${fired.windowStart}/${fired.percent}/${fired.action}`;
    if (this.#fired.has(key)) return false;
    this.#fired.set(key, fired);
    return true;
  }
}
