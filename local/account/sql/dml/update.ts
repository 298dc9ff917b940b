import { SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { sessionParameter } from "../../session/parameters.ts";
import { BEGIN_VERSION, physicalTable, ROW_ID } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { castTo } from "../compile/cast.ts";
import type { Env } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import { compileFrom } from "../compile/from.ts";
import { newScope, type Scope } from "../compile/scope.ts";
import { quoteName, type Typed } from "../compile/typed.ts";
import type { Assignment, Statement } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import type { Counts } from "./index.ts";
import { consume } from "./insert.ts";
import {
  assigned,
  defaultValue,
  endRows,
  isDefaultKeyword,
  nextRowId,
  placeTarget,
  RID,
  type Table,
  targetColumn,
  temporaryName,
} from "./target.ts";

type Update = Extract<Statement, { type: "update" }>;

/** New values by column name. */
export function assignments(
  env: Env,
  scope: Scope,
  table: Table,
  set: readonly Assignment[],
): Map<string, Typed> {
  const values = new Map<string, Typed>();
  for (const { column, value } of set) {
    const def = targetColumn(env, table, column.at(-1)!);
    if (values.has(def.name))
      throw new SnowflakeError(
        "002025",
        "42S21",
        `SQL compilation error:\nduplicate column name '${def.name}'`,
      );
    values.set(
      def.name,
      isDefaultKeyword(value) ? defaultValue(env, table, def) : compileExpr(env, scope, value),
    );
  }
  return values;
}

export async function update(
  ctx: StatementContext,
  transaction: Transaction,
  dml: Update,
  table: Table,
): Promise<Counts> {
  const version = await transaction.writeVersion(table.id);
  return withCompiled(
    ctx,
    transaction,
    (env) => {
      const scope = newScope(null);
      const target = placeTarget(env, scope, table, dml.target, version);
      const from = dml.from ? compileFrom(env, dml.from, scope) : null;
      const values = assignments(env, scope, table, dml.set);
      const where = dml.where
        ? ` WHERE ${castTo(env, compileExpr(env, scope, dml.where), { kind: "BOOLEAN" }).sql}`
        : "";
      const items = table.props.columns.map((c) => {
        const value = values.get(c.name);
        return `${value ? assigned(env, value, c) : `${target.alias}.${quoteName(c.name)}`} AS ${quoteName(c.name)}`;
      });
      const identity = `${target.alias}.${RID} AS __firn_r, ${target.alias}.${BEGIN_VERSION} AS __firn_b, ${nextRowId(target.alias, version)} AS __firn_i`;
      const select = `SELECT ${[...items, identity].join(", ")} FROM ${target.sql}${from ? `, ${from}` : ""}${where}`;
      return { select, joined: from !== null, temp: temporaryName(env) };
    },
    async ({ select, joined, temp }, shared) => {
      const { connection } = transaction;
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${select}`);
      let multi = 0;
      let rows = `temp.main.${temp}`;
      if (joined) {
        const counted = await connection.runAndReadAll(
          `SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${rows} GROUP BY __firn_r HAVING count(*) > 1)`,
        );
        multi = Number(counted.getRows()[0]![0]);
        if (multi > 0) {
          if (
            sessionParameter(ctx.services.catalog, ctx.session, "ERROR_ON_NONDETERMINISTIC_UPDATE").value ===
            true
          )
            throw new SnowflakeError("100090", "42P18", "Duplicate row detected during DML action");
          rows = `(SELECT DISTINCT ON (__firn_r) * FROM temp.main.${temp})`;
        }
      }
      await endRows(transaction, table, version, `SELECT __firn_r AS rid, __firn_b AS b FROM ${rows}`);
      const names = table.props.columns.map((c) => quoteName(c.name));
      const result = await connection.run(
        `INSERT INTO ${physicalTable(table.id)} (${[...names, BEGIN_VERSION, ROW_ID].join(", ")}) SELECT ${[...names, version, "__firn_i"].join(", ")} FROM ${rows} AS s`,
      );
      await connection.run(`DROP TABLE temp.main.${temp}`);
      consume(transaction, shared);
      const updated = result.rowsChanged;
      return {
        columns: [
          ["number of rows updated", updated],
          ["number of multi-joined rows updated", multi],
        ],
        inserted: 0,
        updated,
        deleted: 0,
      };
    },
  );
}
