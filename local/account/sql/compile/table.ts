import {
  asRole,
  fullName,
  nameParts,
  parseName,
  requirePrivilege,
  resolveObject,
} from "../../access/index.ts";
import type { CatalogObject, StoredTable } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import { varchar } from "../../types/data-type.ts";
import type { Expr, TableExpr } from "../parse/index.ts";
import { parseQuery } from "../parse/index.ts";
import { type Env, nextAlias, readVersionOf, travelling } from "./env.ts";
import { compileExpr, hooks } from "./expression.ts";
import type { Source } from "./from.ts";
import { invalidView, materializedViewProblem, storedRows, storedVersion } from "./materialized-view.ts";
import { applyPolicies } from "./policies.ts";
import { newScope, type OutputColumn } from "./scope.ts";
import { compileChanges, compileStream } from "./stream.ts";
import { tableAt, versionAt } from "./table-versions.ts";
import { hideTracked, trackedTable } from "./tracked.ts";
import { quoteName } from "./typed.ts";
import { viewChanges } from "./view-changes.ts";
import { compileVirtual } from "./virtual.ts";

type NamedTable = Extract<TableExpr, { type: "table" }>;

const RELATIONS = ["TABLE", "VIEW", "STREAM", "DYNAMIC_TABLE", "MATERIALIZED_VIEW"] as const;

/** Compiles a table, view, stream or virtual relation by name, checking the right to read it. */
export function compileNamedTable(env: Env, node: NamedTable): Source {
  const parts = node.dynamic ? dynamicName(env, node.dynamic) : node.name.map((p) => p.name);
  const virtual = compileVirtual(env, parts);
  if (virtual) {
    if (node.timeTravel || node.changes) throw errors.unsupported("Time Travel on a system view");
    return virtual;
  }
  const object = resolveObject(env.ctx, RELATIONS, parts, { search: true, label: "Object" }) as CatalogObject;
  return compileObject(env, object, node);
}

/** Name given by IDENTIFIER('…'), IDENTIFIER($x) or TABLE('…'). */
export function dynamicName(env: Env, expr: Expr): string[] {
  const value = compileExpr(env, newScope(null), expr);
  const text = value.constant?.kind === "string" ? value.constant.value : undefined;
  const parts = text === undefined ? undefined : parseName(text);
  if (!parts) throw errors.unsupported("IDENTIFIER with this value");
  return parts;
}

export function compileObject(
  env: Env,
  object: CatalogObject,
  node: Pick<NamedTable, "timeTravel" | "changes"> = { timeTravel: null, changes: null },
): Source {
  requirePrivilege(env.ctx, "SELECT", object);
  env.shared.objects.add(object.id);
  if (env.shared.viewStack.length === 0) env.shared.direct.add(object.id);
  env.shared.usesData = true;
  const name = nameParts(env.ctx, object);
  switch (object.kind) {
    case "DYNAMIC_TABLE":
      if (env.ctx.services.runtime?.dynamicTables.dataTimestamp(object.id) === null) throw notInitialized();
      return withOrigin(object, compileStored(env, object as StoredTable, node, name));
    case "TABLE":
      return withOrigin(object, compileStored(env, object as StoredTable, node, name));
    case "MATERIALIZED_VIEW": {
      if (node.timeTravel || node.changes) throw errors.unsupported("Time Travel on a materialized view");
      const view = object as CatalogObject<"MATERIALIZED_VIEW">;
      const problem = materializedViewProblem(env.ctx, view);
      if (problem !== null) throw invalidView(view, problem);
      if (env.shared.travel) return withOrigin(object, compileView(env, view, name));
      // Always current: stored rows of another version of the table are not read. The query's rights are checked anyway.
      const current = compileView(env, view, name);
      const version = storedVersion(env, view);
      return withOrigin(object, version === null ? current : storedRows(env, view, version, name));
    }
    case "VIEW": {
      const view = object as CatalogObject<"VIEW">;
      if (node.changes) return viewChanges(env, view, node.changes, name);
      const rows = () => withOrigin(object, compileView(env, view, name));
      if (!node.timeTravel) return rows();
      if (node.timeTravel.by === "STREAM") throw errors.unsupported("AT(STREAM => …) on a view");
      return travelling(env, node.timeTravel, rows);
    }
    case "STREAM":
      if (node.timeTravel || node.changes || env.shared.travel)
        throw errors.unsupported("Time Travel on a stream");
      return compileStream(env, object as CatalogObject<"STREAM">, name);
    default:
      throw errors.unsupported(`query on ${object.kind.toLowerCase().replaceAll("_", " ")}`);
  }
}

