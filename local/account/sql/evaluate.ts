import type { ColumnDef } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import type { Value } from "../session/outcome.ts";
import { physicalTable } from "../storage/storage.ts";
import type { Transaction } from "../storage/transaction.ts";
import { type DataType, MAX_VARCHAR } from "../types/data-type.ts";
import { castTo } from "./compile/cast.ts";
import { collated, collationOf } from "./compile/collation.ts";
import { compileExpr } from "./compile/expression.ts";
import { compileQuery } from "./compile/query.ts";
import { newScope } from "./compile/scope.ts";
import { quoteName, type Typed, typed } from "./compile/typed.ts";
import { consume, fullRow, physicalColumns } from "./dml/insert.ts";
import { parseExpression, parseQuery } from "./parse/index.ts";
import { withCompiled } from "./run/query.ts";
import { resultRows } from "./run/values.ts";
import { evaluateStreamCondition } from "./stream-condition.ts";

const withText = (ctx: StatementContext, text: string): StatementContext =>
  Object.create(ctx, { text: { value: text, enumerable: true } }) as StatementContext;

/** Columns that a query yields (views, CTAS). Names as stored; none is NOT NULL; a NULL column is VARCHAR. */
export async function describeQuery(ctx: StatementContext, text: string): Promise<ColumnDef[]> {
  const own = withText(ctx, text);
  const query = parseQuery(text);
  return ctx.inTransaction([], (transaction) =>
    withCompiled(
      own,
      transaction,
      (env) => compileQuery(env, query, null),
      async (compiled) =>
        compiled.columns.map((c) => {
          const collation = collationOf(c.type);
          return {
            name: c.name,
            type: c.isNull ? { kind: "VARCHAR", length: MAX_VARCHAR } : collated(c.type, "", true),
            nullable: true,
            defaultSql: null,
            comment: null,
            ...(collation && { collation: collation.spec }),
          };
        }),
    ),
  );
}

/** Fills a new table (already made by createPhysicalTable with these columns) from a query. Returns the row count. */
export async function createTableAs(
  ctx: StatementContext,
  tableId: number,
  text: string,
  transaction: Transaction,
  columns: readonly ColumnDef[],
): Promise<number> {
  const own = withText(ctx, text);
  const query = parseQuery(text);
  const version = await transaction.writeVersion(tableId);
  return withCompiled(
    own,
    transaction,
    (env) => {
      const compiled = compileQuery(env, query, null);
      const values = compiled.columns.map(
        (c): Typed => ({ ...typed(`s.${quoteName(c.sqlName)}`, c.type, c.nullable), isNull: c.isNull }),
      );
      const table = { id: tableId, props: { columns } } as unknown as Parameters<typeof fullRow>[1];
      const items = fullRow(env, table, [...columns], values);
      return `INSERT INTO ${physicalTable(tableId)} (${physicalColumns(table)}) SELECT ${[...items, version].join(", ")} FROM (${compiled.sql}) AS s`;
    },
    async (sql, shared) => {
      const result = await transaction.connection.run(sql);
      consume(transaction, shared);
      return result.rowsChanged;
    },
  );
}

/** The value of an expression of constants and functions (SET, parameters, task conditions). */
export async function evaluateScalar(
  ctx: StatementContext,
  text: string,
): Promise<{ value: Value; type: DataType }> {
  const own = withText(ctx, text);
  const expr = parseExpression(text);
  return ctx.inTransaction([], (transaction) =>
    withCompiled(
      own,
      transaction,
      (env) => compileExpr(env, newScope(null), expr),
      async (compiled) => {
        const column = { name: "V", type: compiled.type, nullable: true };
        const sql = compiled.isNull ? "CAST(NULL AS VARCHAR)" : compiled.sql;
        const rows = await resultRows(transaction.connection, `SELECT ${sql}`, [column]);
        return { value: rows[0]?.[0] ?? null, type: compiled.type };
      },
    ),
  );
}

/** A task's WHEN: TRUE runs it; NULL and FALSE do not. */
export async function evaluateCondition(ctx: StatementContext, text: string): Promise<boolean> {
  const ofStreams = await evaluateStreamCondition(ctx, text);
  if (ofStreams !== undefined) return ofStreams;
  const own = withText(ctx, text);
  const expr = parseExpression(text);
  return ctx.inTransaction([], (transaction) =>
    withCompiled(
      own,
      transaction,
      (env) => castTo(env, compileExpr(env, newScope(null), expr), { kind: "BOOLEAN" }),
      async (compiled) => {
        const rows = await resultRows(transaction.connection, `SELECT ${compiled.sql}`, [
          { name: "V", type: { kind: "BOOLEAN" }, nullable: true },
        ]);
        return rows[0]?.[0] === true;
      },
    ),
  );
}
