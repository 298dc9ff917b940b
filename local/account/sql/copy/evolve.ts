import { fullName, hasPrivilege, printIdentifier } from "../../access/index.ts";
import type { StagedFile, StatementContext } from "../../session/context.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { inferColumns } from "../compile/infer-schema.ts";
import { stagedFiles } from "../compile/staged-files.ts";
import { withCompiled } from "../run/query.ts";
import type { LoadPlan } from "./load.ts";

/**
 * The ALTER TABLE that a table with schema evolution needs before it takes the files: columns that it lacks, and NOT
 * NULL dropped where the files lack a column. Null when it needs none, or when the role may not. Source: "Table schema
 * evolution".
 */
export async function evolution(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
): Promise<string[]> {
  const { table, matchByName, place, format } = plan;
  if (!table.props.enableSchemaEvolution || matchByName === "NONE" || plan.copy.select) return [];
  if (!["OWNERSHIP", "EVOLVE SCHEMA"].some((privilege) => hasPrivilege(ctx, privilege, table))) return [];
  const ignoreCase = matchByName === "CASE_INSENSITIVE";
  const paths = new Set(files.map((file) => file.path));
  const found = await withCompiled(
    ctx,
    transaction,
    (env) =>
      inferColumns(
        env,
        place,
        format,
        stagedFiles(env, place, null, null).filter((file) => paths.has(file.path)),
        Number.MAX_SAFE_INTEGER,
        ignoreCase,
      ),
    async (columns) => columns,
  );
  const key = (name: string) => (ignoreCase ? name.toUpperCase() : name);
  const known = new Set(table.props.columns.map((column) => key(column.name)));
  const given = new Set(found.map((column) => key(column.name)));
  const name = fullName(ctx, table);
  const added = found.filter((column) => !known.has(key(column.name)));
  const lost = table.props.columns.filter((column) => !column.nullable && !given.has(key(column.name)));
  return [
    ...added.map((column) => `ALTER TABLE ${name} ADD COLUMN ${printIdentifier(column.name)} ${column.type}`),
    ...lost.map((column) => `ALTER TABLE ${name} ALTER COLUMN ${printIdentifier(column.name)} DROP NOT NULL`),
  ];
}
