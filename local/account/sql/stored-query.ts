import type { CatalogObject, ColumnDef, DerivedTable } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import { END_VERSION, physicalTable, ROW_ID } from "../storage/storage.ts";
import type { Transaction } from "../storage/transaction.ts";
import { duckType } from "../types/physical.ts";
import { castTo } from "./compile/cast.ts";
import { columnType } from "./compile/collation.ts";
import type { Env, VersionOf } from "./compile/env.ts";
import { compileExpr } from "./compile/expression.ts";
import { allFunctions } from "./compile/functions/index.ts";
import { compileQuery } from "./compile/query.ts";
import { newScope } from "./compile/scope.ts";
import { quoteName, type Typed, typed } from "./compile/typed.ts";
import { fullRow, physicalColumns, type Table, temporaryName } from "./dml/target.ts";
import { parseExpression, parseQuery, type Query } from "./parse/index.ts";
import { withCompiled } from "./run/query.ts";

/** What a stored query (a dynamic table's, a materialized view's) reads. */
export interface QueryInputs {
  /** Ids of the tables, views and dynamic tables, those inside views too. */
  objects: number[];
  /** Does its result depend on more than these tables' rows (time, chance, policies, user-defined functions)? */
  volatile: boolean;
  /** Do policies have a say in it? */
  governed: boolean;
  /** How many columns it yields. */
  columns: number;
}

const withText = (ctx: StatementContext, text: string): StatementContext =>
  Object.create(ctx, { text: { value: text, enumerable: true } }) as StatementContext;

/** Compiles the query with the statement's rights and tells what it reads. Throws what running it would throw. */
export async function queryInputs(ctx: StatementContext, text: string): Promise<QueryInputs> {
  const query = parseQuery(text);
  const { catalog } = ctx.services;
  return ctx.inTransaction([], (transaction) =>
    withCompiled(
      withText(ctx, text),
      transaction,
      (env) => compileQuery(env, query, null),
      async (compiled, shared) => {
        const objects = [...shared.objects];
        const views = objects
          .map((id) => catalog.getAs("VIEW", id))
          .filter((view): view is CatalogObject<"VIEW"> => view !== undefined)
          .map((view) => parseQuery(view.props.query));
        return {
          objects,
          volatile: shared.governed || [query, ...views].some(isVolatile),
          governed: shared.governed,
          columns: compiled.columns.length,
        };
      },
    ),
  );
}

/** Built-in functions whose value changes by itself. Source: "Supported queries for dynamic tables". */
const VOLATILE = new Set([
  "CURRENT_DATE",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
  "GETDATE",
  "LOCALTIME",
  "LOCALTIMESTAMP",
  "NORMAL",
  "RANDOM",
  "RANDSTR",
  "SYSDATE",
  "SYSTIMESTAMP",
  "UNIFORM",
  "UUID_STRING",
  "ZIPF",
]);

let builtIns: ReadonlySet<string> | null = null;

/** Does the tree call a function that is volatile, or that is not built in? */
function isVolatile(node: unknown): boolean {
  builtIns ??= new Set(allFunctions().map(({ name }) => name));
  if (Array.isArray(node)) return node.some(isVolatile);
  if (typeof node !== "object" || node === null) return false;
  const record = node as Record<string, unknown>;
  const parts = (
    record["type"] === "call" ? record["name"] : record["type"] === "column" ? record["parts"] : null
  ) as { name: string }[] | null;
  if (parts?.length === 1 && VOLATILE.has(parts[0]!.name)) return true;
  if (record["type"] === "call" && parts && (parts.length > 1 || !builtIns.has(parts[0]!.name))) return true;
  return Object.values(record).some(isVolatile);
}

/** Rows that a refresh wrote and ended. */
export interface Replaced {
  inserted: number;
  deleted: number;
}

/**
 * Makes the table's rows those of the query, its sources read as of the given versions. Rows that stay are not
 * touched, so that history, streams and disk grow with what has changed only. Rows for which
 * `frozen`, a condition, holds stay as they are and none is added. Call with the table's lock held.
 */
