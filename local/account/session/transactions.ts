import { Transaction } from "../storage/transaction.ts";
import type { TableVersions } from "../storage/versions.ts";
import type { Services } from "./context.ts";
import type { Session } from "./session.ts";

let lastId = 0;

/** An explicit transaction that has not ended. */
export interface OpenTransaction {
  session: Session;
  transaction: Transaction;
  name: string;
}

/** Those that began, by the account's table versions; which of them are open the sessions say. */
const begun = new WeakMap<TableVersions, Map<string, OpenTransaction>>();

/** The account's open explicit transactions, the oldest first. */
export function openTransactions(services: Pick<Services, "versions">): OpenTransaction[] {
  const known = begun.get(services.versions) ?? new Map<string, OpenTransaction>();
  for (const [id, { session, transaction }] of known)
    if (session.transaction !== transaction) known.delete(id);
  return [...known.values()].sort((a, b) => a.transaction.id - b.transaction.id);
}

/** Snowflake's transaction ids are epoch nanoseconds; ours grow strictly from the clock's milliseconds. */
export function nextTransactionId(now: number): number {
  lastId = Math.max(now * 1000, lastId + 1);
  return lastId;
}

/** BEGIN: does nothing when a transaction is open already (Snowflake: a nested BEGIN has no effect). */
export async function beginTransaction(
  services: Services,
  session: Session,
  name?: string,
): Promise<Transaction> {
  if (session.transaction) return session.transaction;
  const id = nextTransactionId(services.clock.now());
  const transaction = await Transaction.begin(session.connection, services.versions, services.clock, id);
  session.transaction = transaction;
  openTransactions(services);
  const known = begun.get(services.versions) ?? new Map<string, OpenTransaction>();
  known.set(session.id, { session, transaction, name: name ?? String(id) });
  begun.set(services.versions, known);
  return transaction;
}

/** COMMIT: without an open transaction it does nothing. */
export async function commitTransaction(session: Session): Promise<void> {
  const open = session.transaction;
  session.lastTransactionId = open?.id ?? session.lastTransactionId;
  session.transaction = null;
  await open?.commit();
}

export async function rollbackTransaction(session: Session): Promise<void> {
  const open = session.transaction;
  session.lastTransactionId = open?.id ?? session.lastTransactionId;
  session.transaction = null;
  await open?.rollback();
}
