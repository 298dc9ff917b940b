import { fullName, hasPrivilege } from "../access/index.ts";
import type { SuspensionReason } from "../catalog/derived-props.ts";
import { type CatalogObject, UNFINISHED } from "../catalog/model.ts";
import { SnowflakeError } from "../errors.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services, StatementContext } from "../session/context.ts";
import type { Engine } from "../session/engine.ts";
import type { Executor } from "../session/executor.ts";
import { toSnowflakeError } from "../session/failures.ts";
import type { SessionManager } from "../session/manager.ts";
import { statusOutcome } from "../session/outcome.ts";
import { newQueryId } from "../session/query-id.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { WorkTracker } from "../work-tracker.ts";
import { type Refresh, RefreshLog, type RefreshState, type RefreshTrigger } from "./refresh-log.ts";
import { dueAt, nextRefresh } from "./refresh-period.ts";

type DynamicTable = CatalogObject<"DYNAMIC_TABLE">;

/** Refreshes that belong together: the same data timestamp, each table once, those that are read first. */
interface Batch {
  dataTimestamp: number;
  trigger: RefreshTrigger;
  /** Versions of the base tables at the data timestamp. */
  bases: ReadonlyMap<number, number>;
  /** Versions of dynamic tables that the batch has refreshed. */
  versions: Map<number, number>;
  endings: Map<number, Promise<SnowflakeError | null>>;
}

interface Inputs {
  generation: number;
  objects: number[];
  volatile: boolean;
}

/** Source: "Manage dynamic tables", automatic suspension. */
const MOST_FAILURES = 5;

/** Refreshes dynamic tables: by their lag, with those that read them, by ALTER … REFRESH and at their creation. */
export class DynamicTables {
  readonly log: RefreshLog;
  readonly #services: Services;
  readonly #sessions: SessionManager;
  readonly #executor: Executor;
  readonly #engine: Engine;
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #inputs = new Map<number, Inputs>();
  readonly #running = new Map<number, Promise<SnowflakeError | null>>();
  #cancelTimer: (() => void) | null = null;
  #closing = false;

  constructor(parts: {
    services: Services;
    sessions: SessionManager;
    executor: Executor;
    engine: Engine;
    pool: ConnectionPool;
    tracker: WorkTracker;
  }) {
    this.#services = parts.services;
    this.#sessions = parts.sessions;
    this.#executor = parts.executor;
    this.#engine = parts.engine;
    this.#pool = parts.pool;
    this.#tracker = parts.tracker;
    this.log = new RefreshLog(parts.pool, parts.tracker);
  }

