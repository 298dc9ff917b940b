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
import type { Expr, MergeClause, Statement } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import type { Counts } from "./index.ts";
import { consume, fullRow, insertColumns } from "./insert.ts";
import {
  assigned,
  endRows,
  isDefaultKeyword,
  nextRowId,
  placeTarget,
  RID,
  type Table,
  temporaryName,
} from "./target.ts";
import { assignments } from "./update.ts";

type Merge = Extract<Statement, { type: "merge" }>;

/** New row of the target by column name, or null for DELETE. */
type NewRow = Map<string, string> | null;

function updateRow(
  env: Env,
  scope: Scope,
  table: Table,
  clause: Extract<MergeClause, { type: "update" }>,
  targetAlias: string,
): NewRow {
  const values =
    clause.set === "ALL BY NAME" ? byName(env, scope, table) : assignments(env, scope, table, clause.set);
  return new Map(
    table.props.columns.map((c) => {
      const value = values.get(c.name);
      return [c.name, value ? assigned(env, value, c) : `${targetAlias}.${quoteName(c.name)}`];
    }),
  );
}

/** ALL BY NAME: every column of the target from the source's column of the same name. */
function byName(_env: Env, scope: Scope, table: Table): Map<string, Typed> {
  const sources = scope.relations.slice(1).flatMap((r) => r.columns.filter((c) => !c.hidden));
  const values = new Map<string, Typed>();
  for (const column of table.props.columns) {
    const source = sources.find((s) => s.name === column.name);
    if (source) values.set(column.name, { sql: source.sql, type: source.type, nullable: source.nullable });
  }
  if (values.size !== table.props.columns.length || sources.length !== values.size)
    throw new SnowflakeError(
      "002020",
      "21S01",
      "SQL compilation error:\nALL BY NAME needs the same columns in target and source.",
    );
  return values;
}

function insertRow(
  env: Env,
  sourceScope: Scope,
  table: Table,
  clause: Extract<MergeClause, { type: "insert" }>,
): NewRow {
  let row: string[];
  if (clause.values === "ALL BY NAME") {
    const values = byName(
      env,
      { ...sourceScope, relations: [{ name: null, path: [], columns: [] }, ...sourceScope.relations] },
      table,
    );
    row = fullRow(
      env,
      table,
      table.props.columns,
      table.props.columns.map((c) => values.get(c.name)!),
    );
  } else {
    const into = {
      target: { name: [], dynamic: null, alias: null, start: 0 },
      columns: clause.columns,
      values: null,
    };
    const columns = insertColumns(env, table, into, clause.values.length);
    const values = clause.values.map((e) =>
      isDefaultKeyword(e) ? "DEFAULT" : compileExpr(env, sourceScope, e),
    );
    row = fullRow(env, table, columns, values);
  }
  return new Map(table.props.columns.map((c, i) => [c.name, row[i]!]));
}

interface Clause {
  number: number;
  and: string;
  row: NewRow;
  type: MergeClause["type"];
}

/** A column's value in the new row: the one expression where all clauses agree, else by what was found or done. */
function newValue(clauses: readonly Clause[], column: string, rid: string, action: string): string {
  const writing = clauses.filter((clause) => clause.row !== null);
  if (writing.length === 0) return "NULL";
  const value = (clause: Clause) => clause.row!.get(column)!;
  if (writing.length === clauses.length) {
    if (writing.every((clause) => value(clause) === value(writing[0]!))) return value(writing[0]!);
    const [matched, unmatched] = [writing.filter((c) => c.number > 0), writing.filter((c) => c.number < 0)];
    if (matched.length === 1 && unmatched.length === 1)
      return `CASE WHEN ${rid} IS NOT NULL THEN ${value(matched[0]!)} ELSE ${value(unmatched[0]!)} END`;
  }
  return `CASE ${action} ${writing.map((clause) => `WHEN ${clause.number} THEN ${value(clause)}`).join(" ")} END`;
}

/**
 * One pass joins source and target and notes for each pair which clause takes it and the new row; then ended rows get
 * their end and new ones are appended. Rows that no clause takes are never touched.
 */
