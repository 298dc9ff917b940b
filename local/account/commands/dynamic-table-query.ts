import { asRole, fullName, hasPrivilege, printIdentifier } from "../access/index.ts";
import type { DynamicTableProps } from "../catalog/derived-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import {
  describeQuery,
  notIncremental,
  parseExpression,
  parseQuery,
  type QueryInputs,
  queryInputs,
} from "../sql/index.ts";
import { inContext } from "./objects.ts";
import type { TargetLag } from "./target-lag.ts";

type DynamicTable = CatalogObject<"DYNAMIC_TABLE">;

/** What a dynamic table may read. Source: "Dynamic table limitations", "Supported queries for dynamic tables". */
export async function checkQuery(
  ctx: StatementContext,
  query: string,
  lag: TargetLag,
  refreshesUpstream: boolean,
): Promise<QueryInputs> {
  const { catalog } = ctx.services;
  const inputs = await queryInputs(ctx, query);
  for (const id of inputs.objects) {
    const object = catalog.get(id)!;
    if (object.kind === "STREAM" || object.kind === "MATERIALIZED_VIEW")
      throw errors.unsupported(`${object.kind.toLowerCase().replace("_", " ")} in a dynamic table`);
    if (object.kind === "VIEW") {
      const view = object as CatalogObject<"VIEW">;
      const read = await queryInputs(asRole(ctx, view.owner, view.props.context), view.props.query);
      if (read.objects.some((inner) => catalog.get(inner)?.kind === "DYNAMIC_TABLE"))
        throw errors.unsupported("a view of a dynamic table in a dynamic table");
    }
    if (object.kind !== "DYNAMIC_TABLE") continue;
    const upstream = object as DynamicTable;
    checkLag(ctx, lag, upstream);
    if (refreshesUpstream && !hasPrivilege(ctx, "OPERATE", upstream))
      throw new SnowflakeError(
        "002757",
        "42501",
        "Insufficient privileges to operate on dynamic table. OPERATE privilege is required for initial refresh.",
      );
  }
  return inputs;
}

/** Source: "Dynamic table refresh modes"; "Supported queries for dynamic tables". */
export function resolveRefreshMode(
  ctx: StatementContext,
  declared: "AUTO" | "FULL" | "INCREMENTAL",
  query: string,
  inputs: QueryInputs,
): DynamicTableProps["refreshMode"] {
  if (declared === "FULL") return { declared, resolved: "FULL", reason: null };
  const { catalog } = ctx.services;
  const views = inputs.objects.map((id) => catalog.getAs("VIEW", id)?.props.query);
  const queries = [query, ...views].filter((text) => text !== undefined);
  const full = inputs.objects
    .map((id) => catalog.getAs("DYNAMIC_TABLE", id))
    .find((upstream) => upstream?.props.refreshMode.resolved === "FULL");
  const obstacle =
    queries.map((text) => notIncremental(parseQuery(text))).find((reason) => reason !== null) ??
    (inputs.governed ? "a policy on a base table" : null) ??
    (full ? `the dynamic table ${full.name}, which is refreshed in full` : null);
  if (obstacle === null) return { declared, resolved: "INCREMENTAL", reason: null };
  const reason = `Incremental refresh is not supported with ${obstacle}.`;
  if (declared === "INCREMENTAL") throw errors.compilation("002715", "42601", reason);
  return { declared, resolved: "FULL", reason };
}

/** A lag may not be shorter than that of a dynamic table that is read. Source: "CREATE DYNAMIC TABLE", TARGET_LAG. */
export function checkLag(ctx: StatementContext, lag: TargetLag, upstream: DynamicTable): void {
  const least = upstream.props.targetLag.seconds;
  if (lag.seconds !== null && least !== null && lag.seconds < least)
    throw errors.compilation(
      "001008",
      "22023",
      `invalid value [${lag.text}] for parameter 'TARGET_LAG': it must not be shorter than '${upstream.props.targetLag.text}', the target lag of dynamic table ${fullName(ctx, upstream as CatalogObject)}.`,
    );
}

/** IMMUTABLE WHERE is a condition on the dynamic table's own columns, without queries. */
export async function checkImmutable(
  ctx: StatementContext,
  { query, columns, context }: Pick<DynamicTableProps, "query" | "columns" | "context">,
  condition: string,
): Promise<void> {
  if (holdsQuery(parseExpression(condition))) throw errors.unsupported("a subquery in IMMUTABLE WHERE");
  const names = columns.map(({ name }) => printIdentifier(name)).join(", ");
  // A dynamic table is made in a schema.
  const inside = context as { databaseId: number; schemaId: number };
  await describeQuery(
    inContext(ctx, inside),
    `SELECT * FROM (${query}\n) AS t (${names}) WHERE ${condition}`,
  );
}

function holdsQuery(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(holdsQuery);
  if (typeof node !== "object" || node === null) return false;
  return (node as { type?: string }).type === "query" || Object.values(node).some(holdsQuery);
}
