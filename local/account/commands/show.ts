import {
  canSee,
  currentDatabase,
  currentSchema,
  findObject,
  KINDS,
  resolveDatabase,
  resolveSchema,
} from "../access/index.ts";
import type { CatalogObject, ObjectKind } from "../catalog/model.ts";
import { ACCOUNT_ID, UNFINISHED } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, type ResultColumn, tableOutcome, type Value } from "../session/outcome.ts";
import { number, timestamp, varchar } from "../types/data-type.ts";
import type { Cursor } from "./cursor.ts";

/** Column types of SHOW and DESCRIBE: text, whole number, decimal, time, Boolean. */
export type ShowType = "text" | "number" | "decimal" | "time" | "boolean";

/** Columns in the documented order. */
export type ShowColumns = readonly (readonly [name: string, type: ShowType])[];

export type ShowRow = Record<string, Value | undefined>;

const TYPES: Record<ShowType, ResultColumn["type"]> = {
  text: varchar(),
  number: number(38, 0),
  decimal: number(38, 2),
  time: timestamp("TIMESTAMP_LTZ", 3),
  boolean: { kind: "BOOLEAN" },
};

/** Milliseconds since the epoch as a timestamp value. */
export const timeValue = (ms: number | null | undefined): bigint | null =>
  ms === null || ms === undefined ? null : BigInt(ms) * 1_000_000n;

export const yesNo = (value: boolean): string => (value ? "Y" : "N");
export const onOff = (value: boolean): string => (value ? "ON" : "OFF");

/** The clauses that follow SHOW <kinds>, parsed. */
export interface ShowOptions {
  terse: boolean;
  history: boolean;
  like: string | null;
  startsWith: string | null;
  limit: number | null;
  from: string | null;
  /** What IN named; null when it was left out. */
  scope: ShowScope | null;
}

export type ShowScope =
  | { kind: "ACCOUNT" }
  | { kind: "DATABASE"; name: string[] | null }
  | { kind: "SCHEMA"; name: string[] | null }
  /** IN <kind> <name>: TASK, TABLE, WAREHOUSE, … for SHOW PARAMETERS and the like. */
  | { kind: "OBJECT"; words: string; name: string[] }
  | { kind: "UNKNOWN"; name: string[] };

/** Reads HISTORY, LIKE, IN, STARTS WITH, LIMIT … FROM; `scopes` are words that may follow IN besides the usual. */
export function readShowOptions(cursor: Cursor, terse: boolean, scopes: readonly string[] = []): ShowOptions {
  const options: ShowOptions = {
    terse,
    history: cursor.accept("HISTORY"),
    like: null,
    startsWith: null,
    limit: null,
    from: null,
    scope: null,
  };
  if (cursor.accept("LIKE")) options.like = cursor.string();
  if (cursor.sees("IN") || cursor.sees("FOR")) {
    cursor.at++;
    options.scope = readScope(cursor, scopes);
  }
  if (options.like === null && cursor.accept("LIKE")) options.like = cursor.string();
  if (cursor.accept("STARTS", "WITH")) options.startsWith = cursor.string();
  if (cursor.accept("LIMIT")) {
    options.limit = cursor.integer();
    if (options.limit < 0) throw errors.invalidValue(String(options.limit), "LIMIT");
    if (cursor.accept("FROM")) options.from = cursor.string();
  }
  return options;
}

function readScope(cursor: Cursor, scopes: readonly string[]): ShowScope {
  const special = scopes.find((words) => cursor.seesPhrase(words));
  if (special) {
    cursor.acceptPhrase(special);
    return { kind: "OBJECT", words: special, name: cursor.name() };
  }
  if (cursor.accept("ACCOUNT")) return { kind: "ACCOUNT" };
  const containers = ["DATABASE", "SCHEMA"] as const;
  for (const kind of containers)
    if (cursor.accept(kind))
      return { kind, name: cursor.seesIdentifier && !ends(cursor) ? cursor.name() : null };
  return { kind: "UNKNOWN", name: cursor.name() };
}

const ends = (cursor: Cursor) =>
  cursor.sees("STARTS", "WITH") ||
  (cursor.sees("LIMIT") && cursor.peek(1)?.kind === "NUMBER") ||
  (cursor.sees("LIKE") && cursor.peek(1)?.kind === "STRING");

/** SQL LIKE without case: `%` any run, `_` one character, backslash escapes. */
export function likeMatches(text: string, pattern: string): boolean {
  const source = text.toLowerCase();
  const wanted: { any: boolean; one: boolean; c: string }[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const escaped = c === "\\" && i + 1 < pattern.length;
    if (escaped) i++;
    wanted.push({
      any: !escaped && c === "%",
      one: !escaped && c === "_",
      c: (escaped ? pattern[i]! : c).toLowerCase(),
    });
  }
  let reach = new Set([0]);
  for (const part of wanted) {
    const next = new Set<number>();
    if (part.any) {
      const least = Math.min(...reach);
      for (let i = least; i <= source.length; i++) next.add(i);
    } else
      for (const i of reach) if (i < source.length && (part.one || source[i] === part.c)) next.add(i + 1);
    reach = next;
    if (reach.size === 0) return false;
  }
  return reach.has(source.length);
}

