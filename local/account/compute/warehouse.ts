import type { CatalogObject } from "../catalog/model.ts";
import type { Clock } from "../clock.ts";
import type { SnowflakeError } from "../errors.ts";
import { failures } from "../session/failures.ts";
import { type Interval, type Ledger, MINIMUM_MS } from "./ledger.ts";
import { creditsPerHour } from "./rates.ts";

/** The suspension check, the clusters' check and the monitors' check run this often. */
export const POLL_MS = 30_000;

interface Statement {
  queryId: string;
  abort(reason: SnowflakeError): void;
}

interface Cluster {
  number: number;
  interval: Interval;
  running: Set<Statement>;
}

interface Waiting {
  statement: Statement;
  since: number;
  start(cluster: Cluster): void;
  fail(error: unknown): void;
}

/** Polls in a row that a cluster was not needed before it stops. Source: "Multi-cluster warehouses". */
const STOP_AFTER = { STANDARD: 4, ECONOMY: 12 } as const;

/**
 * One warehouse in operation: clusters with their running statements, the queue, and the bill. All changes of state
 * go through here; an interval is on disk before the first statement runs on it.
 */
export class Warehouse {
  readonly id: number;
  readonly #definition: () => CatalogObject<"WAREHOUSE"> | undefined;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  #state: "STARTED" | "SUSPENDED" | "RESUMING" | "SUSPENDING" = "SUSPENDED";
  #clusters: Cluster[] = [];
  #queue: Waiting[] = [];
  #resuming: Promise<void> | null = null;
  #growing = false;
  #idleSince = 0;
  #spare = 0;
  resumedOn: number | null = null;

  constructor(
    id: number,
    definition: () => CatalogObject<"WAREHOUSE"> | undefined,
    clock: Clock,
    ledger: Ledger,
  ) {
    this.id = id;
    this.#definition = definition;
    this.#clock = clock;
    this.#ledger = ledger;
  }

  get state() {
    return this.#state;
  }

  get running(): number {
    return this.#clusters.reduce((sum, cluster) => sum + cluster.running.size, 0);
  }

  get queued(): number {
    return this.#queue.length;
  }

  get startedClusters(): number {
    return this.#clusters.length;
  }

