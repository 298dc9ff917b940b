import { fullName } from "../../access/index.ts";
import type { CatalogObject, StoredTable } from "../../catalog/model.ts";
import { SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { printDataType } from "../../types/data-type.ts";
import { type Env, readVersionOf } from "./env.ts";
import type { Source } from "./from.ts";
import { applyPolicies } from "./policies.ts";
import { tableAt } from "./table-versions.ts";

type View = CatalogObject<"MATERIALIZED_VIEW">;

/**
 * Why the view cannot be read, or null: it is suspended, its maintenance failed, or its table was dropped, renamed or
 * lost a column. Source: "Working with Materialized Views", effects of changes to base tables.
 */
export function materializedViewProblem(ctx: StatementContext, view: View): string | null {
  const { suspended, invalidReason, source, sourceId } = view.props;
  if (suspended) return "";
  if (invalidReason !== null) return invalidReason;
  const table = ctx.services.catalog.getAs("TABLE", sourceId);
  const now = new Map(table?.props.columns.map((c) => [c.name, printDataType(c.type)]));
  const changed =
    !table ||
    table.droppedOn !== null ||
    fullName(ctx, table as CatalogObject) !== source.name ||
    Object.entries(source.columns).some(([name, type]) => now.get(name) !== type);
  return changed
    ? `DDL Statement was executed on the base table '${source.name.split(".").at(-1)}'. Marked Materialized View as invalid.`
    : null;
}

/** The documented error: 002037. */
export const invalidView = (view: View, reason: string): SnowflakeError =>
  new SnowflakeError(
    "002037",
    "42601",
    `SQL compilation error:\nFailure during expansion of view '${view.name}': SQL compilation error: Materialized View ${view.name} is invalid.${reason === "" ? "" : `\nInvalidation reason: ${reason}`}`,
  );

/** The version of the view's own rows that shows its table as the statement sees it; null when none does. */
export function storedVersion(env: Env, view: View): number | null {
  const version = env.shared.transaction.readVersion(view.id);
  const source = env.ctx.services.runtime?.materializedViews.sourceVersion(view.id, version);
  return source === readVersionOf(env, view.props.sourceId) ? version : null;
}

export const storedRows = (env: Env, view: View, version: number, name: string[]): Source =>
  applyPolicies(env, view, tableAt(view as unknown as StoredTable, String(version), name));
