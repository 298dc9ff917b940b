import { findObject, requirePrivilege, resolveObject } from "../../access/index.ts";
import type { CatalogObject, ColumnDef } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable, ROW_ID } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { printDataType } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import { castTo } from "../compile/cast.ts";
import { columnType } from "../compile/collation.ts";
import { type Env, nextAlias } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import { policiesOn } from "../compile/policies.ts";
import { newScope, type Relation, type Scope } from "../compile/scope.ts";
import { dynamicName } from "../compile/table.ts";
import { quoteName, raise, type Typed } from "../compile/typed.ts";
import { type Expr, type Ident, lineAndPosition, parseExpression, type Target } from "../parse/index.ts";

export type Table = CatalogObject<"TABLE">;

/** The table that a DML statement writes, with the privileges it needs on it. */
export function resolveTargetTable(env: Env, target: Target, privileges: readonly string[]): Table {
  const parts = target.dynamic ? dynamicName(env, target.dynamic) : target.name.map((p) => p.name);
  const derived = findObject(env.ctx, ["DYNAMIC_TABLE", "MATERIALIZED_VIEW"] as const, parts);
  // Source: "Dynamic table limitations"; "Working with Materialized Views", limitations.
  if (derived)
    throw errors.unsupported(`DML on ${derived.kind.toLowerCase().replace("_", " ")} ${derived.name}`);
  const table = resolveObject(env.ctx, "TABLE", parts, { label: "Table" });
  for (const privilege of privileges) requirePrivilege(env.ctx, privilege, table);
  return table;
}

/** Ids to lock before the statement's snapshot: the tables it writes and the streams it reads. */
export function lockIds(ctx: StatementContext, targets: readonly Table[], tree: unknown): number[] {
  const ids = new Set(targets.map((t) => t.id));
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    else if (typeof node === "object" && node !== null) {
      const record = node as Record<string, unknown>;
      if (record["type"] === "table" && Array.isArray(record["name"]) && record["name"].length > 0) {
        const parts = (record["name"] as Ident[]).map((p) => p.name);
        let stream: CatalogObject | undefined;
        try {
          stream = findObject(ctx, "STREAM", parts, { search: true });
        } catch {
          // A name that does not resolve is an error of the compilation, with its own message.
        }
        if (stream) ids.add(stream.id);
      }
      for (const value of Object.values(record)) visit(value);
    }
  };
  visit(tree);
  return [...ids];
}

/** The column of the table that an identifier names; 000904 otherwise. */
export function targetColumn(env: Env, table: Table, ident: Ident): ColumnDef {
  const column = table.props.columns.find((c) => c.name === ident.name);
  if (column) return column;
  const { line, position } = lineAndPosition(env.ctx.text, ident.start);
  throw errors.invalidIdentifier(ident.quoted ? `"${ident.name}"` : ident.name, line, position);
}

export const isDefaultKeyword = (expr: Expr): boolean =>
  expr.type === "column" &&
  expr.parts.length === 1 &&
  !expr.parts[0]!.quoted &&
  expr.parts[0]!.name === "DEFAULT";

/** A column's DEFAULT, its next number, or NULL. */
export function defaultValue(env: Env, table: Table, column: ColumnDef): Typed {
  if (column.autoincrement) {
    return {
      sql: `nextval('${autoincrementSequence(table.id, column.name)}')`,
      type: column.type,
      nullable: false,
    };
  }
  if (column.defaultSql === null) return { sql: "NULL", type: column.type, nullable: true, isNull: true };
  return compileExpr(env, newScope(null), parseExpression(column.defaultSql));
}

export const autoincrementSequence = (tableId: number, column: string): string =>
  `data."auto_${tableId}_${Buffer.from(column).toString("hex")}"`;

/**
 * A value made fit for a column: converted, its length and NULL checked. Evaluated once: give a column reference,
 * not a costly expression.
 */
export function assigned(env: Env, value: Typed, column: ColumnDef): string {
  const { type } = column;
  let converted: Typed;
  if (value.isNull) converted = castTo(env, value, type);
  else {
    const mismatch =
      (type.kind === "OBJECT" || type.kind === "ARRAY") && value.type.kind === "VARCHAR"
        ? true
        : !coercible(value, column);
    if (mismatch)
      throw new SnowflakeError(
        "002023",
        "22000",
        `SQL compilation error:\nExpression type does not match column data type, expecting ${printDataType(type)} but got ${printDataType(value.type)} for column ${column.name}`,
      );
    converted = castTo(env, value, type.kind === "VARCHAR" ? { ...type, length: 16_777_216 } : type);
  }
  let sql = converted.sql;
  const physical = duckType(type);
  if (
    type.kind === "VARCHAR" &&
    type.length < 16_777_216 &&
    !converted.isNull &&
    !shortEnough(value, type.length)
  ) {
    const tooLong = raise(
      "100078",
      "22000",
      `'String ''' || ${sql} || ''' is too long and would be truncated'`,
    );
    sql = `CASE WHEN length(${sql}) > ${type.length} THEN CAST(${tooLong} AS VARCHAR) ELSE ${sql} END`;
  }
  if (!column.nullable && (value.nullable || value.isNull)) {
    const missing = raise("100072", "22000", "'NULL result in a non-nullable column'");
    sql = `CASE WHEN ${sql} IS NULL THEN CAST(${missing} AS ${physical}) ELSE ${sql} END`;
  }
  return physical.startsWith("DECIMAL") || physical === "BIGINT" || physical === "HUGEINT"
    ? `CAST(${sql} AS ${physical})`
    : sql;
}

