import type { DuckDBConnection } from "@duckdb/node-api";
import { RealClock } from "../clock.ts";
import { bindMarks, firstTokens } from "../commands/index.ts";
import type { SnowflakeError } from "../errors.ts";
import { displayOf } from "../results/marked-display.ts";
import type { ResultStore, StoredResult } from "../results/result-store.ts";
import type { StreamPosition, Transaction } from "../storage/transaction.ts";
import { number, varchar } from "../types/data-type.ts";
import type { ConnectionPool } from "./connections.ts";
import type { Bind, Services, StatementContext } from "./context.ts";
import type { Engine, StatementClass } from "./engine.ts";
import { failures, toSnowflakeError } from "./failures.ts";
import type { Outcome, ResultColumn } from "./outcome.ts";
import { sessionParameter } from "./parameters.ts";
import { newQueryId } from "./query-id.ts";
import { rootOf, withParameters } from "./request-session.ts";
import { resultFormat } from "./result-format.ts";
import type { Session } from "./session.ts";
import type { Admission, RunningStatement, RunOptions, StatementRecord } from "./statement.ts";
import { statementContext } from "./statement-context.ts";

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
      outputs: running.record.outputs,
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
      directAccessed: new Set(),
      columnsAccessed: new Map(),
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
        statementContext({
          services: this.#services,
          pool: this.#pool,
          admission: this.#admission,
          record,
          session,
          binds: as?.binds ?? {},
          signal,
          abort: () => {},
          connections,
          atEnd,
        }),
      );
    } finally {
      signal.removeEventListener("abort", interrupt);
      for (const end of atEnd.reverse()) await end();
    }
  }

  /** Columns of a statement that is not run (describeOnly). */
  async #describe(context: StatementContext, statementClass: StatementClass): Promise<Outcome> {
    if (statementClass !== "QUERY") return describedCommand(context.text);
    const columns = await this.#engine.describeQuery(withUnsetBinds(context), context.text);
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
      const context = statementContext({
        services,
        pool: this.#pool,
        admission: this.#admission,
        record,
        session,
        binds: options.binds ?? {},
        signal,
        abort,
        connections,
        atEnd,
      });
      record.class = this.#engine.classify(record.text);
      const outcome = options.describeOnly
        ? await this.#describe(context, record.class)
        : await (options.work?.(context) ?? this.#dispatch(record.class, context));
      const stored = await this.#results.store(
        record.queryId,
        session.userId,
        options.nested ? outcome : limited(outcome, Number(parameter("ROWS_PER_RESULTSET"))),
        { jsonIndent: Number(parameter("JSON_INDENT")), variant: displayOf(parameter) },
        () => services.clock.now(),
        () => signal.throwIfAborted(),
        // What a script reads again, and answers of other kinds, are JSON as Snowflake's are.
        options.nested || outcome.kind !== "SELECT"
          ? undefined
          : await resultFormat(session.client.driver ?? "", parameter),
      );
      for (const end of atEnd.splice(0).reverse()) await end();
      record.kind = outcome.kind;
      record.affected = outcome.affected ?? null;
      record.outputs = outcome.outputs;
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
    consumed: ReadonlyMap<number, StreamPosition>,
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
}

const wallClock = new RealClock();

/** A query's first rows. Source: "Parameters", ROWS_PER_RESULTSET; JDBC's setMaxRows sends it with the statement. */
function limited(outcome: Outcome, most: number): Outcome {
  if (most <= 0 || outcome.kind !== "SELECT") return outcome;
  const { rows } = outcome;
  const first = async function* () {
    let left = most;
    for await (const batch of rows) {
      yield batch.slice(0, left);
      left -= batch.length;
      if (left <= 0) return;
    }
  };
  return { ...outcome, rows: first() };
}

/** A statement is described before its binds are known (JDBC's prepareStatement): those are NULL then. */
function withUnsetBinds(context: StatementContext): StatementContext {
  const unset = Object.fromEntries(
    Array.from({ length: bindMarks(context.text) }, (_, i) => [String(i + 1), { type: "TEXT", value: null }]),
  );
  return Object.create(context, { binds: { value: { ...unset, ...context.binds } } }) as StatementContext;
}

/** Columns of what answers with counts or a status: drivers build their results from the description. */
function describedCommand(text: string): Outcome {
  const count = (name: string): ResultColumn => ({ name, type: number(38, 0), nullable: false });
  const word = firstTokens(text, 1)[0]?.value;
  switch (word) {
    case "INSERT":
      return { kind: "INSERT", columns: [count("number of rows inserted")], rows: [] };
    case "UPDATE":
      return {
        kind: "UPDATE",
        columns: [count("number of rows updated"), count("number of multi-joined rows updated")],
        rows: [],
      };
    case "DELETE":
      return { kind: "DELETE", columns: [count("number of rows deleted")], rows: [] };
    case "MERGE":
      return {
        kind: "MERGE",
        columns: [count("number of rows inserted"), count("number of rows updated")],
        rows: [],
      };
    default:
      return { kind: "OTHER", columns: [{ name: "status", type: varchar(), nullable: true }], rows: [] };
  }
}
