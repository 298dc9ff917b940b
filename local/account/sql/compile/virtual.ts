import { currentDatabase, resolveDatabase } from "../../access/index.ts";
import { errors } from "../../errors.ts";
import { findVirtualRelation } from "../virtual-relations.ts";
import { type Env, need } from "./env.ts";
import type { Source } from "./from.ts";
import { keepRows, keptSource } from "./rows-table.ts";
import { uniqueNames } from "./scope.ts";

const SYSTEM_SCHEMAS = new Set([
  "INFORMATION_SCHEMA",
  "ACCOUNT_USAGE",
  "ORGANIZATION_USAGE",
  "READER_ACCOUNT_USAGE",
]);

/** A view of INFORMATION_SCHEMA or SNOWFLAKE.ACCOUNT_USAGE whose rows the account makes; undefined for other names. */
export function compileVirtual(env: Env, parts: readonly string[]): Source | undefined {
  const schema = parts.at(-2) ?? "";
  const name = parts.at(-1)!;
  if (!SYSTEM_SCHEMAS.has(schema) || parts.length > 3) return undefined;
  const database = parts.length === 3 ? resolveDatabase(env.ctx, parts[0]!) : currentDatabase(env.ctx);
  if (schema !== "INFORMATION_SCHEMA" && database.name !== "SNOWFLAKE") return undefined;
  const relation = findVirtualRelation(schema, name);
  if (!relation) throw errors.doesNotExist("Object", `${database.name}.${schema}.${name}`);
  const unique = uniqueNames(relation.columns.map((c) => c.name));
  const columns = relation.columns.map((c, i) => ({ ...c, sqlName: unique[i]! }));
  const { ctx } = env;
  const kept = need(
    env,
    `virtual ${ctx.session.roleId} ${database.id} ${schema}.${name}`,
    async ({ connection }) => keepRows(env, connection, columns, [await relation.rows(ctx, database)]),
  );
  return keptSource(columns, kept, [database.name, schema, name]);
}
