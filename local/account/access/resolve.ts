import { ACCOUNT_ID, type CatalogObject, type ObjectKind } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import { parseName, printName } from "./identifier.ts";
import { KINDS, kindTitle } from "./kinds.ts";
import { canSee } from "./privileges.ts";
import type { AccessContext } from "./roles.ts";

/** A created object's container and name. */
export interface Target {
  parent: CatalogObject | null;
  parentId: number;
  name: string;
  /** As messages print it: `DB.SCHEMA.NAME`. */
  printed: string;
}

export function currentDatabase(ctx: AccessContext): CatalogObject<"DATABASE"> {
  const { databaseId } = ctx.session;
  const database = databaseId === null ? undefined : ctx.services.catalog.getAs("DATABASE", databaseId);
  if (!database || database.droppedOn !== null) throw errors.noCurrentDatabase();
  return database;
}

export function currentSchema(ctx: AccessContext): CatalogObject<"SCHEMA"> {
  const database = currentDatabase(ctx);
  const { schemaId } = ctx.session;
  const schema = schemaId === null ? undefined : ctx.services.catalog.getAs("SCHEMA", schemaId);
  if (!schema || schema.droppedOn !== null || schema.parent !== database.id) throw errors.noCurrentSchema();
  return schema;
}

/** A visible database by its stored name, or 002003. */
export function resolveDatabase(ctx: AccessContext, name: string): CatalogObject<"DATABASE"> {
  const database = ctx.services.catalog.find("DATABASE", ACCOUNT_ID, name);
  if (!database || !canSee(ctx, database)) throw errors.doesNotExist("Database", printName([name]));
  return database;
}

/** `schema` in the current database, or `database.schema`; visible, or 002003. */
export function resolveSchema(ctx: AccessContext, parts: readonly string[]): CatalogObject<"SCHEMA"> {
  if (parts.length > 2) throw errors.doesNotExist("Schema", printName(parts));
  const database = parts.length === 2 ? resolveDatabase(ctx, parts[0]!) : currentDatabase(ctx);
  const name = parts[parts.length - 1]!;
  const schema = ctx.services.catalog.find("SCHEMA", database.id, name);
  if (!schema || !canSee(ctx, schema)) throw errors.doesNotExist("Schema", printName([database.name, name]));
  return schema;
}

/** Schemas in which an unqualified name of a query is looked up (SEARCH_PATH; default `$current, $public`). */
function searchPath(ctx: AccessContext): CatalogObject<"SCHEMA">[] {
  const found: CatalogObject<"SCHEMA">[] = [];
  const { catalog } = ctx.services;
  const setting = String(ctx.session.parameters.get("SEARCH_PATH") ?? "$current, $public");
  for (const entry of setting.split(",")) {
    const name = entry.trim();
    if (name.toLowerCase() === "$current") {
      if (ctx.session.schemaId !== null) found.push(currentSchema(ctx));
    } else if (name.toLowerCase() === "$public") {
      const schema = catalog.find("SCHEMA", currentDatabase(ctx).id, "PUBLIC");
      if (schema) found.push(schema);
    } else {
      const parts = parseName(name) ?? [];
      const database =
        parts.length === 2 ? catalog.find("DATABASE", ACCOUNT_ID, parts[0]!) : currentDatabase(ctx);
      const schema = database && catalog.find("SCHEMA", database.id, parts[parts.length - 1] ?? "");
      if (schema) found.push(schema);
    }
  }
  return found;
}

export interface ResolveOptions {
  /** Names in queries go through SEARCH_PATH; DDL and DML mean the current schema. */
  search?: boolean;
  /** The kind that the error names; `Object` when several kinds may answer. */
  label?: string;
}

/**
 * The live object of one of the kinds that the name means to this session; parts are stored names, an empty middle
 * part means PUBLIC (`db..table`). What does not exist and what the role may not see give the same error, 002003.
 */
