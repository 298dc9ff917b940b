import type { DuckDBConnection } from "@duckdb/node-api";
import { RealClock } from "../clock.ts";
import { SnowflakeError } from "../errors.ts";
import type { ResultStore, StoredResult } from "../results/result-store.ts";
import { Transaction } from "../storage/transaction.ts";
import type { ConnectionPool } from "./connections.ts";
import type { Bind, Services, StatementContext } from "./context.ts";
import type { Engine, StatementClass } from "./engine.ts";
import { failures, toSnowflakeError } from "./failures.ts";
import type { Outcome, ResultColumn } from "./outcome.ts";
import { type ParameterValue, sessionParameter } from "./parameters.ts";
import { newQueryId } from "./query-id.ts";
import type { Session } from "./session.ts";
import { beginTransaction, nextTransactionId } from "./transactions.ts";

/** One statement from its arrival to its end, as histories and monitors see it. */
export interface StatementRecord {
  queryId: string;
  text: string;
  class: StatementClass;
  session: Session;
  userId: number;
  roleId: number | null;
  warehouseId: number | null;
  databaseId: number | null;
  schemaId: number | null;
  queryTag: string;
  startedOn: number;
  endedOn: number | null;
  queuedMs: number;
  /** True once it ran on a warehouse. */
  usedWarehouse: boolean;
  status: "RUNNING" | "SUCCESS" | "FAIL";
  error: SnowflakeError | null;
  kind: Outcome["kind"] | null;
  rowsProduced: number;
  affected: Outcome["affected"] | null;
  objectsAccessed: Set<number>;
  objectsModified: Set<number>;
  transactionId: number | null;
}

export interface RunningStatement {
  readonly record: StatementRecord;
  readonly done: Promise<StoredResult>;
  abort(reason?: SnowflakeError): void;
}

/** Admission to warehouses; compute/ implements it. */
export interface Admission {
  /** Resumes, queues; the returned function gives the place back. */
  admit(
    warehouseId: number,
    statement: { queryId: string; queuedTimeoutSeconds: number; abort(reason: SnowflakeError): void },
    signal: AbortSignal,
  ): Promise<{ release(): void; queuedMs: number }>;
}

export interface RunOptions {
  binds?: Record<string, Bind>;
  /** A statement inside another one: does not wait for the session's own order. */
  nested?: boolean;
  /** Parameters of this request only (QUERY_TAG, STATEMENT_TIMEOUT_IN_SECONDS, …). */
  parameters?: Record<string, ParameterValue>;
  describeOnly?: boolean;
  /** Runs under this identifier (the parts of a multi-statement request know theirs ahead). */
  queryId?: string;
  signal?: AbortSignal;
}

/** A statement of an explicit transaction, with what it takes to run it again. */
interface Written {
  text: string;
  class: StatementClass;
  binds: Record<string, Bind>;
  startedOn: number;
  context: Pick<Session, "roleId" | "secondaryRoles" | "databaseId" | "schemaId" | "warehouseId">;
}

export class Executor {
  readonly #services: Services;
  readonly #engine: Engine;
  readonly #pool: ConnectionPool;
  readonly #results: ResultStore;
  readonly #admission: Admission;
  readonly #running = new Map<string, RunningStatement>();
  readonly #finished = new Map<string, RunningStatement>();
  readonly #order = new WeakMap<object, Promise<unknown>>();
  readonly #written = new WeakMap<Transaction, Written[]>();
  readonly #listeners: ((record: StatementRecord) => void)[] = [];

  constructor(parts: {
    services: Services;
    engine: Engine;
    pool: ConnectionPool;
    results: ResultStore;
    admission: Admission;
  }) {
    this.#services = parts.services;
    this.#engine = parts.engine;
    this.#pool = parts.pool;
    this.#results = parts.results;
    this.#admission = parts.admission;
  }

  /** Hears of every statement twice: at its start and at its end. */
  onStatement(listener: (record: StatementRecord) => void): void {
    this.#listeners.push(listener);
  }

  get engine(): Engine {
    return this.#engine;
  }