  #limits() {
    const props = this.#definition()?.props;
    return {
      min: props?.minClusterCount ?? 1,
      max: props?.maxClusterCount ?? 1,
      policy: props?.scalingPolicy ?? "STANDARD",
      perCluster: Number(props?.parameters?.["MAX_CONCURRENCY_LEVEL"] ?? 8),
      autoSuspend: props?.autoSuspend ?? null,
      rate: props ? creditsPerHour(props) : 1,
    };
  }

  resume(): Promise<void> {
    if (this.#state === "STARTED") return Promise.resolve();
    this.#resuming ??= this.#resume().finally(() => {
      this.#resuming = null;
    });
    return this.#resuming;
  }

  async #resume(): Promise<void> {
    if (this.#state === "SUSPENDING") {
      this.#state = "STARTED";
      return;
    }
    this.#state = "RESUMING";
    const { min } = this.#limits();
    const now = this.#clock.now();
    for (let number = 1; number <= min; number++) await this.#startCluster(number);
    this.resumedOn = now;
    this.#idleSince = now;
    this.#spare = 0;
    this.#state = "STARTED";
    this.#drain();
  }

  async #startCluster(number: number): Promise<void> {
    const now = this.#clock.now();
    const interval = await this.#ledger.open(this.id, number, this.#limits().rate, now, now + MINIMUM_MS);
    this.#clusters.push({ number, interval, running: new Set() });
  }

  /** A place on the warehouse, which runs. `signal` and the queue's timeout end the wait. */
  async enter(
    statement: Statement,
    queuedTimeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<{ release(): void; queuedMs: number }> {
    const since = this.#clock.now();
    const cluster = this.#free() ?? (await this.#wait(statement, queuedTimeoutSeconds, signal, since));
    cluster.running.add(statement);
    let released = false;
    return {
      queuedMs: this.#clock.now() - since,
      release: () => {
        if (released) return;
        released = true;
        cluster.running.delete(statement);
        if (this.running === 0) this.#idleSince = this.#clock.now();
        this.#drain();
        if (this.#state === "SUSPENDING" && this.running === 0) void this.#stop();
      },
    };
  }

  #free(): Cluster | undefined {
    if (this.#state !== "STARTED") return undefined;
    const { perCluster } = this.#limits();
    return this.#clusters.find((cluster) => cluster.running.size < perCluster);
  }

  #wait(
    statement: Statement,
    queuedTimeoutSeconds: number,
    signal: AbortSignal,
    since: number,
  ): Promise<Cluster> {
    return new Promise((resolve, reject) => {
      let cancelTimer = () => {};
      const leave = () => {
        cancelTimer();
        signal.removeEventListener("abort", aborted);
        const at = this.#queue.indexOf(waiting);
        if (at >= 0) this.#queue.splice(at, 1);
      };
      const waiting: Waiting = {
        statement,
        since,
        start: (cluster) => {
          leave();
          resolve(cluster);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const aborted = () => waiting.fail(signal.reason);
      signal.addEventListener("abort", aborted, { once: true });
      if (queuedTimeoutSeconds > 0)
        cancelTimer = this.#clock.schedule(since + queuedTimeoutSeconds * 1000, () =>
          waiting.fail(failures.queuedTimeout(queuedTimeoutSeconds)),
        );
      this.#queue.push(waiting);
      this.#grow();
    });
  }

  #drain(): void {
    while (this.#queue.length > 0) {
      const cluster = this.#free();
      if (!cluster) {
        this.#grow();
        return;
      }
      const next = this.#queue[0]!;
      // Counted at once, so that the next one in the queue sees the place taken.
      cluster.running.add(next.statement);
      next.start(cluster);
    }
  }

  /** STANDARD starts a cluster as soon as a statement queues; ECONOMY when the queue would fill most of one. */
  #grow(): void {
    const { max, policy, perCluster } = this.#limits();
    if (this.#state !== "STARTED" || this.#growing || this.#clusters.length >= max) return;
    if (this.#queue.length === 0) return;
    if (policy === "ECONOMY" && this.#queue.length < perCluster) return;
    this.#growing = true;
    void this.#startCluster(this.#clusters.length + 1)
      .catch(() => {})
      .finally(() => {
        this.#growing = false;
        this.#drain();
      });
  }

  /** Lets running statements end, then stops; new ones wait for a resume. */
  async suspend(): Promise<void> {
    if (this.#resuming) await this.#resuming;
    if (this.#state !== "STARTED") return;
    if (this.running > 0) this.#state = "SUSPENDING";
    else await this.#stop();
  }

  abortAll(reason: SnowflakeError): void {
    for (const waiting of [...this.#queue]) waiting.fail(reason);
    for (const cluster of this.#clusters) for (const statement of cluster.running) statement.abort(reason);
  }

  async #stop(): Promise<void> {
    this.#state = "SUSPENDED";
    const now = this.#clock.now();
    const clusters = this.#clusters;
    this.#clusters = [];
    await Promise.all(clusters.map((cluster) => this.#ledger.close(cluster.interval, now)));
  }

  /** The definition changed: another rate starts a new interval, other cluster counts start or stop clusters. */
  async reconcile(): Promise<void> {
    const definition = this.#definition();
    if (this.#state !== "STARTED") return;
    if (!definition || definition.droppedOn !== null) return this.suspend();
    const { min, max, rate } = this.#limits();
    const now = this.#clock.now();
    for (const cluster of this.#clusters) {
      if (cluster.interval.creditsPerHour === rate) continue;
      const old = cluster.interval;
      // Compute that was added costs a minute at least; what was there before has paid its own.
      const minimumUntil = rate > old.creditsPerHour ? now + MINIMUM_MS : old.minimumUntil;
      await this.#ledger.close({ ...old, minimumUntil: now }, now);
      old.endedOn = now;
      old.minimumUntil = now;
      cluster.interval = await this.#ledger.open(this.id, cluster.number, rate, now, minimumUntil);
    }
    while (this.#clusters.length < min) await this.#startCluster(this.#clusters.length + 1);
    while (this.#clusters.length > max) if (!(await this.#stopLast(now))) break;
    this.#drain();
  }

  async #stopLast(now: number): Promise<boolean> {
    const last = this.#clusters.at(-1);
    if (!last || last.running.size > 0) return false;
    this.#clusters.pop();
    await this.#ledger.close(last.interval, now);
    return true;
  }

  /** The regular check: stops clusters that are not needed, and the warehouse when it was idle long enough. */
  async poll(now: number): Promise<void> {
    if (this.#state !== "STARTED") return;
    const { min, policy, perCluster, autoSuspend } = this.#limits();
    if (this.#clusters.length > min) {
      const needed = this.running > (this.#clusters.length - 1) * perCluster;
      this.#spare = needed || this.#queue.length > 0 ? 0 : this.#spare + 1;
      if (this.#spare >= STOP_AFTER[policy] && (await this.#stopLast(now))) this.#spare = 0;
    }
    if (autoSuspend === null || this.running > 0 || this.#queue.length > 0) return;
    if (now - this.#idleSince >= autoSuspend * 1000) await this.#stop();
  }
}
