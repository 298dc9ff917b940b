import { type Env, newShared } from "../../../../local/account/sql/compile/env.ts";
import { parseStatement } from "../../../../local/account/sql/parse/index.ts";
import "../../../../local/account/sql/compile/functions/index.ts";
import type { StatementContext } from "../../../../local/account/session/context.ts";
import { compileQuery } from "../../../../local/account/sql/compile/query.ts";
import type { Transaction } from "../../../../local/account/storage/transaction.ts";
import type { TestAccount } from "../support.ts";

/** The DuckDB SQL that a query becomes. */
export function emittedBy(account: TestAccount, text: string): string {
  const statement = parseStatement(text);
  if (statement.type !== "queryStatement") throw new Error("not a query");
  const ctx = {
    services: account.services,
    session: account.session,
    text,
    binds: {},
    startedOn: account.clock.now(),
  } as unknown as StatementContext;
  const transaction = { readVersion: () => 3, snapshotVersion: () => 3 } as unknown as Transaction;
  const env: Env = { ctx, shared: newShared(transaction) };
  return compileQuery(env, statement.query, null).sql;
}