/** Rows as a result, narrowed by LIKE, STARTS WITH (case-sensitive) and LIMIT … FROM on the name column. */
export function showOutcome(
  columns: ShowColumns,
  rows: readonly ShowRow[],
  options?: Partial<ShowOptions>,
  nameColumn = "name",
  kind: "SHOW" | "DESCRIBE" = "SHOW",
): Outcome {
  let kept = [...rows];
  const nameOf = (row: ShowRow) => String(row[nameColumn] ?? "");
  const { like, startsWith, from, limit } = options ?? {};
  if (like !== null && like !== undefined) kept = kept.filter((row) => likeMatches(nameOf(row), like));
  if (startsWith) kept = kept.filter((row) => nameOf(row).startsWith(startsWith));
  if (from) kept = kept.filter((row) => nameOf(row) > from);
  if (limit !== null && limit !== undefined) kept = kept.slice(0, limit);
  return tableOutcome(
    kind,
    columns.map(([name, type]) => ({ name, type: TYPES[type], nullable: true })),
    kept.map((row) => columns.map(([name]) => row[name] ?? null)),
  );
}

/** Live (or, with HISTORY, also dropped) objects of a kind that SHOW lists for its IN clause, visible to the role. */
export function listForShow<K extends ObjectKind>(
  ctx: StatementContext,
  kind: K,
  options: ShowOptions,
): CatalogObject<K>[] {
  const { catalog } = ctx.services;
  const facts = KINDS[kind];
  const within = (parent: number): CatalogObject<K>[] => [
    ...catalog.list(kind, parent),
    ...(options.history ? catalog.listDropped(kind, parent) : []),
  ];
  const schemasOf = (databaseId: number) => catalog.list("SCHEMA", databaseId);
  const visible = (objects: CatalogObject<K>[]) =>
    objects.filter((object) => !object.name.startsWith(UNFINISHED) && canSee(ctx, object));
  if (facts.scope === "ACCOUNT") return visible(within(ACCOUNT_ID));
  const place = scopeOf(ctx, options.scope);
  if (facts.scope === "DATABASE") {
    if (place?.kind === "SCHEMA") return visible(within(place.parent));
    if (place) return visible(within(place.id));
    return visible(catalog.list("DATABASE", ACCOUNT_ID).flatMap((database) => within(database.id)));
  }
  if (place?.kind === "SCHEMA") return visible(within(place.id));
  const databases = place ? [place] : catalog.list("DATABASE", ACCOUNT_ID);
  return visible(
    databases.flatMap((database) => schemasOf(database.id)).flatMap((schema) => within(schema.id)),
  );
}

/** The container that IN means; null for the whole account. Without IN: the current database, else the account. */
export function scopeOf(
  ctx: StatementContext,
  scope: ShowScope | null,
): CatalogObject<"DATABASE"> | CatalogObject<"SCHEMA"> | null {
  if (scope === null) return ctx.session.databaseId === null ? null : currentDatabase(ctx);
  switch (scope.kind) {
    case "ACCOUNT":
      return null;
    case "DATABASE":
      return scope.name ? resolveDatabase(ctx, only(scope.name, "Database")) : currentDatabase(ctx);
    case "SCHEMA":
      return scope.name ? resolveSchema(ctx, scope.name) : currentSchema(ctx);
    case "UNKNOWN": {
      if (scope.name.length === 1 && ctx.session.databaseId !== null) {
        const schema = findObject(ctx, "SCHEMA", scope.name);
        if (schema) return schema;
      }
      return scope.name.length === 1 ? resolveDatabase(ctx, scope.name[0]!) : resolveSchema(ctx, scope.name);
    }
    case "OBJECT":
      throw errors.unsupported(`SHOW … IN ${scope.words}`);
  }
}

function only(parts: string[], kind: string): string {
  if (parts.length !== 1) throw errors.doesNotExist(kind, parts.join("."));
  return parts[0]!;
}

/** Name of the owning role, and its kind, as SHOW prints them. */
export function ownerColumns(
  ctx: StatementContext,
  object: CatalogObject,
): { owner: string; owner_role_type: string } {
  const owner = object.owner === null ? undefined : ctx.services.catalog.get(object.owner);
  return {
    owner: owner?.name ?? "",
    owner_role_type: owner ? owner.kind : "",
  };
}

/** Names of the database and schema that hold the object. */
export function containerNames(
  ctx: StatementContext,
  object: CatalogObject,
): { database_name: string; schema_name: string } {
  const schema = ctx.services.catalog.get(object.parent);
  const database = schema && ctx.services.catalog.get(schema.parent);
  return { database_name: database?.name ?? "", schema_name: schema?.name ?? "" };
}
