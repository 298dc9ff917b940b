import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { ResultColumn, Value } from "../../session/outcome.ts";
import type { Transaction } from "../../storage/transaction.ts";
import type { CallExpr, Expr } from "../parse/index.ts";
import { type Env, need } from "./env.ts";
import type { Source } from "./from.ts";
import { rowsSource } from "./rows-source.ts";
import { argumentsOf, output, textOf } from "./table-function-arguments.ts";

/** Errors of a past load, found by checking its files again; null for the session's last load. */
export type FindLoadErrors = (
  ctx: StatementContext,
  transaction: Transaction,
  table: string[],
  queryId: string | null,
) => Promise<Value[][]>;

let find: { columns: readonly ResultColumn[]; rows: FindLoadErrors } | null = null;
/** COPY's own part, which reads files as COPY does. */
export const setLoadErrors = (columns: readonly ResultColumn[], rows: FindLoadErrors): void => {
  find = { columns, rows };
};

const nameOf = (expr: Expr | undefined): string[] | null =>
  expr?.type === "column" ? expr.parts.map((part) => part.name) : null;

/** `VALIDATE(table, JOB_ID => '<query id>' | _last)`. Source: "VALIDATE". */
export function compileLoadErrors(env: Env, call: CallExpr): Source {
  if (!find) throw errors.internal("COPY is not loaded");
  const { columns, rows } = find;
  const args = argumentsOf(call, ["TABLE", "JOB_ID"]);
  const table = nameOf(args.get("TABLE"));
  if (!table) throw errors.invalidValue(call.name.at(-1)!.name, "table of VALIDATE: a name");
  const job = nameOf(args.get("JOB_ID"))?.join(".") ?? textOf(env, args, "JOB_ID");
  if (!job) throw errors.invalidValue("NULL", "JOB_ID");
  env.shared.usesData = true;
  const queryId = job.toUpperCase() === "_LAST" ? null : job;
  const found = need(env, `load errors ${table.join(".")} ${job}`, (transaction) =>
    rows(env.ctx, transaction, table, queryId),
  );
  return rowsSource(
    columns.map((c) => output(c.name, c.type, c.nullable)),
    found,
    ["VALIDATE"],
  );
}
