import type { DuckDBConnection } from "@duckdb/node-api";
import type { ConnectionPool } from "../session/connections.ts";
import type { WorkTracker } from "../work-tracker.ts";

/** Milliseconds that every resume of a cluster costs at least. */
export const MINIMUM_MS = 60_000;
const HOUR_MS = 3_600_000;

/** One cluster running at one rate. Times in milliseconds; `endedOn` null while it runs. */
export interface Interval {
  id: number;
  warehouseId: number;
  cluster: number;
  creditsPerHour: number;
  startedOn: number;
  endedOn: number | null;
  /** Billed at least to here (a resume's minute). */
  minimumUntil: number;
}

export interface ServerlessUse {
  service: "SERVERLESS_TASK" | "PIPE" | "SNOWPIPE_STREAMING" | "MATERIALIZED_VIEW";
  objectId: number;
  startedOn: number;
  endedOn: number;
  credits: number;
  bytes: number;
  files: number;
  rows: number;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS sys.metering_interval (
    id BIGINT NOT NULL, warehouse_id BIGINT NOT NULL, cluster INTEGER NOT NULL, credits_per_hour DOUBLE NOT NULL,
    started_on BIGINT NOT NULL, ended_on BIGINT, minimum_until BIGINT NOT NULL, last_seen BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.serverless_use (
    service VARCHAR NOT NULL, object_id BIGINT NOT NULL, started_on BIGINT NOT NULL, ended_on BIGINT NOT NULL,
    credits DOUBLE NOT NULL, bytes BIGINT NOT NULL, files BIGINT NOT NULL, row_count BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS sys.cloud_services (
    warehouse_id BIGINT NOT NULL, hour BIGINT NOT NULL, credits DOUBLE NOT NULL);
`;

/** When billing of the interval stops, seen at `now`: the minute's minimum counts from the start. */
export const billedEnd = (interval: Interval, now: number): number =>
  Math.max(interval.endedOn ?? now, interval.minimumUntil);

/** Credits of the interval within [from, to), billed per second. */
export function creditsWithin(interval: Interval, from: number, to: number, now: number): number {
  const start = Math.max(interval.startedOn, from);
  const end = Math.min(billedEnd(interval, now), to);
  return end <= start ? 0 : (interval.creditsPerHour * Math.ceil((end - start) / 1000)) / 3600;
}

/**
 * What ran, for how long, at which rate. An interval is on disk before its first statement runs, and carries the
 * time it was last seen alive: after a kill it ends there, so that it is neither lost nor counted twice.
 */
export class Ledger {
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #intervals = new Map<number, Interval[]>();
  readonly #open = new Map<number, Interval>();
  readonly #serverless: ServerlessUse[] = [];
  #cloud = new Map<string, { warehouseId: number; hour: number; credits: number }>();
  #nextId = 1;
  #writes: Promise<unknown> = Promise.resolve();
  #lastSeen = 0;

  constructor(pool: ConnectionPool, tracker: WorkTracker) {
    this.#pool = pool;
    this.#tracker = tracker;
  }

  async load(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(TABLES);
      // Killed while running: it ran until it was last seen.
      await connection.run("UPDATE sys.metering_interval SET ended_on = last_seen WHERE ended_on IS NULL");
      const reader = await connection.runAndReadAll(
        "SELECT id, warehouse_id, cluster, credits_per_hour, started_on, ended_on, minimum_until FROM sys.metering_interval ORDER BY id",
      );
      for (const row of reader.getRows()) {
        const [id, warehouseId, cluster, creditsPerHour, startedOn, endedOn, minimumUntil] = row.map(Number);
        this.#remember({
          id: id!,
          warehouseId: warehouseId!,
          cluster: cluster!,
          creditsPerHour: creditsPerHour!,
          startedOn: startedOn!,
          endedOn: endedOn!,
          minimumUntil: minimumUntil!,
        });
      }
      const uses = await connection.runAndReadAll(
        "SELECT * FROM (SELECT * FROM sys.serverless_use ORDER BY started_on DESC LIMIT 20000) ORDER BY started_on",
      );
      for (const [service, objectId, startedOn, endedOn, credits, bytes, files, rows] of uses.getRows())
        this.#serverless.push({
          service: String(service) as ServerlessUse["service"],
          objectId: Number(objectId),
          startedOn: Number(startedOn),
          endedOn: Number(endedOn),
          credits: Number(credits),
          bytes: Number(bytes),
          files: Number(files),
          rows: Number(rows),
        });
    });
  }

  /** Opens an interval; resolves when it is on disk. */
  async open(
    warehouseId: number,
    cluster: number,
    creditsPerHour: number,
    startedOn: number,
    minimumUntil: number,
  ): Promise<Interval> {
    const interval: Interval = {
      id: this.#nextId,
      warehouseId,
      cluster,
      creditsPerHour,
      startedOn,
      endedOn: null,
      minimumUntil,
    };
    this.#remember(interval);
    this.#open.set(interval.id, interval);
    await this.#write(
      `INSERT INTO sys.metering_interval VALUES (${interval.id}, ${warehouseId}, ${cluster}, ${creditsPerHour}, ${startedOn}, NULL, ${minimumUntil}, ${startedOn})`,
    );
    return interval;
  }

  close(interval: Interval, endedOn: number): Promise<void> {
    interval.endedOn = endedOn;
    this.#open.delete(interval.id);
    return this.#write(
      `UPDATE sys.metering_interval SET ended_on = ${endedOn}, last_seen = ${endedOn} WHERE id = ${interval.id}`,
    );
  }

  /** Marks open intervals as alive. Called every few seconds of real time. */
  async beat(now: number): Promise<void> {
    if (now === this.#lastSeen) return;
    this.#lastSeen = now;
    if (this.#open.size > 0)
      await this.#write(
        `UPDATE sys.metering_interval SET last_seen = ${now} WHERE id IN (${[...this.#open.keys()].join(",")})`,
      );
    const cloud = [...this.#cloud.values()];
    this.#cloud = new Map();
    if (cloud.length > 0)
      await this.#write(
        `INSERT INTO sys.cloud_services VALUES ${cloud.map((c) => `(${c.warehouseId}, ${c.hour}, ${c.credits})`).join(",")}`,
      );
  }

  /** Credits of warehouses within [from, to), what runs now included. */
  credits(warehouseIds: Iterable<number>, from: number, to: number, now: number): number {
    let sum = 0;
    for (const id of warehouseIds)
      for (const interval of this.#intervals.get(id) ?? []) sum += creditsWithin(interval, from, to, now);
    return sum;
  }

  /** Credits by warehouse and hour (its start), oldest first; hours without use are left out. */
  hourly(from: number, to: number, now: number): { warehouseId: number; hour: number; credits: number }[] {
    const sums = new Map<string, { warehouseId: number; hour: number; credits: number }>();
    for (const intervals of this.#intervals.values())
      for (const interval of intervals) {
        const end = Math.min(billedEnd(interval, now), to);
        const first = Math.floor(Math.max(interval.startedOn, from) / HOUR_MS) * HOUR_MS;
        for (let hour = first; hour < end; hour += HOUR_MS) {
          const credits = creditsWithin(interval, Math.max(hour, from), Math.min(hour + HOUR_MS, to), now);
          if (credits === 0) continue;
          const key = `${interval.warehouseId}/${hour}`;
          const sum = sums.get(key) ?? { warehouseId: interval.warehouseId, hour, credits: 0 };
          sum.credits += credits;
          sums.set(key, sum);
        }
      }
    return [...sums.values()].sort((a, b) => a.hour - b.hour || a.warehouseId - b.warehouseId);
  }

  /** Every interval, oldest first. */
  intervals(): Interval[] {
    return [...this.#intervals.values()].flat().sort((a, b) => a.id - b.id);
  }

  /** Cloud services of one statement; warehouseId 0 when it ran on none. Written with the next beat. */
  addCloudServices(warehouseId: number, now: number, credits: number): void {
    const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
    const key = `${warehouseId}/${hour}`;
    const sum = this.#cloud.get(key) ?? { warehouseId, hour, credits: 0 };
    sum.credits += credits;
    this.#cloud.set(key, sum);
  }

  /** The last uses, oldest first; one whose transaction failed after it was noted is here until the account restarts. */
  serverless(): readonly ServerlessUse[] {
    return this.#serverless;
  }

  /** Records serverless use within the caller's transaction, so that it commits with the work it bills. */
  async addServerless(connection: DuckDBConnection, use: ServerlessUse): Promise<void> {
    await connection.run(
      `INSERT INTO sys.serverless_use VALUES ('${use.service}', ${use.objectId}, ${use.startedOn}, ${use.endedOn}, ${use.credits}, ${use.bytes}, ${use.files}, ${use.rows})`,
    );
    this.#serverless.push(use);
    if (this.#serverless.length > 22_000) this.#serverless.splice(0, 2000);
  }

  /** Waits for all writes. */
  async flush(): Promise<void> {
    await this.#writes;
  }

  #remember(interval: Interval): void {
    const known = this.#intervals.get(interval.warehouseId);
    if (known) known.push(interval);
    else this.#intervals.set(interval.warehouseId, [interval]);
    this.#nextId = Math.max(this.#nextId, interval.id + 1);
  }

  #write(sql: string): Promise<void> {
    const write = this.#writes
      .catch(() => {})
      .then(() =>
        this.#pool.use(async (connection) => {
          await connection.run(sql);
        }),
      );
    this.#writes = write;
    return this.#tracker.track(write);
  }
}
