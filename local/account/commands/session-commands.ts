import {
  canSee,
  isAccountAdmin,
  mayUse,
  requirePrivilege,
  resolveDatabase,
  resolveObject,
  resolveSchema,
} from "../access/index.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome, type Value } from "../session/outcome.ts";
import type { ParameterValue } from "../session/parameters.ts";
import { beginTransaction, commitTransaction, rollbackTransaction } from "../session/transactions.ts";
import type { DataType } from "../types/data-type.ts";
import { alterHolder } from "./account-policies.ts";
import type { Cursor } from "./cursor.ts";
import { quoteString } from "./lexer.ts";
import { changeCatalog, EXECUTED, updateProps } from "./objects.ts";
import {
  overlayParameters,
  PARAMETERS_OF,
  readParameters,
  unknownParameter,
  withoutParameters,
} from "./parameter-sets.ts";
import { readKeys } from "./properties.ts";
import { type CommandDef, command } from "./registry.ts";
import { usableRole, useRole } from "./roles.ts";
import { readShowOptions, type ShowColumns, showOutcome, timeValue } from "./show.ts";
import { readTagValues, setTags, unsetTags } from "./tag-values.ts";

const used = (message = EXECUTED): Outcome => ({ ...statusOutcome(message, "USE"), contextChanged: true });

async function use(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { session } = ctx;
  if (cursor.accept("SECONDARY", "ROLES")) {
    const which = cursor.acceptOneOf("ALL", "NONE");
    const names = which ? [] : cursor.commaSeparated(() => cursor.identifier());
    cursor.expectEnd();
    session.secondaryRoles = which ?? names.map((name) => usableRole(ctx, name).id);
    return used();
  }
  const next = cursor.peek(1);
  const named = next !== undefined && next.image !== ".";
  const kind = named ? cursor.acceptOneOf("ROLE", "WAREHOUSE", "DATABASE", "SCHEMA") : undefined;
  const parts = cursor.name();
  cursor.expectEnd();
  switch (kind) {
    case "ROLE":
      if (parts.length !== 1) throw errors.doesNotExistOrCannotOperate("Role", parts.join("."));
      useRole(ctx, parts[0]!);
      return used();
    case "WAREHOUSE": {
      const warehouse = ctx.services.catalog.find("WAREHOUSE", ACCOUNT_ID, parts[0] ?? "");
      const usable =
        warehouse &&
        parts.length === 1 &&
        ["USAGE", "OPERATE", "MODIFY"].some((p) => mayUse(ctx, p, warehouse));
      if (!usable)
        throw errors.compilation(
          "002043",
          "02000",
          "Object does not exist, or operation cannot be performed.",
        );
      session.warehouseId = warehouse.id;
      return used();
    }
    case "SCHEMA":
      useSchema(ctx, parts);
      return used();
    case "DATABASE":
      useDatabase(ctx, parts);
      return used();
    default:
      if (parts.length === 2) useSchema(ctx, parts);
      else useDatabase(ctx, parts);
      return used();
  }
}

/** USE DATABASE: PUBLIC becomes the schema where it exists and may be seen. */
function useDatabase(ctx: StatementContext, parts: readonly string[]): void {
  if (parts.length !== 1)
    throw errors.compilation("002043", "02000", "Object does not exist, or operation cannot be performed.");
  const database = ctx.services.catalog.find("DATABASE", ACCOUNT_ID, parts[0]!);
  if (!database || !canSee(ctx, database))
    throw errors.compilation("002043", "02000", "Object does not exist, or operation cannot be performed.");
  const schema = ctx.services.catalog.find("SCHEMA", database.id, "PUBLIC");
  ctx.session.databaseId = database.id;
  ctx.session.schemaId = schema && canSee(ctx, schema) ? schema.id : null;
}

function useSchema(ctx: StatementContext, parts: readonly string[]): void {
  let schema: ReturnType<typeof resolveSchema>;
  try {
    if (parts.length === 2) resolveDatabase(ctx, parts[0]!);
    schema = resolveSchema(ctx, parts);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "002003")
      throw errors.compilation("002043", "02000", "Object does not exist, or operation cannot be performed.");
    throw error;
  }
  ctx.session.databaseId = schema.parent;
  ctx.session.schemaId = schema.id;
}

