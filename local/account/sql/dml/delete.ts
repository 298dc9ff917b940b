import type { StatementContext } from "../../session/context.ts";
import { BEGIN_VERSION } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { castTo } from "../compile/cast.ts";
import { compileExpr } from "../compile/expression.ts";
import { compileFrom } from "../compile/from.ts";
import { newScope } from "../compile/scope.ts";
import type { Statement } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import type { Counts } from "./index.ts";
import { consume, endAll } from "./insert.ts";
import { endRows, placeTarget, RID, type Table, temporaryName } from "./target.ts";

type Delete = Extract<Statement, { type: "delete" }>;

export async function deleteRows(
  ctx: StatementContext,
  transaction: Transaction,
  dml: Delete,
  table: Table,
): Promise<Counts> {
  const version = await transaction.writeVersion(table.id);
  const counts = (deleted: number): Counts => ({
    columns: [["number of rows deleted", deleted]],
    inserted: 0,
    updated: 0,
    deleted,
  });
  if (!dml.where && !dml.using) return counts(await endAll(transaction, table, version));
  return withCompiled(
    ctx,
    transaction,
    (env) => {
      const scope = newScope(null);
      const target = placeTarget(env, scope, table, dml.target, version);
      const using = dml.using ? compileFrom(env, dml.using, scope) : null;
      const where = dml.where
        ? ` WHERE ${castTo(env, compileExpr(env, scope, dml.where), { kind: "BOOLEAN" }).sql}`
        : "";
      const select = `SELECT ${using ? "DISTINCT " : ""}${target.alias}.${RID} AS rid, ${target.alias}.${BEGIN_VERSION} AS b FROM ${target.sql}${using ? `, ${using}` : ""}${where}`;
      return { select, temp: temporaryName(env) };
    },
    async ({ select, temp }, shared) => {
      const { connection } = transaction;
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${select}`);
      const counted = await connection.runAndReadAll(`SELECT count(*) FROM temp.main.${temp}`);
      const deleted = Number(counted.getRows()[0]![0]);
      if (deleted > 0) await endRows(transaction, table, version, `SELECT rid, b FROM temp.main.${temp}`);
      await connection.run(`DROP TABLE temp.main.${temp}`);
      consume(transaction, shared);
      return counts(deleted);
    },
  );
}

export async function truncate(
  _ctx: StatementContext,
  transaction: Transaction,
  table: Table,
): Promise<Counts> {
  const version = await transaction.writeVersion(table.id);
  const deleted = await endAll(transaction, table, version);
  return { columns: [], inserted: 0, updated: 0, deleted };
}