  running(): RunningStatement[] {
    return [...this.#running.values()];
  }

  find(queryId: string): RunningStatement | undefined {
    return this.#running.get(queryId) ?? this.#finished.get(queryId);
  }

  /** Starts one statement. Its promise never rejects unhandled: failures are in `record.error` too. */
  start(session: Session, text: string, options: RunOptions = {}): RunningStatement {
    const effective = withParameters(session, options.parameters);
    const record = this.#newRecord(session, effective, text, options.queryId);
    const abortion = new AbortController();
    const connections = new Set<DuckDBConnection>();
    const abort = (reason: SnowflakeError = failures.cancelled()) => {
      if (record.status !== "RUNNING" || abortion.signal.aborted) return;
      abortion.abort(reason);
      // DuckDB forgets an interrupt that comes between two of a statement's queries: repeat it until the end.
      const interrupt = () => {
        if (record.status !== "RUNNING") return;
        for (const connection of connections) connection.interrupt();
        setTimeout(interrupt, 20).unref();
      };
      interrupt();
    };
    const follow = () => abort(options.signal?.reason as SnowflakeError | undefined);
    if (options.signal?.aborted) follow();
    options.signal?.addEventListener("abort", follow, { once: true });
    const done = this.#inOrder(session, options.nested === true, () =>
      this.#run(record, effective, options, abortion.signal, abort, connections),
    ).finally(() => options.signal?.removeEventListener("abort", follow));
    done.catch(() => {});
    const running: RunningStatement = { record, done, abort };
    this.#running.set(record.queryId, running);
    for (const listener of this.#listeners) listener(record);
    return running;
  }

  /** Runs a statement within another (scripts, tasks): its rows come from the stored result. */
  async execute(session: Session, text: string, options: RunOptions = {}): Promise<Outcome> {
    const running = this.start(session, text, { nested: true, ...options });
    const stored = await running.done;
    return {
      kind: stored.kind,
      columns: stored.columns,
      rows: this.#results.rows(stored),
      affected: running.record.affected ?? undefined,
    };
  }

  #newRecord(
    session: Session,
    effective: Session,
    text: string,
    queryId: string | undefined,
  ): StatementRecord {
    const { clock, catalog } = this.#services;
    const startedOn = clock.now();
    return {
      queryId: queryId ?? newQueryId(startedOn),
      text,
      class: "UNKNOWN",
      session,
      userId: session.userId,
      roleId: session.roleId,
      warehouseId: session.warehouseId,
      databaseId: session.databaseId,
      schemaId: session.schemaId,
      queryTag: String(sessionParameter(catalog, effective, "QUERY_TAG").value),
      startedOn,
      endedOn: null,
      queuedMs: 0,
      usedWarehouse: false,
      status: "RUNNING",
      error: null,
      kind: null,
      rowsProduced: 0,
      affected: null,
      objectsAccessed: new Set(),
      objectsModified: new Set(),
      transactionId: session.transaction?.id ?? null,
    };
  }

  /** Work with a statement's context that is no statement of a user: conditions, pipes. No warehouse, no history. */
  async within<T>(
    session: Session,
    text: string,
    work: (context: StatementContext) => Promise<T>,
    signal: AbortSignal = new AbortController().signal,
    as?: { binds: Record<string, Bind>; startedOn: number },
  ): Promise<T> {
    const record = this.#newRecord(session, session, text, undefined);
    if (as) record.startedOn = as.startedOn;
    const atEnd: (() => Promise<void> | void)[] = [];
    const connections = new Set<DuckDBConnection>();
    const interrupt = () => {
      for (const connection of connections) connection.interrupt();
    };
    signal.addEventListener("abort", interrupt, { once: true });
    try {
      return await work(
        this.#context(record, session, { binds: as?.binds }, signal, () => {}, connections, atEnd),
      );
    } finally {
      signal.removeEventListener("abort", interrupt);
      for (const end of atEnd.reverse()) await end();
    }
  }