async function alterSession(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { parameters } = ctx.session;
  if (cursor.accept("SET")) {
    const values = readParameters(cursor, "SESSION");
    for (const [name, value] of Object.entries(values))
      if (value === null) parameters.delete(name);
      else parameters.set(name, value);
  } else if (cursor.accept("UNSET")) {
    const token = cursor.peek();
    if (token?.kind === "WORD" && !PARAMETERS_OF.SESSION.includes(token.value))
      throw unknownParameter(cursor);
    for (const key of readKeys(cursor, PARAMETERS_OF.SESSION)) parameters.delete(key);
    cursor.expectEnd();
  } else throw cursor.syntaxError();
  return { ...statusOutcome(EXECUTED, "ALTER_SESSION"), contextChanged: true };
}

async function alterAccount(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const settings = ctx.services.catalog.listAll("ACCOUNT_SETTINGS")[0];
  if (!settings) throw errors.internal("the account has no settings");
  if (!isAccountAdmin(ctx)) throw errors.insufficientPrivileges("account", ctx.services.identity.name);
  const done = (await alterHolder(ctx, cursor, null)) ?? (await alterTags(ctx, cursor, settings));
  if (done) return done;
  if (cursor.accept("SET")) {
    if (cursor.sees("PACKAGES", "POLICY")) throw errors.unsupported("ALTER ACCOUNT SET PACKAGES POLICY");
    if (cursor.accept("RESOURCE_MONITOR")) {
      cursor.expectSymbol("=");
      const name = cursor.accept("NULL") ? null : cursor.name();
      cursor.expectEnd();
      const resourceMonitorId = name === null ? null : resolveObject(ctx, "RESOURCE_MONITOR", name).id;
      await changeCatalog(ctx, (change) => void updateProps(change, settings, { resourceMonitorId }));
      return statusOutcome(EXECUTED);
    }
    const values = readParameters(cursor, "ACCOUNT");
    checkNetworkPolicy(ctx, values["NETWORK_POLICY"] ?? undefined);
    await changeCatalog(
      ctx,
      (change) =>
        void updateProps(change, settings, {
          parameters: overlayParameters(change.latest(settings).props.parameters, values),
        }),
    );
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET")) {
    if (cursor.accept("RESOURCE_MONITOR")) {
      cursor.expectEnd();
      await changeCatalog(ctx, (change) => void updateProps(change, settings, { resourceMonitorId: null }));
      return statusOutcome(EXECUTED);
    }
    const keys = readKeys(cursor, PARAMETERS_OF.ACCOUNT);
    cursor.expectEnd();
    await changeCatalog(
      ctx,
      (change) =>
        void updateProps(change, settings, {
          parameters: withoutParameters(change.latest(settings).props.parameters, keys),
        }),
    );
    return statusOutcome(EXECUTED);
  }
  throw errors.unsupported("ALTER ACCOUNT … other than SET and UNSET of parameters and RESOURCE_MONITOR");
}

/** SET TAG and UNSET TAG of the account itself. */
async function alterTags(
  ctx: StatementContext,
  cursor: Cursor,
  settings: CatalogObject<"ACCOUNT_SETTINGS">,
): Promise<Outcome | null> {
  if (cursor.accept("SET", "TAG")) {
    const tags = readTagValues(cursor);
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => setTags(ctx, change, settings, tags));
    return statusOutcome(EXECUTED);
  }
  if (!cursor.accept("UNSET", "TAG")) return null;
  const names = cursor.commaSeparated(() => cursor.name());
  cursor.expectEnd();
  await changeCatalog(ctx, (change) => unsetTags(ctx, change, settings, names));
  return statusOutcome(EXECUTED);
}

function checkNetworkPolicy(ctx: StatementContext, name: ParameterValue | undefined): void {
  if (typeof name === "string" && name !== "") resolveObject(ctx, "NETWORK_POLICY", [name.toUpperCase()]);
}

async function begin(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  cursor.acceptOneOf("TRANSACTION", "WORK");
  const name = cursor.accept("NAME") ? cursor.identifier() : undefined;
  cursor.expectEnd();
  await beginTransaction(ctx.services, ctx.session, name);
  return statusOutcome(EXECUTED, "TRANSACTION");
}

async function end(ctx: StatementContext, cursor: Cursor, how: "COMMIT" | "ROLLBACK"): Promise<Outcome> {
  cursor.accept("WORK");
  cursor.expectEnd();
  await (how === "COMMIT" ? commitTransaction(ctx.session) : rollbackTransaction(ctx.session));
  return statusOutcome(EXECUTED, "TRANSACTION");
}