  async start(): Promise<void> {
    await this.log.load();
    this.#services.catalog.onChange((changed) => {
      if (changed.some((object) => object.kind === "DYNAMIC_TABLE")) this.#arm();
    });
    this.#arm();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#cancelTimer?.();
    await this.log.flush();
  }

  /** ALTER … REFRESH and INITIALIZE = ON_CREATE. Source: "ALTER DYNAMIC TABLE", REFRESH. */
  async refresh(tableIds: readonly number[], trigger: "MANUAL" | "CREATION"): Promise<void> {
    const batch = this.#newBatch(this.#services.clock.now(), trigger);
    const ended = await Promise.all(tableIds.map((id) => this.#run(id, batch, [])));
    const failed = ended.find((error) => error !== null);
    if (failed) throw failed;
  }

  dataTimestamp(tableId: number): number | null {
    return this.log.state(tableId)?.dataTimestamp ?? null;
  }

  /** What the table's query reads; nothing when it does not compile any more. */
  async inputs(tableId: number): Promise<number[]> {
    const table = this.#services.catalog.getAs("DYNAMIC_TABLE", tableId);
    if (!table) return [];
    return (await this.#inputsOf(table).catch(() => null))?.objects ?? [];
  }

  /** Dynamic tables that the table reads, those that they read included. Throws when its query does not compile. */
  async upstream(tableId: number): Promise<number[]> {
    const found = new Set<number>();
    const visit = async (id: number) => {
      for (const next of await this.#readBy(id)) {
        if (found.has(next)) continue;
        found.add(next);
        await visit(next);
      }
    };
    await visit(tableId);
    return [...found];
  }

  /** Dynamic tables that read the table, directly or not. */
  async downstream(tableId: number): Promise<number[]> {
    const readers = new Map<number, number[]>();
    for (const { id } of this.#tables())
      for (const read of await this.#readBy(id).catch(() => []))
        readers.set(read, [...(readers.get(read) ?? []), id]);
    const found = new Set<number>();
    const open = [tableId];
    for (let id = open.pop(); id !== undefined; id = open.pop())
      for (const reader of readers.get(id) ?? [])
        if (!found.has(reader)) {
          found.add(reader);
          open.push(reader);
        }
    return [...found];
  }

  #tables(): DynamicTable[] {
    return this.#services.catalog.listAll("DYNAMIC_TABLE").filter(({ name }) => !name.startsWith(UNFINISHED));
  }

  #scheduled() {
    return this.#tables()
      .filter(({ props }) => props.suspended === null)
      .map(({ id, props }) => ({ id, lagSeconds: props.targetLag.seconds }));
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const { clock } = this.#services;
    const at = this.#closing ? null : nextRefresh(this.#scheduled(), clock.now());
    if (at === null) return;
    this.#cancelTimer = clock.schedule(at, () => {
      const due = dueAt(this.#scheduled(), at);
      this.#arm();
      const batch = this.#newBatch(at, "SCHEDULED");
      const work = Promise.all(due.map((id) => this.#run(id, batch, [])));
      void this.#tracker.track(work).catch(() => {});
    });
  }

  #newBatch(dataTimestamp: number, trigger: RefreshTrigger): Batch {
    return {
      dataTimestamp,
      trigger,
      bases: this.#services.versions.snapshot(),
      versions: new Map(),
      endings: new Map(),
    };
  }

  /** The table's turn in the batch; null when it went well. Never rejects. */
  #run(tableId: number, batch: Batch, path: readonly number[]): Promise<SnowflakeError | null> {
    if (path.includes(tableId))
      return Promise.resolve(
        new SnowflakeError("002767", "42601", "Dynamic tables read each other in a circle."),
      );
    let ending = batch.endings.get(tableId);
    if (!ending) {
      ending = this.#attempt(tableId, batch, [...path, tableId]).catch(toSnowflakeError);
      batch.endings.set(tableId, ending);
    }
    return ending;
  }

  async #attempt(tableId: number, batch: Batch, path: readonly number[]): Promise<SnowflakeError | null> {
    const { catalog } = this.#services;
    const table = catalog.getAs("DYNAMIC_TABLE", tableId);
    if (!table || table.droppedOn !== null) return null;
    let inputs: Inputs;
    try {
      inputs = await this.#inputsOf(table);
    } catch (error) {
      return this.#fail(this.#newRefresh(table, batch), "FAILED", toSnowflakeError(error));
    }
    const read = inputs.objects.filter((id) => catalog.get(id)?.kind === "DYNAMIC_TABLE");
    const endings = await Promise.all(read.map((id) => this.#run(id, batch, path)));
    const failed = read
      .filter((_, i) => endings[i] !== null)
      .map((id) => fullName(this.#context, catalog.get(id)!));
    if (failed.length > 0) {
      const text =
        batch.trigger === "SCHEDULED"
          ? `Some inputs failed to refresh: [${failed.join(", ")}].`
          : "Manual refresh failed because an upstream dynamic table failed to refresh.";
      return this.#fail(
        this.#newRefresh(table, batch),
        "UPSTREAM_FAILED",
        new SnowflakeError("002753", "55000", text),
      );
    }
    const before = this.#running.get(tableId);
    // What is due while the one before still runs is left out; who asks waits.
    if (before && batch.trigger === "SCHEDULED") return before;
    await before;
    const work = this.#refreshTable(table, inputs, batch);
    this.#running.set(tableId, work);
    try {
      return await work;
    } finally {
      if (this.#running.get(tableId) === work) this.#running.delete(tableId);
    }
  }

  async #refreshTable(table: DynamicTable, inputs: Inputs, batch: Batch): Promise<SnowflakeError | null> {
    const { catalog, clock } = this.#services;
    const before = this.log.state(table.id);
    const versionOf = (id: number) => batch.versions.get(id) ?? batch.bases.get(id) ?? 0;
    const read = inputs.objects
      .filter((id) => ["TABLE", "DYNAMIC_TABLE"].includes(catalog.get(id)?.kind ?? ""))
      .map((id): [number, number] => [id, versionOf(id)])
      .sort(([a], [b]) => a - b);
    const refresh = this.#newRefresh(table, batch);
    const first = (before?.dataTimestamp ?? null) === null;
    if (!first && !inputs.volatile && JSON.stringify(before!.inputs) === JSON.stringify(read)) {
      Object.assign(refresh, { state: "SUCCEEDED", action: "NO_DATA", endedOn: clock.now() });
      this.log.later(refresh, { ...before!, dataTimestamp: batch.dataTimestamp, failures: 0 });
      batch.versions.set(table.id, before!.version);
      return null;
    }
    const known = new Set(before?.inputs.map(([id]) => id));
    refresh.action =
      !first && read.some(([id]) => !known.has(id)) ? "REINITIALIZE" : table.props.refreshMode.resolved;
    try {
      await this.#execute(table, refresh, async (context, transaction) => {
        const { immutableWhere, backfilled } = table.props;
        const frozen = first && !backfilled ? null : (immutableWhere ?? null);
        const replaced = await this.#engine.storeQuery(context, transaction, table, versionOf, frozen);
        Object.assign(refresh, replaced, { state: "SUCCEEDED", endedOn: clock.now() });
        const state: RefreshState = {
          tableId: table.id,
          dataTimestamp: batch.dataTimestamp,
          version: transaction.readVersion(table.id),
          inputs: read,
          failures: 0,
        };
        await this.log.write(transaction.connection, refresh, state);
        transaction.onCommit(() => {
          this.log.written(state);
          batch.versions.set(table.id, state.version);
        });
      });
      return null;
    } catch (thrown) {
      return this.#fail(refresh, "FAILED", toSnowflakeError(thrown));
    }
  }

  /** One statement of the account's own, with the owner's role on the table's warehouse. */
  async #execute(
    table: DynamicTable,
    refresh: Refresh,
    work: (context: StatementContext, transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    const { props } = table;
    const initial = this.dataTimestamp(table.id) === null || refresh.action === "REINITIALIZE";
    const warehouseId = (initial ? props.initializationWarehouseId : null) ?? props.warehouseId;
    const session = await this.#sessions.openInternal({ roleId: table.owner, warehouseId, ...props.context });
    try {
      const warehouse = this.#services.catalog.getAs("WAREHOUSE", warehouseId);
      const owner = { services: this.#services, session } as StatementContext;
      if (!warehouse || warehouse.droppedOn !== null || !hasPrivilege(owner, "USAGE", warehouse))
        throw new SnowflakeError(
          "002725",
          "57P03",
          "Dynamic table could not be refreshed because warehouse is missing.",
        );
      refresh.queryId = newQueryId(refresh.startedOn);
      const running = this.#executor.start(
        session,
        `ALTER DYNAMIC TABLE ${fullName(this.#context, table)} REFRESH`,
        {
          nested: true,
          queryId: refresh.queryId,
          work: async (context) => {
            await context.onWarehouse(() =>
              context.inTransaction([table.id], (transaction) => work(context, transaction)),
            );
            context.note({ objectsModified: [table.id] });
            return statusOutcome("Statement executed successfully.");
          },
        },
      );
      await running.done;
    } finally {
      await this.#sessions.closeInternal(session);
    }
  }

  #newRefresh(table: DynamicTable, batch: Batch): Refresh {
    const before = this.dataTimestamp(table.id);
    const { seconds } = table.props.targetLag;
    const refresh: Refresh = {
      tableId: table.id,
      state: "EXECUTING",
      stateCode: "SUCCESS",
      stateMessage: null,
      queryId: null,
      dataTimestamp: batch.dataTimestamp,
      startedOn: this.#services.clock.now(),
      endedOn: null,
      completionTarget: before === null || seconds === null ? null : before + seconds * 1000,
      inserted: 0,
      deleted: 0,
      action: null,
      trigger: batch.trigger,
      targetLagSeconds: seconds,
    };
    this.log.add(refresh);
    return refresh;
  }

  async #fail(
    refresh: Refresh,
    state: "FAILED" | "UPSTREAM_FAILED",
    error: SnowflakeError,
  ): Promise<SnowflakeError> {
    const { tableId } = refresh;
    Object.assign(refresh, {
      state,
      stateCode: state === "FAILED" ? error.code : "UPSTREAM_FAILURE",
      stateMessage: state === "FAILED" ? error.message : "Skipped refreshing because an input DT failed",
      endedOn: this.#services.clock.now(),
    });
    const before = this.log.state(tableId) ?? {
      tableId,
      dataTimestamp: null,
      version: 0,
      inputs: [],
      failures: 0,
    };
    const counts = state === "FAILED" && refresh.trigger === "SCHEDULED";
    const failures = before.failures + (counts ? 1 : 0);
    await this.log.save(refresh, { ...before, failures });
    if (counts && failures >= MOST_FAILURES) await this.#suspend(tableId);
    return error;
  }

  /** Suspends the table and those that read it. Source: "Manage dynamic tables", automatic suspension. */
  async #suspend(tableId: number): Promise<void> {
    const { catalog } = this.#services;
    const below = await this.downstream(tableId);
    await this.#pool.use((connection) =>
      catalog.change(connection, (change) => {
        for (const id of [tableId, ...below]) {
          const table = catalog.getAs("DYNAMIC_TABLE", id);
          if (!table || table.droppedOn !== null || table.props.suspended) continue;
          const reason: SuspensionReason =
            id === tableId ? "SUSPENDED_DUE_TO_ERRORS" : "UPSTREAM_SUSPENDED_DUE_TO_ERRORS";
          change.update(table, {
            props: { ...table.props, suspended: { reason, on: change.now }, lastSuspendedOn: change.now },
          });
        }
      }),
    );
  }

  /** What the table's query reads, compiled anew after every change of the catalogue. */
  async #inputsOf(table: DynamicTable): Promise<Inputs> {
    const { generation } = this.#services.catalog;
    const known = this.#inputs.get(table.id);
    if (known?.generation === generation) return known;
    const session = await this.#sessions.openInternal({
      roleId: table.owner,
      warehouseId: null,
      ...table.props.context,
    });
    try {
      const found = await this.#executor.within(session, table.props.query, (context) =>
        this.#engine.queryInputs(context, table.props.query),
      );
      if (found.columns !== table.props.columns.length)
        throw new SnowflakeError(
          "002740",
          "55000",
          `Dynamic Table '${fullName(this.#context, table)}' needs to be recreated because a base table changed.`,
        );
      const inputs = { generation, objects: found.objects, volatile: found.volatile };
      this.#inputs.set(table.id, inputs);
      return inputs;
    } finally {
      await this.#sessions.closeInternal(session);
    }
  }

  async #readBy(tableId: number): Promise<number[]> {
    const { catalog } = this.#services;
    const table = catalog.getAs("DYNAMIC_TABLE", tableId);
    if (!table) return [];
    return (await this.#inputsOf(table)).objects.filter((id) => catalog.get(id)?.kind === "DYNAMIC_TABLE");
  }

  get #context() {
    return { services: this.#services };
  }
}
