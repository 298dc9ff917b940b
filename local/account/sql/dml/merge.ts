import { SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { sessionParameter } from "../../session/parameters.ts";
import { BEGIN_VERSION, physicalTable, ROW_ID } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { castTo } from "../compile/cast.ts";
import { nextAlias } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import { compileFrom } from "../compile/from.ts";
import { newScope, type Scope } from "../compile/scope.ts";
import { quoteName } from "../compile/typed.ts";
import type { Expr, MergeClause, Statement } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import type { Counts } from "./index.ts";
import { consume } from "./insert.ts";
import { insertRow, type NewRow, updateRow } from "./merge-rows.ts";
import { KeptColumns } from "./merge-source.ts";
import { endRows, nextRowId, placeTarget, RID, type Table, temporaryName } from "./target.ts";

type Merge = Extract<Statement, { type: "merge" }>;

interface Clause {
  number: number;
  and: string;
  row: NewRow;
  type: MergeClause["type"];
}

/** Which of the clauses takes the pair: its number, or NULL. */
const branch = (clauses: readonly Clause[]): string =>
  clauses.length === 0
    ? "NULL"
    : `CASE ${clauses.map((clause) => `WHEN ${clause.and} THEN ${clause.number}`).join(" ")} END`;

/** A column's value in the new row: the one expression where all clauses agree, else by the clause. */
function newValue(clauses: readonly Clause[], column: string, action: string): string {
  const writing = clauses.filter((clause) => clause.row !== null);
  if (writing.length === 0) return "NULL";
  const value = (clause: Clause) => clause.row!.get(column)!;
  if (writing.length === clauses.length && writing.every((clause) => value(clause) === value(writing[0]!)))
    return value(writing[0]!);
  return `CASE ${action} ${writing.map((clause) => `WHEN ${clause.number} THEN ${value(clause)}`).join(" ")} END`;
}

interface Compiled {
  /** The source's rows, each with the row of the target that it fits; of the target only what ON asks for is read. */
  pairs: string;
  /** Found rows that a clause takes: the new row, its identity, the clause. */
  matched: string | null;
  /** New rows of what was not found. */
  unmatched: string | null;
  clauses: Pick<Clause, "number" | "type">[];
  temp: string;
}

/**
 * Source and target are joined by what ON asks for alone, and kept as pairs. What was not found goes into the table from
 * there; what was found is looked up by its place, so that the target's other columns are read for those rows only.
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
    (env): Compiled => {
      const sourceScope = newScope(null);
      const source = compileFrom(env, dml.source, sourceScope);
      const temp = temporaryName(env);
      const pair = nextAlias(env, "p");
      const kept = new KeptColumns(sourceScope, pair);
      const condition = (expr: Expr, at: Scope) =>
        castTo(env, compileExpr(env, at, expr), { kind: "BOOLEAN" }).sql;
      const joined = newScope(null);
      const found = placeTarget(env, joined, table, dml.target, version);
      joined.relations.push(...sourceScope.relations);
      for (const [name, column] of sourceScope.merged) joined.merged.set(name, column);
      const on = condition(dml.on, joined);

      const scope = newScope(null);
      const target = placeTarget(env, scope, table, dml.target, version);
      scope.relations.push(...kept.scope.relations);
      for (const [name, column] of kept.scope.merged) scope.merged.set(name, column);
      const matching = dml.matched.map(
        (clause, i): Clause => ({
          number: i + 1,
          and: clause.and ? condition(clause.and, scope) : "TRUE",
          row: clause.type === "update" ? updateRow(env, scope, table, clause, target.alias) : null,
          type: clause.type,
        }),
      );
      const inserting = dml.notMatched.flatMap((clause, i): Clause[] =>
        clause.type === "insert"
          ? [
              {
                number: -(i + 1),
                and: clause.and ? condition(clause.and, kept.scope) : "TRUE",
                row: insertRow(env, kept.scope, table, clause),
                type: "insert",
              },
            ]
          : [],
      );
      const values = (clauses: readonly Clause[], action: string) =>
        table.props.columns.map((c) => `${newValue(clauses, c.name, action)} AS ${quoteName(c.name)}`);
      const [ofFound, ofNew] = [branch(matching), branch(inserting)];
      const matched =
        matching.length === 0
          ? null
          : `SELECT ${values(matching, `(${ofFound})`).join(", ")}, ${target.alias}.${RID} AS __firn_r, ` +
            `${target.alias}.${BEGIN_VERSION} AS __firn_b, ${nextRowId(target.alias, version)} AS __firn_i, ${ofFound} AS __firn_a ` +
            `FROM temp.main.${temp} AS ${pair} INNER JOIN ${target.sql} ON ${target.alias}.${RID} = ${pair}.${RID} ` +
            `WHERE ${pair}.${RID} IS NOT NULL AND (${ofFound}) IS NOT NULL`;
      const unmatched =
        inserting.length === 0
          ? null
          : `SELECT ${values(inserting, `(${ofNew})`).join(", ")} FROM temp.main.${temp} AS ${pair} ` +
            `WHERE ${pair}.${RID} IS NULL AND (${ofNew}) IS NOT NULL`;
      const join = unmatched === null ? "INNER JOIN" : "LEFT JOIN";
      const columns = [...kept.used([matched, unmatched]), `${found.alias}.${RID} AS ${RID}`];
      return {
        pairs: `SELECT ${columns.join(", ")} FROM ${source} ${join} ${found.sql} ON ${on}`,
        matched,
        unmatched,
        clauses: matching.map(({ number, type }) => ({ number, type })),
        temp,
      };
    },
    async (compiled, shared) => {
      const { connection } = transaction;
      const { temp, unmatched } = compiled;
      await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${compiled.pairs}`);
      const counted = await connection.runAndReadAll(`SELECT count(*), count(${RID}) FROM temp.main.${temp}`);
      const [pairs, found] = counted.getRows()[0]!.map(Number) as [number, number];
      const changed =
        found > 0 && compiled.matched !== null
          ? await changeFound(ctx, transaction, table, version, compiled)
          : { updated: 0, deleted: 0 };
      let inserted = 0;
      if (pairs > found && unmatched !== null) {
        const names = table.props.columns.map((c) => quoteName(c.name));
        const result = await connection.run(
          `INSERT INTO ${physicalTable(table.id)} (${[...names, BEGIN_VERSION].join(", ")}) SELECT *, ${version} FROM (${unmatched})`,
        );
        inserted = result.rowsChanged;
      }
      await connection.run(`DROP TABLE temp.main.${temp}`);
      consume(transaction, shared);
      const columns: Counts["columns"] = [];
      if (dml.notMatched.length > 0) columns.push(["number of rows inserted", inserted]);
      const has = (type: MergeClause["type"]) => compiled.clauses.some((clause) => clause.type === type);
      if (has("update")) columns.push(["number of rows updated", changed.updated]);
      if (has("delete")) columns.push(["number of rows deleted", changed.deleted]);
      return { columns, inserted, ...changed };
    },
  );
}

/** Ends the found rows that a clause takes, and writes the new ones of those that are updated. */
async function changeFound(
  ctx: StatementContext,
  transaction: Transaction,
  table: Table,
  version: number,
  { matched, clauses, temp }: Compiled,
): Promise<{ updated: number; deleted: number }> {
  const { connection } = transaction;
  const rows = `temp.main.${temp}_found`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp}_found AS ${matched}`);
  const numbers = (type: MergeClause["type"]) => {
    const list = clauses.filter((clause) => clause.type === type).map((clause) => clause.number);
    return list.length > 0 ? `__firn_a IN (${list.join(", ")})` : "FALSE";
  };
  const [isUpdate, isDelete] = [numbers("update"), numbers("delete")];
  const counted = await connection.runAndReadAll(
    `SELECT count(*), count(DISTINCT __firn_r), count(DISTINCT __firn_r) FILTER (WHERE ${isUpdate}), count(DISTINCT __firn_r) FILTER (WHERE ${isDelete}) FROM ${rows}`,
  );
  const [pairs, targets, updated, deleted] = counted.getRows()[0]!.map(Number) as [
    number,
    number,
    number,
    number,
  ];
  let taken: string = rows;
  if (pairs > targets) {
    const bad = await connection.runAndReadAll(
      `SELECT 1 FROM ${rows} GROUP BY __firn_r HAVING count(*) > 1 AND count(*) FILTER (WHERE ${isUpdate}) > 0 LIMIT 1`,
    );
    const strict =
      sessionParameter(ctx.services.catalog, ctx.session, "ERROR_ON_NONDETERMINISTIC_MERGE").value !== false;
    if (bad.getRows().length > 0 && strict) throw await duplicateRow(transaction, table, rows, isUpdate);
    taken = `(SELECT DISTINCT ON (__firn_r) * FROM ${rows} ORDER BY __firn_r, ${isUpdate} DESC)`;
  }
  if (targets > 0)
    await endRows(transaction, table, version, `SELECT __firn_r AS rid, __firn_b AS b FROM ${taken}`);
  const names = table.props.columns.map((c) => quoteName(c.name));
  if (updated > 0)
    await connection.run(
      `INSERT INTO ${physicalTable(table.id)} (${[...names, BEGIN_VERSION, ROW_ID].join(", ")}) ` +
        `SELECT ${[...names, version, "__firn_i"].join(", ")} FROM ${taken} AS s WHERE ${isUpdate}`,
    );
  await connection.run(`DROP TABLE ${rows}`);
  return { updated, deleted };
}

async function duplicateRow(
  transaction: Transaction,
  table: Table,
  rows: string,
  isUpdate: string,
): Promise<SnowflakeError> {
  const names = table.props.columns.map((c) => `CAST(t.${quoteName(c.name)} AS VARCHAR)`);
  const reader = await transaction.connection.runAndReadAll(
    `SELECT ${names.join(", ")} FROM ${physicalTable(table.id)} AS t WHERE t.rowid = (SELECT __firn_r FROM ${rows} GROUP BY __firn_r HAVING count(*) > 1 AND count(*) FILTER (WHERE ${isUpdate}) > 0 LIMIT 1)`,
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
