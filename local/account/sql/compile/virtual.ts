import { currentDatabase, resolveDatabase } from "../../access/index.ts";
import { errors } from "../../errors.ts";
import { duckType } from "../../types/physical.ts";
import { findVirtualRelation } from "../virtual-relations.ts";
import { type Env, need } from "./env.ts";
import type { Source } from "./from.ts";
import { literalOf } from "./literal.ts";
import { uniqueNames } from "./scope.ts";
import { quoteName } from "./typed.ts";

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
  const ctx = env.ctx;
  const table = need(
    env,
    `virtual ${ctx.session.roleId} ${database.id} ${schema}.${name}`,
    async ({ connection }) => {
      const rows = await relation.rows(ctx, database);
      const temp = `temp.main.v${ctx.queryId.replace(/[^0-9A-Za-z]/g, "")}_${database.id}_${ctx.session.roleId ?? 0}_${schema}_${name}`;
      const definitions = columns.map((c) => `${quoteName(c.sqlName)} ${duckType(c.type)}`);
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE ${temp.split(".").at(-1)} (${definitions.join(", ")})`,
      );
      for (let at = 0; at < rows.length; at += 500) {
        const lines = rows
          .slice(at, at + 500)
          .map((row) => `(${row.map((v, i) => literalOf(v, columns[i]!.type)).join(", ")})`);
        await connection.run(`INSERT INTO ${temp} VALUES ${lines.join(", ")}`);
      }
      env.shared.releases.push(async () => {
        await connection.run(`DROP TABLE IF EXISTS ${temp}`);
      });
      return temp;
    },
  );
  return { sql: table, columns, name: [database.name, schema, name] };
}
