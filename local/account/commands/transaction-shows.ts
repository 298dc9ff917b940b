import { fullName, isAccountAdmin } from "../access/index.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { openTransactions } from "../session/transactions.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome, timeValue } from "./show.ts";

const TRANSACTIONS: ShowColumns = [
  ["id", "text"],
  ["user", "text"],
  ["session", "text"],
  ["name", "text"],
  ["started_on", "time"],
  ["state", "text"],
  ["scope", "text"],
];

/** The user's open transactions; IN ACCOUNT, those of all, which is ACCOUNTADMIN's. */
function visible(ctx: StatementContext, cursor: Cursor) {
  const all = cursor.accept("IN", "ACCOUNT") && isAccountAdmin(ctx);
  cursor.expectEnd();
  return openTransactions(ctx.services).filter(({ session }) => all || session.userId === ctx.session.userId);
}

/** SHOW TRANSACTIONS [IN ACCOUNT]. Source: "SHOW TRANSACTIONS". */
async function showTransactions(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const rows = visible(ctx, cursor).map(
    ({ session, transaction, name }): ShowRow => ({
      id: String(transaction.id),
      user: ctx.services.catalog.get(session.userId)?.name ?? "",
      session: session.id,
      name,
      started_on: timeValue(transaction.startedOn),
      state: "running",
      scope: "0",
    }),
  );
  return showOutcome(TRANSACTIONS, rows);
}

const LOCKS: ShowColumns = [
  ["resource", "text"],
  ["type", "text"],
  ["transaction", "text"],
  ["transaction_started_on", "time"],
  ["status", "text"],
  ["acquired_on", "time"],
  ["query_id", "text"],
];

/** SHOW LOCKS [IN ACCOUNT]: tables that open transactions have written. Source: "SHOW LOCKS". */
async function showLocks(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const rows = visible(ctx, cursor).flatMap(({ transaction }) =>
    transaction.lockedTables().map((id): ShowRow => {
      const table = ctx.services.catalog.get(id);
      return {
        resource: table ? fullName(ctx, table) : String(id),
        type: "PARTITIONS",
        transaction: String(transaction.id),
        transaction_started_on: timeValue(transaction.startedOn),
        status: "HOLDING",
        acquired_on: null,
        query_id: null,
      };
    }),
  );
  return showOutcome(LOCKS, rows);
}

const test = "tests/local/account/commands/transaction-shows.test.ts";
export const transactionShowCommands: CommandDef[] = [
  command("SHOW", "TRANSACTIONS", showTransactions, {
    source: "SHOW TRANSACTIONS",
    test,
    status: "approximate",
    note: "Explicit ones; a statement in autocommit is not listed while it runs.",
  }),
  command("SHOW", "LOCKS", showLocks, {
    source: "SHOW LOCKS",
    test,
    status: "approximate",
    note: "Locks that explicit transactions hold, without when and by which query; who waits is not listed.",
  }),
];
