import { errors } from "../../errors.ts";
import type { StagedFile, StatementContext } from "../../session/context.ts";
import type { Outcome, ResultColumn, Value } from "../../session/outcome.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { number, varchar } from "../../types/data-type.ts";
import { applySession } from "../run/connections.ts";
import { resultRows } from "../run/values.ts";
import { badRecords, type LoadPlan, recordsSql } from "./load.ts";
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

const COLUMNS: ResultColumn[] = (
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
    : allErrors(ctx, plan, files, transaction);
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

async function allErrors(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
): Promise<Outcome> {
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
  return { kind: "COPY", columns: COLUMNS, rows: [rows] };
}