export async function storeQuery(
  ctx: StatementContext,
  transaction: Transaction,
  table: DerivedTable,
  versionOf: VersionOf,
  frozen: string | null = null,
): Promise<Replaced> {
  const text = table.props.query;
  const query: Query = parseQuery(text);
  const target = table as unknown as Table;
  const { columns } = table.props;
  return withCompiled(
    withText(ctx, text),
    transaction,
    (env) => {
      const compiled = compileQuery(env, query, null);
      const values = compiled.columns.map(
        (c): Typed => ({ ...typed(`s.${quoteName(c.sqlName)}`, c.type, c.nullable), isNull: c.isNull }),
      );
      return {
        source: compiled.sql,
        items: fullRow(env, target, [...columns], values),
        temporary: temporaryName(env),
        open: frozen === null ? null : notFrozen(env, columns, frozen),
      };
    },
    async ({ source, items, temporary, open }) => {
      const { connection } = transaction;
      const rows = `temp.main.${temporary}`;
      const definitions = columns.map((c) => `${quoteName(c.name)} ${duckType(c.type)}`).join(", ");
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${temporary} (${definitions})`);
      try {
        await connection.run(`INSERT INTO ${rows} SELECT ${items.join(", ")} FROM (${source}) AS s`);
        return await replaceRows(transaction, target, rows, open);
      } finally {
        await connection.run(`DROP TABLE IF EXISTS ${rows}`).catch(() => {});
      }
    },
    versionOf,
  );
}

/** SQL that tells the rows which the condition does not hold for. */
function notFrozen(env: Env, columns: readonly ColumnDef[], condition: string): string {
  const scope = newScope(null);
  scope.relations.push({
    name: null,
    path: [],
    columns: columns.map((c) => ({
      name: c.name,
      sql: quoteName(c.name),
      type: columnType(c),
      nullable: true,
    })),
  });
  const own = { ctx: withText(env.ctx, condition), shared: env.shared };
  const holds = castTo(own, compileExpr(own, scope, parseExpression(condition)), { kind: "BOOLEAN" });
  return `NOT coalesce(${holds.sql}, FALSE)`;
}

/** Ends the live rows that `rows` has not (as often), and adds those that only `rows` has; of those that are `open`. */
async function replaceRows(
  transaction: Transaction,
  table: Table,
  rows: string,
  open: string | null,
): Promise<Replaced> {
  const { connection } = transaction;
  const version = await transaction.writeVersion(table.id);
  const t = physicalTable(table.id);
  const names = table.props.columns.map((c) => quoteName(c.name));
  // Equal rows are told apart by their number, so that duplicates are counted.
  const numbered = (what: string) =>
    `SELECT ${what}${names.join(", ")}, row_number() OVER (PARTITION BY ${names.join(", ")}) AS n`;
  const stored = `${numbered("rowid AS rid, ")} FROM ${t} WHERE ${END_VERSION} IS NULL${open ? ` AND ${open}` : ""}`;
  const wanted = `${numbered("")} FROM ${rows}${open ? ` WHERE ${open}` : ""}`;
  const same = ["n", ...names].map((name) => `a.${name} IS NOT DISTINCT FROM b.${name}`).join(" AND ");
  const ended = await connection.run(
    `UPDATE ${t} SET ${END_VERSION} = ${version}, ${ROW_ID} = coalesce(${ROW_ID}, rowid) WHERE rowid IN ` +
      `(SELECT a.rid FROM (${stored}) AS a ANTI JOIN (${wanted}) AS b ON ${same})`,
  );
  const added = await connection.run(
    `INSERT INTO ${t} (${physicalColumns(table)}) SELECT ${names.map((n) => `a.${n}`).join(", ")}, ${version} ` +
      `FROM (${wanted}) AS a ANTI JOIN (${stored}) AS b ON ${same}`,
  );
  return { inserted: added.rowsChanged, deleted: ended.rowsChanged };
}