/** A value as the SQL literal that gives it back. */
export function literal(value: Value, type: DataType): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "NUMBER":
    case "FLOAT":
      return String(value);
    case "BOOLEAN":
      return value === true || value === "true" ? "TRUE" : "FALSE";
    case "DATE": {
      const days = Number(value);
      return `${quoteString(new Date(days * 86_400_000).toISOString().slice(0, 10))}::DATE`;
    }
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ": {
      const nanos = BigInt(value as bigint);
      const iso = new Date(Number(nanos / 1_000_000n)).toISOString().replace("T", " ").replace("Z", "");
      const zone = type.kind === "TIMESTAMP_LTZ" ? " +0000" : "";
      return `${quoteString(`${iso}${zone}`)}::${type.kind}`;
    }
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      throw errors.unsupported(`session variable of type ${type.kind}`);
    default:
      // Variables are read back without backslash sequences.
      return `'${String(value).replaceAll("'", "''")}'`;
  }
}

/** SET v = expression; SET (a, b) = (x, y). The values are kept as literals. */
async function set(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const names = cursor.seesSymbol("(")
    ? cursor.parenthesized(() => cursor.identifier())
    : [cursor.identifier()];
  cursor.expectSymbol("=");
  const body = cursor.rest();
  const outcome = await ctx.services.execute(
    ctx.session,
    names.length === 1 ? `SELECT ${body}` : `SELECT ${body.slice(1, -1)}`,
    ctx.binds,
  );
  if (outcome.columns.length !== names.length)
    throw errors.compilation(
      "001038",
      "22000",
      `Assignment to ${names.length} variables needs as many expressions, found ${outcome.columns.length}.`,
    );
  for await (const batch of outcome.rows)
    for (const row of batch)
      names.forEach((name, i) => {
        const text = literal(row[i] ?? null, outcome.columns[i]!.type);
        if (text.length > 256 && text.startsWith("'"))
          throw errors.compilation(
            "001091",
            "22000",
            `Assignment to '${name}' not done because value exceeds size limit for variables. Its size is ${text.length - 2}; the limit is 256.`,
          );
        ctx.session.variables.set(name, text);
      });
  return statusOutcome(EXECUTED, "SET");
}

async function unset(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const names = cursor.seesSymbol("(")
    ? cursor.parenthesized(() => cursor.identifier())
    : [cursor.identifier()];
  cursor.expectEnd();
  for (const name of names) ctx.session.variables.delete(name);
  return statusOutcome(EXECUTED, "SET");
}

const VARIABLES: ShowColumns = [
  ["session_id", "text"],
  ["created_on", "time"],
  ["updated_on", "time"],
  ["name", "text"],
  ["value", "text"],
  ["type", "text"],
  ["comment", "text"],
];

async function showVariables(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const options = readShowOptions(cursor, false);
  cursor.expectEnd();
  const rows = [...ctx.session.variables].map(([name, value]) => ({
    session_id: ctx.session.id,
    created_on: timeValue(ctx.session.createdOn),
    updated_on: timeValue(ctx.session.createdOn),
    name,
    value: value.startsWith("'") ? value.slice(1, value.lastIndexOf("'")).replaceAll("''", "'") : value,
    type: value.startsWith("'") ? "text" : "fixed",
    comment: "",
  }));
  return showOutcome(VARIABLES, rows, options);
}

/** Used where a statement needs a warehouse that the role may use. */
export function requireWarehouse(ctx: StatementContext, name: string[]): number {
  const warehouse = resolveObject(ctx, "WAREHOUSE", name);
  requirePrivilege(ctx, "USAGE", warehouse);
  return warehouse.id;
}

const test = "tests/local/account/commands/session.test.ts";
export const sessionCommands: CommandDef[] = [
  command("USE", "", use, { source: "USE <object>", test }),
  command("ALTER", "SESSION", alterSession, { source: "ALTER SESSION", test }),
  command("ALTER", "ACCOUNT", alterAccount, {
    source: "ALTER ACCOUNT",
    test,
    note: "Parameters, RESOURCE_MONITOR, policies and tags.",
  }),
  command("BEGIN", "", begin, { source: "BEGIN", test }),
  command("START", "TRANSACTION", begin, { source: "BEGIN", test }),
  command("COMMIT", "", (ctx, cursor) => end(ctx, cursor, "COMMIT"), { source: "COMMIT", test }),
  command("ROLLBACK", "", (ctx, cursor) => end(ctx, cursor, "ROLLBACK"), { source: "ROLLBACK", test }),
  command("SET", "", set, { source: "SET", test }),
  command("UNSET", "", unset, { source: "UNSET", test }),
  command("SHOW", "VARIABLES", showVariables, { source: "SHOW VARIABLES", test }),
];
