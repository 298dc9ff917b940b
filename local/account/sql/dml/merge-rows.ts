import { SnowflakeError } from "../../errors.ts";
import type { Env } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import type { Scope } from "../compile/scope.ts";
import { quoteName, type Typed } from "../compile/typed.ts";
import type { MergeClause } from "../parse/index.ts";
import { fullRow, insertColumns } from "./insert.ts";
import { assigned, isDefaultKeyword, type Table } from "./target.ts";
import { assignments } from "./update.ts";

/** New row of the target by column name, or null for DELETE. */
export type NewRow = Map<string, string> | null;

export function updateRow(
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

export function insertRow(
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