const withOrigin = (object: CatalogObject, source: Source): Source => ({
  ...source,
  columns: source.columns.map((c) => ({ ...c, origin: { object: object.id, column: c.name } })),
});

/** The rows of a table or dynamic table, at a moment, or what changed. */
function compileStored(
  env: Env,
  table: StoredTable,
  node: Pick<NamedTable, "timeTravel" | "changes">,
  name: string[],
): Source {
  const { tracked } = env.shared;
  if (tracked) return applyPolicies(env, table, trackedTable(tracked, table, name));
  if (node.changes) return compileChanges(env, table, node.changes, name);
  const travel = node.timeTravel ? { env, at: node.timeTravel } : env.shared.travel;
  const version = travel ? versionAt(travel.env, table, travel.at) : String(readVersionOf(env, table.id));
  return applyPolicies(env, table, tableAt(table, version, name));
}

/** Source: "CREATE DYNAMIC TABLE", INITIALIZE; "Error code reference for dynamic tables". */
const notInitialized = () =>
  new SnowflakeError(
    "002741",
    "55000",
    "Dynamic Table is not initialized. Please run a manual refresh or wait for a scheduled refresh before querying.",
  );

/** A view's query with its owner's rights and the names it was created with. */
function compileView(
  env: Env,
  view: CatalogObject<"VIEW"> | CatalogObject<"MATERIALIZED_VIEW">,
  name: string[],
): Source {
  const { viewStack } = env.shared;
  if (viewStack.includes(view.id)) throw errors.internal(`view ${fullName(env.ctx, view)} refers to itself`);
  const query = parseQuery(view.props.query);
  const owner = asRole(env.ctx, view.owner, view.props.context);
  const inner = Object.create(owner, { text: { value: view.props.query } }) as Env["ctx"];
  viewStack.push(view.id);
  const compiled = hooks.query({ ctx: inner, shared: env.shared }, query, null) as {
    sql: string;
    columns: OutputColumn[];
  };
  viewStack.pop();
  const defined = view.props.columns;
  const source = hideTracked(env, { sql: `(${compiled.sql})`, columns: compiled.columns, name });
  if (defined.length !== source.columns.length)
    throw new SnowflakeError(
      "002057",
      "42601",
      `SQL compilation error:\nView definition for '${fullName(env.ctx, view)}' declared ${defined.length} column(s), but view query produces ${source.columns.length} column(s).`,
    );
  const columns = source.columns.map((c, i) => ({ ...c, name: defined[i]!.name }));
  return applyPolicies(env, view, { ...source, columns });
}

/** A source whose columns are computed from another's: `SELECT item AS name … FROM source`. */
export function projected(
  env: Env,
  source: Source,
  items: (alias: string) => { column: OutputColumn; sql: string }[],
  where = "",
): Source {
  const alias = nextAlias(env, "p");
  const list = items(alias);
  return {
    ...source,
    sql: `(SELECT ${list.map((i) => `${i.sql} AS ${quoteName(i.column.sqlName)}`).join(", ")} FROM ${source.sql} AS ${alias}${where})`,
    columns: list.map((i) => i.column),
  };
}

export const METADATA_TEXT = varchar();
