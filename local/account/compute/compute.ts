import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../clock.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Runtime } from "../session/context.ts";
import { failures } from "../session/failures.ts";
import type { Admission } from "../session/statement.ts";
import type { WorkTracker } from "../work-tracker.ts";
import { Ledger } from "./ledger.ts";
import { Monitors } from "./monitors.ts";
import { POLL_MS, Warehouse } from "./warehouse.ts";

/** All warehouses of the account: admission of statements, the regular check, quotas, the ledger. */
export class Compute implements Admission {
  readonly ledger: Ledger;
  readonly monitors: Monitors;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #tracker: WorkTracker;
  readonly #warehouses = new Map<number, Warehouse>();
  #cancelPoll: (() => void) | null = null;
  #beat: NodeJS.Timeout | undefined;

  constructor(parts: { catalog: Catalog; clock: Clock; pool: ConnectionPool; tracker: WorkTracker }) {
    this.#catalog = parts.catalog;
    this.#clock = parts.clock;
    this.#tracker = parts.tracker;
    this.ledger = new Ledger(parts.pool, parts.tracker);
    this.monitors = new Monitors({ ...parts, ledger: this.ledger });
  }

  /** Reads the ledger and starts the heartbeat, which goes by real time whatever the clock. */
  async start(): Promise<void> {
    await this.ledger.load();
    await this.monitors.load();
    this.#catalog.onChange((changed) => {
      for (const object of changed)
        if (object.kind === "WAREHOUSE") this.#background(this.#warehouses.get(object.id)?.reconcile());
    });
    this.#beat = setInterval(() => this.#background(this.ledger.beat(this.#clock.now())), 2000);
    this.#beat.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#cancelPoll?.();
    for (const warehouse of this.#warehouses.values()) {
      warehouse.abortAll(failures.cancelled());
      await warehouse.suspend();
    }
    await this.ledger.beat(this.#clock.now());
    await this.ledger.flush();
  }

  async admit(
    warehouseId: number,
    statement: { queryId: string; queuedTimeoutSeconds: number; abort(reason: SnowflakeError): void },
    signal: AbortSignal,
  ): Promise<{ release(): void; queuedMs: number }> {
    const definition = this.#catalog.getAs("WAREHOUSE", warehouseId);
    if (!definition || definition.droppedOn !== null) throw errors.noActiveWarehouse();
    const warehouse = this.#warehouse(warehouseId);
    if (warehouse.state !== "STARTED") {
      if (!definition.props.autoResume && warehouse.state !== "RESUMING")
        throw errors.warehouseSuspended(definition.name);
      await this.resume(warehouseId);
    } else this.#refuseOverQuota(warehouseId);
    const own = Number(definition.props.parameters?.["STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"] ?? 0);
    const limits = [own, statement.queuedTimeoutSeconds].filter((seconds) => seconds > 0);
    return warehouse.enter(statement, limits.length > 0 ? Math.min(...limits) : 0, signal);
  }

  async resume(warehouseId: number): Promise<void> {
    this.#refuseOverQuota(warehouseId);
    await this.#warehouse(warehouseId).resume();
    this.#schedulePoll();
  }

  async suspend(warehouseId: number): Promise<void> {
    await this.#warehouse(warehouseId).suspend();
  }

  state(warehouseId: number): ReturnType<Runtime["compute"]["state"]> {
    const { state, running, queued, startedClusters, resumedOn } = this.#warehouse(warehouseId);
    return { state, running, queued, startedClusters, resumedOn };
  }

  monitorUsage(monitorId: number): { usedCredits: number; windowStart: number } {
    return this.monitors.usage(monitorId);
  }

  async abortAll(warehouseId: number): Promise<void> {
    this.#warehouse(warehouseId).abortAll(failures.cancelled());
  }

  #refuseOverQuota(warehouseId: number): void {
    const monitor = this.monitors.blocking(warehouseId);
    if (monitor) throw errors.warehouseOverQuota(this.#catalog.get(warehouseId)?.name ?? "", monitor.name);
  }

  #warehouse(id: number): Warehouse {
    let warehouse = this.#warehouses.get(id);
    if (!warehouse) {
      warehouse = new Warehouse(id, () => this.#catalog.getAs("WAREHOUSE", id), this.#clock, this.ledger);
      this.#warehouses.set(id, warehouse);
    }
    return warehouse;
  }

  /** One check for all warehouses, every 30 seconds while any runs. */
  #schedulePoll(): void {
    this.#cancelPoll ??= this.#clock.schedule(this.#clock.now() + POLL_MS, () => {
      this.#cancelPoll = null;
      this.#background(this.#poll());
    });
  }

  async #poll(): Promise<void> {
    const now = this.#clock.now();
    const running = [...this.#warehouses.values()].filter((warehouse) => warehouse.state !== "SUSPENDED");
    const { suspend, immediately } = this.monitors.check(running.map((warehouse) => warehouse.id));
    for (const warehouse of running) {
      if (suspend.has(warehouse.id)) await warehouse.suspend();
      if (immediately.has(warehouse.id)) warehouse.abortAll(suspendedByMonitor());
      await warehouse.poll(now);
    }
    if (running.some((warehouse) => warehouse.state !== "SUSPENDED")) this.#schedulePoll();
  }

  #background(work: Promise<unknown> | undefined): void {
    if (work) this.#tracker.track(work).catch(() => {});
  }
}

const suspendedByMonitor = () =>
  new SnowflakeError(
    "000604",
    "57014",
    "SQL execution canceled: its warehouse was suspended immediately by a resource monitor.",
  );