export async function merge(
  ctx: StatementContext,
  transaction: Transaction,
  dml: Merge,
  table: Table,
): Promise<Counts> {
  const version = await transaction.writeVersion(table.id);
  return withCompiled(
    ctx,
    transaction,
    (env) => {
      const scope = newScope(null);
      const target = placeTarget(env, scope, table, dml.target, version);
      const sourceScope = newScope(null);
      const source = compileFrom(env, dml.source, sourceScope);
      scope.relations.push(...sourceScope.relations);
      for (const [name, column] of sourceScope.merged) scope.merged.set(name, column);
      const condition = (expr: Expr, at: Scope) =>
        castTo(env, compileExpr(env, at, expr), { kind: "BOOLEAN" }).sql;
      const on = condition(dml.on, scope);
      const clauses: Clause[] = [];
      dml.matched.forEach((clause, i) => {
        clauses.push({
          number: i + 1,
          and: clause.and ? condition(clause.and, scope) : "TRUE",
          row: clause.type === "update" ? updateRow(env, scope, table, clause, target.alias) : null,
          type: clause.type,
        });
      });
      dml.notMatched.forEach((clause, i) => {
        if (clause.type !== "insert") return;
        clauses.push({
          number: -(i + 1),
          and: clause.and ? condition(clause.and, sourceScope) : "TRUE",
          row: insertRow(env, sourceScope, table, clause),
          type: "insert",
        });
      });
      const branch = (list: typeof clauses) =>
        list.length === 0
          ? "NULL"
          : `CASE ${list.map((c) => `WHEN ${c.and} THEN ${c.number}`).join(" ")} END`;
      const matched = branch(clauses.filter((c) => c.number > 0));
      const unmatched = branch(clauses.filter((c) => c.number < 0));
      const rid = `${target.alias}.${RID}`;
      const action = `(CASE WHEN ${rid} IS NOT NULL THEN ${matched} ELSE ${unmatched} END)`;
      const items = table.props.columns.map((c) => {
        return { name: quoteName(c.name), value: newValue(clauses, c.name, rid, action) };
      });
      const join = dml.notMatched.length > 0 ? "LEFT JOIN" : "INNER JOIN";
      const identity = `${rid} AS __firn_r, ${target.alias}.${BEGIN_VERSION} AS __firn_b, ${nextRowId(target.alias, version)} AS __firn_i`;
      const from = `FROM ${source} ${join} ${target.sql} ON ${on}`;
      // The action is written out again for each column: DuckDB computes it once, and still prunes the target's scan.
      const select =
        `SELECT ${items.map((i) => `${i.value} AS ${i.name}`).join(", ")}, ${identity}, ${action} AS __firn_a ` +
        `${from} WHERE ${action} IS NOT NULL`;
      return {
        select,
        temp: temporaryName(env),
        clauses: clauses.map(({ number, type }) => ({ number, type })),
      };
    },
    async ({ select, temp, clauses }, shared) => {
      const { connection } = transaction;
      const rows = `temp.main.${temp}`;
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${select}`);
      const updates = clauses.filter((c) => c.type === "update").map((c) => c.number);
      const deletes = clauses.filter((c) => c.type === "delete").map((c) => c.number);
      const isUpdate = updates.length > 0 ? `__firn_a IN (${updates.join(", ")})` : "FALSE";
      const isDelete = deletes.length > 0 ? `__firn_a IN (${deletes.join(", ")})` : "FALSE";
      let changed = `SELECT * FROM ${rows} WHERE __firn_a > 0`;
      const counted = await connection.runAndReadAll(
        `SELECT count(*) FILTER (WHERE __firn_a < 0), count(*) FILTER (WHERE __firn_a > 0), count(DISTINCT __firn_r) FILTER (WHERE __firn_a > 0), count(DISTINCT __firn_r) FILTER (WHERE ${isUpdate}), count(DISTINCT __firn_r) FILTER (WHERE ${isDelete}) FROM ${rows}`,
      );
      const [inserts, pairs, targets, updatedRows, deletedRows] = counted.getRows()[0]!.map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      if (pairs > targets) {
        const bad = await connection.runAndReadAll(
          `SELECT 1 FROM ${rows} WHERE __firn_a > 0 GROUP BY __firn_r HAVING count(*) > 1 AND count(*) FILTER (WHERE ${isUpdate}) > 0 LIMIT 1`,
        );
        const strict =
          sessionParameter(ctx.services.catalog, ctx.session, "ERROR_ON_NONDETERMINISTIC_MERGE").value !==
          false;
        if (bad.getRows().length > 0 && strict) throw await duplicateRow(transaction, table, rows, isUpdate);
        changed = `SELECT DISTINCT ON (__firn_r) * FROM ${rows} WHERE __firn_a > 0 ORDER BY __firn_r, ${isUpdate} DESC`;
      }
      const names = table.props.columns.map((c) => quoteName(c.name));
      if (targets > 0)
        await endRows(transaction, table, version, `SELECT __firn_r AS rid, __firn_b AS b FROM (${changed})`);
      const head = `INSERT INTO ${physicalTable(table.id)} (${[...names, BEGIN_VERSION, ROW_ID].join(", ")})`;
      if (updatedRows > 0)
        await connection.run(
          `${head} SELECT ${[...names, version, "__firn_i"].join(", ")} FROM (${changed}) AS s WHERE ${isUpdate}`,
        );
      if (inserts > 0)
        await connection.run(
          `${head} SELECT ${[...names, version, "NULL"].join(", ")} FROM ${rows} AS s WHERE __firn_a < 0`,
        );
      await connection.run(`DROP TABLE ${rows}`);
      consume(transaction, shared);
      const columns: Counts["columns"] = [];
      if (dml.notMatched.length > 0) columns.push(["number of rows inserted", inserts]);
      if (updates.length > 0) columns.push(["number of rows updated", updatedRows]);
      if (deletes.length > 0) columns.push(["number of rows deleted", deletedRows]);
      return { columns, inserted: inserts, updated: updatedRows, deleted: deletedRows };
    },
  );
}

async function duplicateRow(
  transaction: Transaction,
  table: Table,
  rows: string,
  isUpdate: string,
): Promise<SnowflakeError> {
  const names = table.props.columns.map((c) => `CAST(t.${quoteName(c.name)} AS VARCHAR)`);
  const reader = await transaction.connection.runAndReadAll(
    `SELECT ${names.join(", ")} FROM ${physicalTable(table.id)} AS t WHERE t.rowid = (SELECT __firn_r FROM ${rows} WHERE __firn_a > 0 GROUP BY __firn_r HAVING count(*) > 1 AND count(*) FILTER (WHERE ${isUpdate}) > 0 LIMIT 1)`,
  );
  const values = (reader.getRows()[0] ?? []).map((v, i) => {
    if (v === null || v === undefined) return "NULL";
    return table.props.columns[i]!.type.kind === "NUMBER" ? String(v) : `"${String(v)}"`;
  });
  return new SnowflakeError(
    "100090",
    "42P18",
    `Duplicate row detected during DML action\nRow Values: [${values.join(", ")}]`,
  );
}