  /** Columns of a statement that is not run (describeOnly). */
  async #describe(context: StatementContext, statementClass: StatementClass): Promise<Outcome> {
    if (statementClass !== "QUERY") return { kind: "OTHER", columns: [], rows: [] };
    const columns = await this.#engine.describeQuery(context, context.text);
    return {
      kind: "SELECT",
      columns: columns.map(({ name, type, nullable }): ResultColumn => ({ name, type, nullable })),
      rows: [],
    };
  }

  /** In an open transaction a session's statements run one after another; otherwise they run side by side. */
  #inOrder<T>(session: Session, nested: boolean, work: () => Promise<T>): Promise<T> {
    const key = rootOf(session);
    const before = this.#order.get(key);
    const ordered =
      !nested &&
      (session.transaction !== null ||
        sessionParameter(this.#services.catalog, session, "AUTOCOMMIT").value === false);
    if (!ordered || nested) return work();
    const turn = (before ?? Promise.resolve()).then(work, work);
    this.#order.set(
      key,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #run(
    record: StatementRecord,
    session: Session,
    options: RunOptions,
    signal: AbortSignal,
    abort: (reason?: SnowflakeError) => void,
    connections: Set<DuckDBConnection>,
  ): Promise<StoredResult> {
    const services = this.#services;
    const atEnd: (() => Promise<void> | void)[] = [];
    let cancelTimer = () => {};
    const parameter = (name: string) => sessionParameter(services.catalog, session, name).value;
    const open = session.transaction;
    const consumed = open?.consumed();
    try {
      signal.throwIfAborted();
      const seconds = this.#timeout(session);
      if (seconds > 0)
        // A statement takes real time whatever clock drives the account.
        cancelTimer = wallClock.schedule(wallClock.now() + seconds * 1000, () =>
          abort(failures.timeout(seconds)),
        );
      const context = this.#context(record, session, options, signal, abort, connections, atEnd);
      record.class = this.#engine.classify(record.text);
      const outcome = options.describeOnly
        ? await this.#describe(context, record.class)
        : await this.#dispatch(record.class, context);
      const stored = await this.#results.store(
        record.queryId,
        session.userId,
        outcome,
        { jsonIndent: Number(parameter("JSON_INDENT")) },
        () => services.clock.now(),
        () => signal.throwIfAborted(),
      );
      for (const end of atEnd.splice(0).reverse()) await end();
      record.kind = outcome.kind;
      record.affected = outcome.affected ?? null;
      record.rowsProduced ||= outcome.affected
        ? outcome.affected.inserted + outcome.affected.updated + outcome.affected.deleted
        : stored.rowCount;
      this.#remember(record, session, options);
      record.status = "SUCCESS";
      return stored;
    } catch (thrown) {
      for (const end of atEnd.splice(0).reverse()) {
        try {
          await end();
        } catch {
          // The statement's own error is the one to tell.
        }
      }
      const reason = signal.aborted ? signal.reason : thrown;
      record.error = toSnowflakeError(reason);
      record.status = "FAIL";
      if (open && consumed && session.transaction === open) await this.#repair(open, consumed, session);
      throw record.error;
    } finally {
      cancelTimer();
      record.endedOn = services.clock.now();
      rootOf(record.session).lastQueryId = record.queryId;
      const running = this.#running.get(record.queryId);
      this.#running.delete(record.queryId);
      if (running) this.#finished.set(record.queryId, running);
      if (this.#finished.size > 10_000) this.#finished.delete(this.#finished.keys().next().value!);
      for (const listener of this.#listeners) listener(record);
    }
  }

  /** A statement that wrote in an explicit transaction, in case a later one's failure undoes it in DuckDB. */
  #remember(record: StatementRecord, session: Session, options: RunOptions): void {
    const { transaction } = session;
    if (!transaction || (record.class !== "DML" && record.class !== "COPY")) return;
    const written = this.#written.get(transaction) ?? [];
    const { roleId, secondaryRoles, databaseId, schemaId, warehouseId } = session;
    written.push({
      text: record.text,
      class: record.class,
      binds: options.binds ?? {},
      startedOn: record.startedOn,
      context: { roleId, secondaryRoles, databaseId, schemaId, warehouseId },
    });
    this.#written.set(transaction, written);
  }

  /**
   * Snowflake undoes a failed statement alone; DuckDB aborts the whole transaction. So it begins anew under the same
   * locks and versions and the statements before are run again: to the same rows, but for RANDOM, UUIDs and sequences.
   */
  async #repair(
    transaction: Transaction,
    consumed: ReadonlyMap<number, number>,
    session: Session,
  ): Promise<void> {
    if (sessionParameter(this.#services.catalog, session, "TRANSACTION_ABORT_ON_ERROR").value === true) {
      rootOf(session).transaction = null;
      await transaction.rollback();
      return;
    }
    if (!(await transaction.isAborted())) return;
    try {
      await transaction.restore(consumed);
      for (const before of this.#written.get(transaction) ?? []) {
        const own = Object.create(session, {
          ...Object.fromEntries(
            Object.entries(before.context).map(([key, value]) => [key, { value, writable: true }]),
          ),
          managed: { value: true },
        }) as Session;
        const repeat = async (context: StatementContext) => {
          for await (const _ of (await this.#dispatch(before.class, context)).rows);
        };
        await this.within(own, before.text, repeat, undefined, before);
      }
    } catch {
      rootOf(session).transaction = null;
      await transaction.rollback();
    }
  }

  #dispatch(statementClass: StatementClass, context: StatementContext): Promise<Outcome> {
    switch (statementClass) {
      case "QUERY":
        return this.#engine.runQuery(context);
      case "DML":
        return this.#engine.runDml(context);
      case "COPY":
        return this.#engine.runCopy(context);
      case "SCRIPT":
        return this.#engine.runScript(context);
      default:
        return this.#engine.runCommand(context);
    }
  }

  /** Lowest non-zero STATEMENT_TIMEOUT_IN_SECONDS of session (or user, account) and warehouse. */
  #timeout(session: Session): number {
    const { catalog } = this.#services;
    const warehouse =
      session.warehouseId === null ? undefined : catalog.getAs("WAREHOUSE", session.warehouseId);
    const given = [
      Number(sessionParameter(catalog, session, "STATEMENT_TIMEOUT_IN_SECONDS").value),
      Number(warehouse?.props.parameters?.["STATEMENT_TIMEOUT_IN_SECONDS"] ?? 0),
    ].filter((seconds) => seconds > 0);
    return given.length === 0 ? 0 : Math.min(...given);
  }

  /** A plain object: access/ derives contexts from it for owner's rights. */
  #context(
    record: StatementRecord,
    session: Session,
    options: RunOptions,
    signal: AbortSignal,
    abort: (reason?: SnowflakeError) => void,
    connections: Set<DuckDBConnection>,
    atEnd: (() => Promise<void> | void)[],
  ): StatementContext {
    const services = this.#services;
    const pool = this.#pool;
    const admission = this.#admission;
    let admitted: Promise<void> | null = null;

    const lockTimeout = () =>
      Number(sessionParameter(services.catalog, session, "LOCK_TIMEOUT").value) * 1000;

    async function within<T>(
      transaction: Transaction,
      writes: number[],
      work: (transaction: Transaction) => Promise<T>,
    ): Promise<T> {
      connections.add(transaction.connection);
      await transaction.lockTables(writes, lockTimeout());
      signal.throwIfAborted();
      return work(transaction);
    }

    return {
      services,
      session,
      queryId: record.queryId,
      text: record.text,
      binds: options.binds ?? {},
      startedOn: record.startedOn,
      signal,
      async inTransaction(writes, work) {
        signal.throwIfAborted();
        if (
          writes.length > 0 &&
          session.transaction === null &&
          sessionParameter(services.catalog, session, "AUTOCOMMIT").value === false
        )
          await beginTransaction(services, session);
        const open = session.transaction;
        if (open) {
          await open.beginStatement();
          record.transactionId = open.id;
          return within(open, writes, work);
        }
        const connection = await pool.acquire();
        const transaction = await Transaction.begin(
          connection,
          services.versions,
          services.clock,
          nextTransactionId(services.clock.now()),
        );
        record.transactionId = transaction.id;
        const giveBack = () => {
          connections.delete(connection);
          pool.release(connection);
        };
        let ended = false;
        try {
          const result = await within(transaction, writes, work);
          if (writes.length === 0 && !transaction.isDirty) {
            // Its rows may still stream from this connection: it ends with the statement.
            atEnd.push(async () => {
              connections.delete(connection);
              await transaction.rollback();
              giveBack();
            });
          } else {
            await session.beforeCommit?.(transaction);
            ended = true;
            await transaction.commit();
            giveBack();
          }
          return result;
        } catch (error) {
          // No interrupt may hit the rollback: the connection is used again.
          connections.delete(connection);
          if (!ended) await transaction.rollback();
          giveBack();
          throw error;
        }
      },
      async onWarehouse(work) {
        if (session.managed) return work();
        admitted ??= (async () => {
          const warehouseId = session.warehouseId;
          const queuedTimeoutSeconds = Number(
            sessionParameter(services.catalog, session, "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS").value,
          );
          if (warehouseId === null) throw noWarehouse();
          const place = await admission.admit(
            warehouseId,
            { queryId: record.queryId, queuedTimeoutSeconds, abort },
            signal,
          );
          record.warehouseId = warehouseId;
          record.usedWarehouse = true;
          record.queuedMs = place.queuedMs;
          atEnd.push(() => place.release());
        })();
        await admitted;
        return work();
      },
      note(fact) {
        for (const id of fact.objectsAccessed ?? []) record.objectsAccessed.add(id);
        for (const id of fact.objectsModified ?? []) record.objectsModified.add(id);
        if (fact.rowsProduced !== undefined) record.rowsProduced = fact.rowsProduced;
      },
    };
  }
}

const wallClock = new RealClock();

const noWarehouse = () =>
  new SnowflakeError(
    "000606",
    "57P03",
    "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
  );

const ROOT = Symbol("root session");
type Derived = Session & { [ROOT]?: Session };

/** The session itself, for one that was derived with parameters of one request. */
const rootOf = (session: Session): Session => (session as Derived)[ROOT] ?? session;

function withParameters(session: Session, extra: Record<string, ParameterValue> | undefined): Session {
  if (!extra || Object.keys(extra).length === 0) return session;
  const parameters = new Map(session.parameters);
  for (const [name, value] of Object.entries(extra)) parameters.set(name.toUpperCase(), value);
  // Assignments (USE ROLE …) must reach the session itself: forward them.
  return new Proxy(session, {
    get: (target, key) =>
      key === "parameters" ? parameters : key === ROOT ? rootOf(session) : Reflect.get(target, key),
    set: (target, key, value) => Reflect.set(target, key, value),
  });
}