export function resolveObject<K extends ObjectKind>(
  ctx: AccessContext,
  kinds: K | readonly K[],
  parts: readonly string[],
  options: ResolveOptions = {},
): CatalogObject<K> {
  const found = findObject(ctx, kinds, parts, options);
  if (found) return found;
  const list: readonly K[] = typeof kinds === "string" ? [kinds] : kinds;
  const label = options.label ?? (list.length === 1 ? kindTitle(list[0]!) : "Object");
  throw errors.doesNotExist(label, printedFor(ctx, list[0]!, parts, options));
}

/** Like resolveObject, undefined instead of 002003 for the object (a missing database or schema still throws). */
export function findObject<K extends ObjectKind>(
  ctx: AccessContext,
  kinds: K | readonly K[],
  parts: readonly string[],
  options: ResolveOptions = {},
): CatalogObject<K> | undefined {
  const { catalog } = ctx.services;
  const list: readonly K[] = typeof kinds === "string" ? [kinds] : kinds;
  const scope = KINDS[list[0]!].scope;
  const name = parts[parts.length - 1]!;
  const visible = (found: CatalogObject | undefined) =>
    found && (list as readonly string[]).includes(found.kind) && canSee(ctx, found)
      ? (found as CatalogObject<K>)
      : undefined;
  const inContainer = (parent: number) => {
    if ((list as readonly string[]).some((kind) => kind === "TABLE" || kind === "VIEW")) {
      const temporary = visible(catalog.findTemporary(ctx.session.id, parent, name));
      if (temporary) return temporary;
    }
    for (const kind of list) {
      const found = visible(catalog.findInNamespace(kind, parent, name));
      if (found) return found;
    }
    return undefined;
  };
  if (scope === "ACCOUNT") return parts.length === 1 ? inContainer(ACCOUNT_ID) : undefined;
  if (scope === "DATABASE") {
    if (parts.length > 2) return undefined;
    const database = parts.length === 2 ? resolveDatabase(ctx, parts[0]!) : currentDatabase(ctx);
    return inContainer(database.id);
  }
  if (parts.length > 3) return undefined;
  if (parts.length === 1 && options.search) {
    for (const schema of searchPath(ctx)) {
      const found = inContainer(schema.id);
      if (found) return found;
    }
    return undefined;
  }
  return inContainer(containerOf(ctx, parts).id);
}

function containerOf(ctx: AccessContext, parts: readonly string[]): CatalogObject<"SCHEMA"> {
  if (parts.length === 1) return currentSchema(ctx);
  const container = parts.slice(0, -1).map((part, index) => (index > 0 && part === "" ? "PUBLIC" : part));
  return resolveSchema(ctx, container);
}

function printedFor(
  ctx: AccessContext,
  kind: ObjectKind,
  parts: readonly string[],
  options: ResolveOptions,
): string {
  if (options.search) return printName(parts);
  const scope = KINDS[kind].scope;
  const full = [...parts];
  if (scope === "SCHEMA" && full.length === 1) full.unshift(currentSchema(ctx).name);
  if ((scope === "SCHEMA" && full.length === 2) || (scope === "DATABASE" && full.length === 1))
    full.unshift(currentDatabase(ctx).name);
  return printName(full.map((part) => (part === "" ? "PUBLIC" : part)));
}

/** Where a new object of that kind goes. Throws when the container is missing, hidden or not named. */
export function resolveTarget(ctx: AccessContext, kind: ObjectKind, parts: readonly string[]): Target {
  const scope = KINDS[kind].scope;
  const name = parts[parts.length - 1]!;
  const most = scope === "ACCOUNT" ? 1 : scope === "DATABASE" ? 2 : 3;
  if (parts.length > most) throw errors.doesNotExist(kindTitle(kind), printName(parts));
  if (scope === "ACCOUNT") return { parent: null, parentId: ACCOUNT_ID, name, printed: printName([name]) };
  if (scope === "DATABASE") {
    const database = parts.length === 2 ? resolveDatabase(ctx, parts[0]!) : currentDatabase(ctx);
    return { parent: database, parentId: database.id, name, printed: printName([database.name, name]) };
  }
  const schema = containerOf(ctx, parts);
  const database = ctx.services.catalog.get(schema.parent);
  return {
    parent: schema,
    parentId: schema.id,
    name,
    printed: printName([database?.name ?? "", schema.name, name]),
  };
}