const shortEnough = (value: Typed, length: number) =>
  value.type.kind === "VARCHAR" && value.type.length <= length;

function coercible(value: Typed, column: ColumnDef): boolean {
  const from = value.type.kind;
  const to = column.type.kind;
  if (from === to || from === "VARCHAR" || from === "VARIANT" || to === "VARIANT") return true;
  switch (to) {
    case "NUMBER":
    case "FLOAT":
      return from === "NUMBER" || from === "FLOAT" || from === "BOOLEAN";
    case "BOOLEAN":
      return from === "NUMBER" || from === "FLOAT";
    case "VARCHAR":
      return from !== "BINARY" && from !== "ARRAY" && from !== "OBJECT";
    case "DATE":
      return from.startsWith("TIMESTAMP");
    case "TIME":
      return from.startsWith("TIMESTAMP");
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return from === "DATE" || from.startsWith("TIMESTAMP");
    default:
      return false;
  }
}

/** Every column of the table, from the given values or its default. */
export function fullRow(
  env: Env,
  table: Table,
  columns: readonly ColumnDef[],
  values: readonly (Typed | "DEFAULT")[],
): string[] {
  return table.props.columns.map((column) => {
    const at = columns.indexOf(column);
    const value = at === -1 ? "DEFAULT" : values[at]!;
    return assigned(env, value === "DEFAULT" ? defaultValue(env, table, column) : value, column);
  });
}

export const physicalColumns = (table: Table): string =>
  [...table.props.columns.map((c) => quoteName(c.name)), BEGIN_VERSION].join(", ");

/** Names of the target's physical row, version and identity in the rows that DML works on. */
export const RID = "__firn_rid";

/** The target's live rows, with their physical identity, under an alias in the scope. */
export function placeTarget(
  env: Env,
  scope: Scope,
  table: Table,
  target: Target,
  version: number,
): { sql: string; alias: string } {
  const alias = nextAlias(env, "t");
  const policies = policiesOn(env, table, (name) => `${alias}.${quoteName(name)}`);
  const relation: Relation = {
    name: target.alias?.name ?? table.name,
    path: [],
    columns: table.props.columns.map((c) => ({
      name: c.name,
      sql: policies?.masks.get(c.name)?.sql ?? `${alias}.${quoteName(c.name)}`,
      type: columnType(c),
      nullable: c.nullable,
    })),
  };
  if (!target.alias) relation.path = target.name.slice(0, -1).map((p) => p.name);
  scope.relations.push(relation);
  const live = `${BEGIN_VERSION} <= ${version} AND (${END_VERSION} IS NULL OR ${END_VERSION} > ${version})`;
  const rows = `SELECT *, rowid AS ${RID} FROM ${physicalTable(table.id)} AS ${alias} WHERE ${live}`;
  const filter = policies?.filter ? ` AND ${policies.filter}` : "";
  return { sql: `(${rows}${filter}) AS ${alias}`, alias };
}

/**
 * Ends row versions: those of earlier transactions get their end, those that this transaction inserted itself were
 * never visible and go. `rids` is SQL yielding (rid, begin).
 */
export async function endRows(
  transaction: Transaction,
  table: Table,
  version: number,
  rids: string,
): Promise<void> {
  const t = physicalTable(table.id);
  const { connection } = transaction;
  await connection.run(
    `UPDATE ${t} SET ${END_VERSION} = ${version}, ${ROW_ID} = coalesce(${ROW_ID}, rowid) WHERE rowid IN (SELECT rid FROM (${rids}) WHERE b < ${version})`,
  );
  await connection.run(`DELETE FROM ${t} WHERE rowid IN (SELECT rid FROM (${rids}) WHERE b >= ${version})`);
}

/** Identity of the new version of an updated row: the old one's, unless nobody ever saw that. */
export const nextRowId = (alias: string, version: number): string =>
  `CASE WHEN ${alias}.${BEGIN_VERSION} >= ${version} THEN ${alias}.${ROW_ID} ELSE coalesce(${alias}.${ROW_ID}, ${alias}.${RID}) END`;

export const temporaryName = (env: Env): string => `firn_dml_${env.ctx.queryId.replace(/[^0-9A-Za-z]/g, "")}`;
