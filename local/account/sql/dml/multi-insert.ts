import type { StatementContext } from "../../session/context.ts";
import { physicalTable } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { castTo } from "../compile/cast.ts";
import { compileExpr } from "../compile/expression.ts";
import { compileQuery } from "../compile/query.ts";
import { newScope } from "../compile/scope.ts";
import { quoteName, typed } from "../compile/typed.ts";
import type { Expr, InsertInto, Statement } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import type { Counts } from "./index.ts";
import { consume, endAll, fullRow, insertColumns, physicalColumns } from "./insert.ts";
import { isDefaultKeyword, type Table, temporaryName } from "./target.ts";

type MultiInsert = Extract<Statement, { type: "multiInsert" }>;

/** INSERT ALL and INSERT FIRST, with and without conditions. */
export async function multiInsert(
  ctx: StatementContext,
  transaction: Transaction,
  dml: MultiInsert,
  targets: Table[],
): Promise<Counts> {
  const versions = new Map<number, number>();
  for (const table of targets) versions.set(table.id, await transaction.writeVersion(table.id));
  return withCompiled(
    ctx,
    transaction,
    (env) => {
      const compiled = compileQuery(env, dml.query, null);
      const scope = newScope(null);
      scope.relations.push({
        name: null,
        path: [],
        columns: compiled.columns.map((c) => ({
          name: c.name,
          sql: `s.${quoteName(c.sqlName)}`,
          type: c.type,
          nullable: c.nullable,
        })),
      });
      const condition = (expr: Expr) => castTo(env, compileExpr(env, scope, expr), { kind: "BOOLEAN" }).sql;
      const inserts: { table: Table; items: string[]; where: string }[] = [];
      let at = 0;
      const add = (intos: InsertInto[], where: string) => {
        for (const into of intos) {
          const table = targets[at++]!;
          const sources = into.values
            ? into.values.map((e) =>
                isDefaultKeyword(e) ? ("DEFAULT" as const) : compileExpr(env, scope, e),
              )
            : compiled.columns.map((c) => typed(`s.${quoteName(c.sqlName)}`, c.type, c.nullable));
          const columns = insertColumns(env, table, into, sources.length);
          inserts.push({ table, items: fullRow(env, table, columns, sources), where });
        }
      };
      const seen: string[] = [];
      for (const { when, into } of dml.whens) {
        const own = when ? condition(when) : "TRUE";
        const before = dml.first ? seen.map((s) => `(${s}) IS NOT TRUE`) : [];
        add(into, [`(${own})`, ...before].join(" AND "));
        seen.push(own);
      }
      if (dml.otherwise) add(dml.otherwise, seen.map((s) => `(${s}) IS NOT TRUE`).join(" AND "));
      return { source: compiled.sql, inserts, temp: temporaryName(env) };
    },
    async ({ source, inserts, temp }, shared) => {
      const { connection } = transaction;
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${source}`);
      if (dml.overwrite)
        for (const table of new Set(targets)) await endAll(transaction, table, versions.get(table.id)!);
      const counts = new Map<Table, number>();
      for (const { table, items, where } of inserts) {
        const result = await connection.run(
          `INSERT INTO ${physicalTable(table.id)} (${physicalColumns(table)}) SELECT ${[...items, versions.get(table.id)].join(", ")} FROM temp.main.${temp} AS s WHERE ${where}`,
        );
        counts.set(table, (counts.get(table) ?? 0) + result.rowsChanged);
      }
      await connection.run(`DROP TABLE temp.main.${temp}`);
      consume(transaction, shared);
      const columns = [...counts].map(([table, n]): [string, number] => [
        `number of rows inserted into ${table.name}`,
        n,
      ]);
      return { columns, inserted: columns.reduce((sum, [, n]) => sum + n, 0), updated: 0, deleted: 0 };
    },
  );
}
