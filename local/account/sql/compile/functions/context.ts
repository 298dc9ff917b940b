import { activeRoles, parseName, roleClosure, secondaryRolesOf } from "../../../access/index.ts";
import { ACCOUNT_ID } from "../../../catalog/model.ts";
import { errors } from "../../../errors.ts";
import type { StatementContext } from "../../../session/context.ts";
import { quoteText } from "../../../storage/duck-text.ts";
import { varchar } from "../../../types/data-type.ts";
import { invokerOf } from "../env.ts";
import { nullConstant, type Typed, text, textConstant, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Context functions: constants while a statement runs. Source: Snowflake documentation, "Context functions". */
const value = (v: string | null): Typed =>
  v === null ? nullConstant() : { ...textConstant(v), type: varchar() };

const constant = (names: string, of: (ctx: StatementContext) => string | null) =>
  define("context", names, [], (_a, { env }) => value(of(invokerOf(env))));

const nameOf = (ctx: StatementContext, id: number | null): string | null =>
  id === null ? null : (ctx.services.catalog.get(id)?.name ?? null);

const jsonNames = (ctx: StatementContext, ids: Iterable<number>): string =>
  JSON.stringify(
    [...ids]
      .map((id) => nameOf(ctx, id))
      .filter((n) => n !== null)
      .sort(),
  );

export const VERSION = "9.40.0";

constant("CURRENT_USER", (ctx) => nameOf(ctx, ctx.session.userId));
constant("CURRENT_ROLE", (ctx) => nameOf(ctx, ctx.session.roleId));
constant("CURRENT_ROLE_TYPE", () => "ROLE");
constant("CURRENT_DATABASE", (ctx) => nameOf(ctx, ctx.session.databaseId));
constant("CURRENT_SCHEMA", (ctx) => nameOf(ctx, ctx.session.schemaId));
constant("CURRENT_WAREHOUSE", (ctx) => nameOf(ctx, ctx.session.warehouseId));
constant("CURRENT_ACCOUNT", (ctx) => ctx.services.identity.locator);
constant("CURRENT_ACCOUNT_NAME", (ctx) => ctx.services.identity.name);
constant("CURRENT_ORGANIZATION_NAME", (ctx) => ctx.services.identity.organization);
constant("CURRENT_REGION", (ctx) => ctx.services.identity.region);
constant("CURRENT_SESSION", (ctx) => ctx.session.id);
constant("CURRENT_VERSION", () => VERSION);
constant("CURRENT_CLIENT", (ctx) => `${ctx.session.client.application} ${ctx.session.client.version}`);
constant("CURRENT_IP_ADDRESS", (ctx) => ctx.session.client.ip);
constant("CURRENT_STATEMENT", (ctx) => ctx.text);
constant("CURRENT_TRANSACTION", (ctx) =>
  ctx.session.transaction ? String(ctx.session.transaction.id) : null,
);
constant("LAST_TRANSACTION", (ctx) => {
  const id = ctx.session.lastTransactionId;
  return id === undefined ? null : String(id);
});
constant("CURRENT_AVAILABLE_ROLES", (ctx) => jsonNames(ctx, activeRoles(ctx)));
constant("CURRENT_SECONDARY_ROLES", (ctx) =>
  JSON.stringify({
    roles: secondaryRolesOf(ctx)
      .map((id) => ctx.services.catalog.get(id)?.name ?? "")
      .sort()
      .join(","),
    value: ctx.session.secondaryRoles === "ALL" ? "ALL" : "",
  }),
);
define("context", "CURRENT_SCHEMAS", [], (_a, { env }) => {
  const ctx = invokerOf(env);
  const database = nameOf(ctx, ctx.session.databaseId);
  const schema = nameOf(ctx, ctx.session.schemaId);
  const path = database === null ? [] : [`${database}.${schema ?? "PUBLIC"}`, `${database}.PUBLIC`];
  return value(JSON.stringify([...new Set(path)]));
});
define(
  "context",
  "LAST_QUERY_ID",
  ["integer"],
  (a, { env }) => {
    const ctx = invokerOf(env);
    const { session } = ctx;
    if (a.length === 0 || a[0]!.constant?.value === "-1") return value(session.lastQueryId);
    if (a[0]!.constant?.kind !== "number") throw errors.unsupported("LAST_QUERY_ID of a computed number");
    // From the session's first (1) or last (-1) statement.
    const number_ = Number(a[0]!.constant.value);
    const own = (ctx.services.history?.queries() ?? [])
      .filter((one) => one.sessionId === session.id && one.queryId !== ctx.queryId)
      .map((one) => one.queryId);
    return value((number_ < 0 ? own.at(number_) : own[number_ - 1]) ?? null);
  },
  { min: 0 },
);
define("context", "IS_ROLE_IN_SESSION", ["text"], (a, { env }) => {
  const ctx = invokerOf(env);
  if (a[0]!.constant?.kind === "string") {
    const held = [...activeRoles(ctx)].some((id) => nameOf(ctx, id) === a[0]!.constant!.value);
    return typed(held ? "TRUE" : "FALSE", { kind: "BOOLEAN" }, false);
  }
  const names = [...activeRoles(ctx)].map((id) => quoteText(nameOf(ctx, id) ?? ""));
  return typed(`(${a[0]!.sql} IN (${names.join(", ") || "NULL"}))`, { kind: "BOOLEAN" });
});
/** Is the database role among the session's? The name is looked up in the current database unless it is qualified. */
define("context", "IS_DATABASE_ROLE_IN_SESSION", ["text"], (a, { env }) => {
  const ctx = invokerOf(env);
  if (a[0]!.constant?.kind !== "string")
    throw errors.unsupported("IS_DATABASE_ROLE_IN_SESSION of a computed name");
  const parts = parseName(a[0]!.constant.value) ?? [];
  const database = parts.length > 1 ? parts[0] : nameOf(ctx, ctx.session.databaseId);
  const held = [...activeRoles(ctx)].some((id) => {
    const role = ctx.services.catalog.get(id);
    return (
      role?.kind === "DATABASE_ROLE" && role.name === parts.at(-1) && nameOf(ctx, role.parent) === database
    );
  });
  return typed(held ? "TRUE" : "FALSE", { kind: "BOOLEAN" }, false);
});
/** Does the role that INVOKER_ROLE gives inherit the one that is named? Source: "IS_GRANTED_TO_INVOKER_ROLE". */
define("context", "IS_GRANTED_TO_INVOKER_ROLE", ["text"], (a, { env }) => {
  if (a[0]!.constant?.kind !== "string")
    throw errors.unsupported("IS_GRANTED_TO_INVOKER_ROLE of a computed name");
  const { catalog } = env.ctx.services;
  const { roleId } = env.ctx.session;
  const role = catalog.find("ROLE", ACCOUNT_ID, a[0]!.constant.value);
  const held = role !== undefined && roleId !== null && roleClosure(catalog, [roleId]).has(role.id);
  return typed(held ? "TRUE" : "FALSE", { kind: "BOOLEAN" }, false);
});
/** No data is shared with a local account. */
constant("INVOKER_SHARE", () => null);
define("context", "INVOKER_ROLE", [], (_a, { env }) => value(nameOf(env.ctx, env.ctx.session.roleId)));
define("context", "GETVARIABLE", ["text"], (a, { env }) => {
  const name = a[0]!.constant?.value ?? "";
  const literal = env.ctx.session.variables.get(name);
  return literal === undefined ? nullConstant() : text(`CAST(${literal} AS VARCHAR)`);
});
