import type { CatalogObject } from "../catalog/model.ts";
import type { Ledger } from "../compute/ledger.ts";
import { SERVERLESS } from "../compute/rates.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services } from "../session/context.ts";
import type { Engine } from "../session/engine.ts";
import type { Executor } from "../session/executor.ts";
import { toSnowflakeError } from "../session/failures.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { WorkTracker } from "../work-tracker.ts";

type View = CatalogObject<"MATERIALIZED_VIEW">;

/** Which version of the table the rows of one version of the view are of. */
interface Filled {
  viewId: number;
  version: number;
  sourceVersion: number;
  on: number;
}

/** How long changes of a table gather before its views are maintained. */
const DELAY_MS = 10_000;
/** Versions of a view whose origin is remembered: a statement may still read an earlier one. */
const KEPT = 20;

const TABLE = `
  CREATE TABLE IF NOT EXISTS sys.materialized_view (
    view_id BIGINT PRIMARY KEY, version BIGINT NOT NULL, source_version BIGINT NOT NULL, filled_on BIGINT NOT NULL);
`;

/**
 * Keeps materialized views up with their tables, as Snowflake's own work: no warehouse, billed per second. Meanwhile a
 * view is read through its query, so that it is always current.
 */
export class MaterializedViews {
  readonly #services: Services;
  readonly #sessions: SessionManager;
  readonly #executor: Executor;
  readonly #engine: Engine;
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #ledger: Ledger;
  readonly #filled = new Map<number, Filled[]>();
  readonly #waiting = new Map<number, () => void>();
  #bySource: Map<number, number[]> | null = null;
  #closing = false;

  constructor(parts: {
    services: Services;
    sessions: SessionManager;
    executor: Executor;
    engine: Engine;
    pool: ConnectionPool;
    tracker: WorkTracker;
    ledger: Ledger;
  }) {
    this.#services = parts.services;
    this.#sessions = parts.sessions;
    this.#executor = parts.executor;
    this.#engine = parts.engine;
    this.#pool = parts.pool;
    this.#tracker = parts.tracker;
    this.#ledger = parts.ledger;
  }

  async start(): Promise<void> {
    await this.#pool.use(async (connection) => {
      await connection.run(TABLE);
      const reader = await connection.runAndReadAll(
        "SELECT view_id, version, source_version, filled_on FROM sys.materialized_view",
      );
      for (const row of reader.getRows()) {
        const [viewId, version, sourceVersion, on] = row.map(Number) as [number, number, number, number];
        this.#filled.set(viewId, [{ viewId, version, sourceVersion, on }]);
      }
    });
    const { catalog, versions } = this.#services;
    catalog.onChange((changed) => {
      const views = changed.filter((object) => object.kind === "MATERIALIZED_VIEW");
      if (views.length === 0) return;
      this.#bySource = null;
      for (const view of views) this.#later(view.id);
    });
    versions.onCommit((tableIds) => {
      for (const id of tableIds) for (const viewId of this.#viewsOf(id)) this.#later(viewId);
    });
    for (const view of catalog.listAll("MATERIALIZED_VIEW")) this.#later(view.id);
  }

  close(): void {
    this.#closing = true;
    for (const cancel of this.#waiting.values()) cancel();
  }

  /** Version of the table that the view's rows of that version are of; undefined when it is not known. */
  sourceVersion(viewId: number, version: number): number | undefined {
    return this.#filled.get(viewId)?.find((filled) => filled.version === version)?.sourceVersion;
  }

  /** When the view was last filled (ms), and up to which version of its table. */
  lastFilled(viewId: number): { on: number; sourceVersion: number } | undefined {
    return this.#filled.get(viewId)?.at(-1);
  }

  /** Fills the view within the transaction. */
  async fill(
    context: Parameters<Engine["storeQuery"]>[0],
    transaction: Transaction,
    view: View,
  ): Promise<void> {
    const sourceVersion = transaction.readVersion(view.props.sourceId);
    await this.#engine.storeQuery(context, transaction, view, (id) => transaction.readVersion(id));
    const filled: Filled = {
      viewId: view.id,
      version: transaction.readVersion(view.id),
      sourceVersion,
      on: this.#services.clock.now(),
    };
    await transaction.connection.run(
      `INSERT OR REPLACE INTO sys.materialized_view VALUES (${view.id}, ${filled.version}, ${sourceVersion}, ${filled.on})`,
    );
    transaction.onCommit(() => {
      this.#filled.set(view.id, [...(this.#filled.get(view.id) ?? []), filled].slice(-KEPT));
    });
  }

  #viewsOf(tableId: number): readonly number[] {
    if (!this.#bySource) {
      this.#bySource = new Map();
      for (const { id, props } of this.#services.catalog.listAll("MATERIALIZED_VIEW"))
        this.#bySource.set(props.sourceId, [...(this.#bySource.get(props.sourceId) ?? []), id]);
    }
    return this.#bySource.get(tableId) ?? [];
  }

  #later(viewId: number): void {
    if (this.#closing || this.#waiting.has(viewId) || !this.#isBehind(viewId)) return;
    const { clock } = this.#services;
    this.#waiting.set(
      viewId,
      clock.schedule(clock.now() + DELAY_MS, () => {
        this.#waiting.delete(viewId);
        if (!this.#closing && this.#isBehind(viewId))
          void this.#tracker.track(this.#maintain(viewId)).catch(() => {});
      }),
    );
  }

  #isBehind(viewId: number): boolean {
    const { catalog, versions } = this.#services;
    const view = catalog.getAs("MATERIALIZED_VIEW", viewId);
    if (!view || view.droppedOn !== null || view.props.suspended || view.props.invalidReason !== null)
      return false;
    const source = catalog.get(view.props.sourceId);
    if (!source || source.droppedOn !== null) return false;
    return this.lastFilled(viewId)?.sourceVersion !== (versions.snapshot().get(source.id) ?? 0);
  }

  async #maintain(viewId: number): Promise<void> {
    const { catalog, clock } = this.#services;
    const view = catalog.getAs("MATERIALIZED_VIEW", viewId)!;
    const startedOn = clock.now();
    const session = await this.#sessions.openInternal({
      roleId: view.owner,
      warehouseId: null,
      managed: true,
      ...view.props.context,
    });
    try {
      await this.#executor.within(session, view.props.query, (context) =>
        context.inTransaction([view.id], (transaction) => this.fill(context, transaction, view)),
      );
    } catch (thrown) {
      await this.#invalidate(view, toSnowflakeError(thrown).message);
    } finally {
      await this.#sessions.closeInternal(session);
      await this.#bill(viewId, startedOn, clock.now());
    }
  }

  /** Source: "Working with Materialized Views", how materialized views are maintained. */
  async #invalidate(view: View, reason: string): Promise<void> {
    await this.#pool.use((connection) =>
      this.#services.catalog.change(connection, (change) => {
        const { props } = change.latest(view);
        change.update(view, { props: { ...props, invalidReason: reason } });
      }),
    );
  }

  #bill(objectId: number, startedOn: number, endedOn: number): Promise<void> {
    const seconds = Math.max(1, Math.ceil((endedOn - startedOn) / 1000));
    const credits = (SERVERLESS.materializedViewPerHour * seconds) / 3600;
    return this.#pool.use((connection) =>
      this.#ledger.addServerless(connection, {
        service: "MATERIALIZED_VIEW",
        objectId,
        startedOn,
        endedOn,
        credits,
        bytes: 0,
        files: 0,
        rows: 0,
      }),
    );
  }
}
