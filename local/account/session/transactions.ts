import { Transaction } from "../storage/transaction.ts";
import type { Services } from "./context.ts";
import type { Session } from "./session.ts";

let lastId = 0;

/** Snowflake's transaction ids are epoch nanoseconds; ours grow strictly from the clock's milliseconds. */
export function nextTransactionId(now: number): number {
  lastId = Math.max(now * 1000, lastId + 1);
  return lastId;
}

/** BEGIN: does nothing when a transaction is open already (Snowflake: a nested BEGIN has no effect). */
export async function beginTransaction(services: Services, session: Session): Promise<Transaction> {
  session.transaction ??= await Transaction.begin(
    session.connection,
    services.versions,
    services.clock,
    nextTransactionId(services.clock.now()),
  );
  return session.transaction;
}

/** COMMIT: without an open transaction it does nothing. */
export async function commitTransaction(session: Session): Promise<void> {
  const open = session.transaction;
  session.transaction = null;
  await open?.commit();
}

export async function rollbackTransaction(session: Session): Promise<void> {
  const open = session.transaction;
  session.transaction = null;
  await open?.rollback();
}
