import type { DuckDBConnection } from "@duckdb/node-api";
import { errors, type SnowflakeError } from "../errors.ts";
import { Transaction } from "../storage/transaction.ts";
import type { ConnectionPool } from "./connections.ts";
import type { Bind, Services, StatementContext } from "./context.ts";
import { sessionParameter } from "./parameters.ts";
import { withUpperQuoted } from "./quoted-identifiers.ts";
import type { Session } from "./session.ts";
import type { Admission, StatementRecord } from "./statement.ts";
import { beginTransaction, nextTransactionId } from "./transactions.ts";

/** What a statement's context stands on. */
export interface ContextParts {
  services: Services;
  pool: ConnectionPool;
  admission: Admission;
  record: StatementRecord;
  session: Session;
  binds: Record<string, Bind>;
  signal: AbortSignal;
  abort(reason?: SnowflakeError): void;
  /** Connections on which the statement runs now: an abort interrupts them. */
  connections: Set<DuckDBConnection>;
  /** Run when the statement is over, last first. */
  atEnd: (() => Promise<void> | void)[];
}

/** The context of one statement: a plain object, since access/ derives others from it for owner's rights. */
export function statementContext(parts: ContextParts): StatementContext {
  const { services, pool, admission, record, session, signal, abort, connections, atEnd } = parts;
  let admitted: Promise<void> | null = null;

  const lockTimeout = () => Number(sessionParameter(services.catalog, session, "LOCK_TIMEOUT").value) * 1000;

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
    text: sessionParameter(services.catalog, session, "QUOTED_IDENTIFIERS_IGNORE_CASE").value
      ? withUpperQuoted(record.text)
      : record.text,
    binds: parts.binds,
    startedOn: record.startedOn,
    signal,
    async inTransaction(writes, work, reads) {
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
      const transaction = Transaction.ofReads(
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
        if (reads !== "ONE_QUERY") await transaction.open();
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
        if (warehouseId === null) throw errors.noActiveWarehouse();
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
      for (const id of fact.accessed?.objects ?? []) record.objectsAccessed.add(id);
      for (const id of fact.accessed?.direct ?? []) record.directAccessed.add(id);
      for (const [id, names] of fact.accessed?.columns ?? [])
        record.columnsAccessed.set(id, new Set([...(record.columnsAccessed.get(id) ?? []), ...names]));
      for (const id of fact.objectsModified ?? []) record.objectsModified.add(id);
      if (fact.rowsProduced !== undefined) record.rowsProduced = fact.rowsProduced;
    },
  };
}
