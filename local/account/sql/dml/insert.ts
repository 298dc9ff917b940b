import type { ColumnDef } from "../../catalog/model.ts";
import { SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable, ROW_ID } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import type { Env, Shared } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import { compileQuery } from "../compile/query.ts";
import { newScope } from "../compile/scope.ts";
import { quoteName, type Typed, typed } from "../compile/typed.ts";
import type { Expr, InsertInto, Statement } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import { bindRows, bindTable } from "./bound-rows.ts";
import type { Counts } from "./index.ts";
import {
  fullRow,
  isDefaultKeyword,
  physicalColumns,
  type Table,
  targetColumn,
  temporaryName,
} from "./target.ts";
import { type Cell, valueSelects } from "./values-rows.ts";

export { fullRow, physicalColumns };

type Insert = Extract<Statement, { type: "insert" }>;

/** Columns that get values, in the order of the values. */
export function insertColumns(env: Env, table: Table, into: InsertInto, given: number): ColumnDef[] {
  const columns =
    into.columns.length > 0 ? into.columns.map((c) => targetColumn(env, table, c)) : table.props.columns;
  if (new Set(columns).size !== columns.length)
    throw new SnowflakeError(
      "002025",
      "42S21",
      `SQL compilation error:\nduplicate column name '${columns.find((c, i) => columns.indexOf(c) !== i)!.name}'`,
    );
  if (columns.length !== given)
    throw new SnowflakeError(
      "002020",
      "21S01",
      `SQL compilation error:\nInsert value list does not match column list expecting ${columns.length} but got ${given}`,
    );
  return columns;
}

/** Functions that INSERT … VALUES refuses. Source: "INSERT", usage notes. */
const NOT_IN_VALUES = new Set([
  "PARSE_JSON",
  "TRY_PARSE_JSON",
  "TO_VARIANT",
  "OBJECT_CONSTRUCT",
  "ARRAY_CONSTRUCT",
  "TO_ARRAY",
  "TO_OBJECT",
  "PARSE_XML",
]);

function refuseInValues(env: Env, node: unknown): void {
  if (Array.isArray(node)) for (const item of node) refuseInValues(env, item);
  else if (typeof node === "object" && node !== null) {
    const expr = node as Expr;
    if (expr.type === "call" && expr.name.length === 1 && NOT_IN_VALUES.has(expr.name[0]!.name))
      throw new SnowflakeError(
        "002014",
        "22000",
        `SQL compilation error:\nInvalid expression [${env.ctx.text.slice(expr.start, expr.end)}] in VALUES clause`,
      );
    if (expr.type === "subquery") return;
    for (const value of Object.values(node)) refuseInValues(env, value);
  }
}

/** Rows of array binds from which they go by a table. */
const MANY = 10;

/** SELECT of one line of VALUES for all rows of the array binds. */
function boundSelect(
  env: Env,
  table: Table,
  columns: readonly ColumnDef[],
  row: readonly Expr[],
  bound: string,
  version: number,
): string {
  const given: string[] = [];
  const cells = row.map((expr, i): Cell => {
    if (isDefaultKeyword(expr)) return "DEFAULT";
    const value = compileExpr(env, newScope(null), expr);
    if (value.isNull) return value;
    given.push(`${value.sql} AS k${i}`);
    return typed(`s.k${i}`, value.type, value.nullable);
  });
  const items = [...fullRow(env, table, columns, cells), String(version)].join(", ");
  return `SELECT ${items} FROM (SELECT ${given.length > 0 ? given.join(", ") : "1"} FROM ${bound}) AS s`;
}

export async function insert(
  ctx: StatementContext,
  transaction: Transaction,
  dml: Insert,
  table: Table,
): Promise<Counts> {
  const version = await transaction.writeVersion(table.id);
  const into = dml.into;
  const head = `INSERT INTO ${physicalTable(table.id)} (${physicalColumns(table)})`;
  let inserted = 0;
  if (dml.rows) {
    const rows = dml.rows;
    const repeats = bindRows(ctx);
    inserted = await withCompiled(
      ctx,
      transaction,
      (env) => {
        refuseInValues(env, rows);
        const columns = insertColumns(env, table, into, rows[0]!.length);
        const bound = repeats >= MANY ? bindTable(env) : null;
        if (bound !== null)
          return rows.map((row) => {
            if (row.length !== columns.length) insertColumns(env, table, into, row.length);
            return boundSelect(env, table, columns, row, bound, version);
          });
        const cells: Cell[][] = [];
        for (let bindRow = 0; bindRow < repeats; bindRow++) {
          env.shared.facts.set("bind row", bindRow);
          for (const row of rows) {
            if (row.length !== columns.length) insertColumns(env, table, into, row.length);
            cells.push(
              row.map((e) => (isDefaultKeyword(e) ? "DEFAULT" : compileExpr(env, newScope(null), e))),
            );
          }
        }
        return valueSelects(env, table, columns, cells, version);
      },
      async (selects) => {
        if (dml.overwrite) await endAll(transaction, table, version);
        let count = 0;
        for (const select of selects)
          count += (await transaction.connection.run(`${head} ${select}`)).rowsChanged;
        return count;
      },
    );
  } else {
    const query = dml.query!;
    inserted = await withCompiled(
      ctx,
      transaction,
      (env) => {
        const bound = bindRows(ctx) > 1 ? bindTable(env) : null;
        const compiled = compileQuery(env, query, null);
        const columns = insertColumns(env, table, into, compiled.columns.length);
        const values = compiled.columns.map(
          (c): Typed => ({ ...typed(`s.${quoteName(c.sqlName)}`, c.type, c.nullable), isNull: c.isNull }),
        );
        return {
          // With array binds the query runs for each of their rows.
          source: bound === null ? compiled.sql : `SELECT s.* FROM ${bound}, LATERAL (${compiled.sql}) AS s`,
          items: fullRow(env, table, columns, values),
          temp: temporaryName(env),
        };
      },
      async ({ source, items, temp }, shared) => {
        const { connection } = transaction;
        let from = `(${source})`;
        if (dml.overwrite && shared.objects.has(table.id)) {
          await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${source}`);
          from = `temp.main.${temp}`;
        }
        if (dml.overwrite) await endAll(transaction, table, version);
        const result = await connection.run(
          `${head} SELECT ${[...items, String(version)].join(", ")} FROM ${from} AS s`,
        );
        if (from !== `(${source})`) await connection.run(`DROP TABLE ${from}`);
        consume(transaction, shared);
        return result.rowsChanged;
      },
    );
  }
  return { columns: [["number of rows inserted", inserted]], inserted, updated: 0, deleted: 0 };
}

/** INSERT OVERWRITE and TRUNCATE: every live row ends. Returns how many. */
export async function endAll(transaction: Transaction, table: Table, version: number): Promise<number> {
  const t = physicalTable(table.id);
  const { connection } = transaction;
  const own = await connection.run(`DELETE FROM ${t} WHERE ${BEGIN_VERSION} >= ${version}`);
  const ended = await connection.run(
    `UPDATE ${t} SET ${END_VERSION} = ${version}, ${ROW_ID} = coalesce(${ROW_ID}, rowid) WHERE ${END_VERSION} IS NULL`,
  );
  return own.rowsChanged + ended.rowsChanged;
}

/** The streams that the statement read move with the transaction's commit. */
export function consume(transaction: Transaction, shared: Shared): void {
  for (const [stream, position] of shared.streams) transaction.consumeStream(stream, position);
}
