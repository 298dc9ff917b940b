import { errors, type SnowflakeError } from "../../errors.ts";
import type { StagedFile, StatementContext } from "../../session/context.ts";
import type { Outcome, ResultColumn, Value } from "../../session/outcome.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { number, varchar } from "../../types/data-type.ts";
import { quoteName } from "../compile/typed.ts";
import { applySession } from "../run/connections.ts";
import { translateError } from "../run/errors.ts";
import { withCompiled } from "../run/query.ts";
import { resultRows } from "../run/values.ts";
import { compileLoad, explain, guarded, type LoadPlan, targets, withLocal } from "./load.ts";
import { fileLabel } from "./stage-location.ts";

/** What VALIDATION_MODE returns instead of loading. Source: "COPY INTO <table>", "VALIDATION_MODE". */
export type Validation = { rows: number } | { errors: "first files" | "all" };

export function readValidation(value: unknown): Validation | null {
  if (value === undefined) return null;
  const mode = String(value).toUpperCase();
  const rows = /^RETURN_([0-9]+)_ROWS$/.exec(mode);
  if (rows) return { rows: Number(rows[1]) };
  if (mode === "RETURN_ERRORS") return { errors: "first files" };
  if (mode === "RETURN_ALL_ERRORS") return { errors: "all" };
  throw errors.invalidValue(mode, "VALIDATION_MODE: RETURN_<n>_ROWS, RETURN_ERRORS or RETURN_ALL_ERRORS");
}

export const ERROR_COLUMNS: ResultColumn[] = (
  [
    ["ERROR", varchar()],
    ["FILE", varchar()],
    ["LINE", number()],
    ["CHARACTER", number()],
    ["BYTE_OFFSET", number()],
    ["CATEGORY", varchar()],
    ["CODE", number()],
    ["SQL_STATE", varchar()],
    ["COLUMN_NAME", varchar()],
    ["ROW_NUMBER", number()],
    ["ROW_START_LINE", number()],
    ["REJECTED_RECORD", varchar()],
  ] as const
).map(([name, type]) => ({ name, type, nullable: true }));

/** Checks the files and loads nothing. */
export async function validate(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
  how: Validation,
): Promise<Outcome> {
  if (plan.copy.select) throw errors.unsupported("VALIDATION_MODE with a transformation");
  return "rows" in how
    ? firstRows(ctx, plan, files, transaction, how.rows)
    : { kind: "COPY", columns: ERROR_COLUMNS, rows: [await allErrors(ctx, plan, files, transaction)] };
}

/** The first rows as they would be loaded; the first error met fails the statement. */
async function firstRows(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
  count: number,
): Promise<Outcome> {
  const columns: ResultColumn[] = plan.table.props.columns.map((c) => ({
    name: c.name,
    type: c.type,
    nullable: c.nullable,
  }));
  const rows: Value[][] = [];
  const apart = await ctx.services.storage.connect();
  try {
    await applySession(ctx, apart);
    for (const file of files) {
      if (rows.length >= count) break;
      await recordsSql(ctx, plan, file, transaction, async (sql) => {
        rows.push(...(await resultRows(apart, `${sql} LIMIT ${count - rows.length}`, columns)));
      });
    }
  } finally {
    apart.closeSync();
  }
  return { kind: "COPY", columns, rows: [rows] };
}

/** A row for each record that does not fit. */
export async function allErrors(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
): Promise<Value[][]> {
  const rows: Value[][] = [];
  for (const file of files)
    for (const bad of await badRecords(ctx, plan, file, transaction))
      rows.push([
        bad.message,
        fileLabel(plan.place, file.path),
        bad.row === null ? null : BigInt(bad.row),
        bad.row === null ? null : 1n,
        null,
        bad.row === null ? "parsing" : "conversion",
        BigInt(Number.parseInt(bad.code, 10) || 0),
        bad.sqlState,
        bad.column,
        bad.row === null ? null : BigInt(bad.row),
        bad.row === null ? null : BigInt(bad.row),
        null,
      ]);
  return rows;
}

/** SQL of a file's rows as they would be loaded, while the file is there. */
const recordsSql = <T>(
  ctx: StatementContext,
  plan: LoadPlan,
  file: StagedFile,
  transaction: Transaction,
  work: (sql: string) => Promise<T>,
): Promise<T> =>
  withLocal(ctx, plan.place, [file], async (local) => {
    const load = await withCompiled(
      ctx,
      transaction,
      (env) => compileLoad(env, plan, local, "STRICT"),
      async (compiled) => compiled,
    );
    const names = plan.table.props.columns.map((c) => quoteName(c.name));
    const items = (load.check ? guarded(load) : load.items).map((item, i) => `${item} AS ${names[i]}`);
    return work(`SELECT ${items.join(", ")} FROM ${load.from}`);
  });

interface BadRecord {
  message: string;
  code: string;
  sqlState: string;
  column: string | null;
  /** Null when the file itself cannot be read. */
  row: number | null;
}

/** Bad records that VALIDATION_MODE tells of each file at most. */
const MOST_BAD = 1000;

/** Records of the file that do not fit, and why. */
const badRecords = (
  ctx: StatementContext,
  plan: LoadPlan,
  file: StagedFile,
  transaction: Transaction,
): Promise<BadRecord[]> =>
  withLocal(ctx, plan.place, [file], async (local) => {
    const load = await withCompiled(
      ctx,
      transaction,
      (env) => compileLoad(env, plan, local, "LENIENT"),
      async (compiled) => compiled,
    );
    const filled = new Set(targets(plan).map((one) => one.name));
    const tried = load.items.filter((_, i) => filled.has(plan.table.props.columns[i]!.name));
    const fields = [...tried, ...(load.check ? [load.check] : [])].map((item, i) => `k${i} := ${item}`);
    const alias = /AS (f[0-9]+)$/.exec(load.from)![1]!;
    const apart = await ctx.services.storage.connect();
    try {
      await applySession(ctx, apart);
      const reader = await apart.runAndReadAll(
        `SELECT n FROM (SELECT ${alias}.n AS n, TRY(struct_pack(${fields.join(", ")})) AS r FROM ${load.from}) WHERE r IS NULL ORDER BY n LIMIT ${MOST_BAD}`,
      );
      const found: BadRecord[] = [];
      for (const [n] of reader.getRows())
        found.push({ ...(await explain(plan, load, alias, Number(n), apart)), row: Number(n) });
      return found;
    } catch (error) {
      const reason = translateError(error) as SnowflakeError;
      return [
        { message: reason.message, code: reason.code, sqlState: reason.sqlState, column: null, row: null },
      ];
    } finally {
      apart.closeSync();
    }
  });
