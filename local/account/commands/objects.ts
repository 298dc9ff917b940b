import type { DuckDBConnection } from "@duckdb/node-api";
import {
  applyFutureGrants,
  denied,
  findObject,
  fullName,
  KINDS,
  kindTitle,
  ownsObject,
  printIdentifier,
  requireCreate,
  requirePrivilege,
  resolveObject,
  resolveTarget,
  type Target,
} from "../access/index.ts";
import { type Change, temporarySession } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject, type ObjectKind, type PropsByKind } from "../catalog/model.ts";
import { retentionDays as daysOf, isRetained as retained } from "../catalog/retention.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { physicalTable, type Storage } from "../storage/storage.ts";
import type { Cursor } from "./cursor.ts";
import type { Head } from "./registry.ts";

export const EXECUTED = "Statement executed successfully.";

/** Where unqualified names in the definition of a view, routine or policy are looked up: its own schema. */
export function definitionContext(
  ctx: StatementContext,
  kind: ObjectKind,
  parts: readonly string[],
): { databaseId: number; schemaId: number } {
  const { parent } = resolveTarget(ctx, kind, parts);
  return { databaseId: parent!.parent, schemaId: parent!.id };
}

/** The same statement and roles, with another current database and schema. */
export function inContext(
  ctx: StatementContext,
  context: { databaseId: number; schemaId: number },
): StatementContext {
  const session = Object.create(ctx.session, {
    databaseId: { value: context.databaseId, writable: true, enumerable: true },
    schemaId: { value: context.schemaId, writable: true, enumerable: true },
  }) as StatementContext["session"];
  return Object.create(ctx, { session: { value: session, enumerable: true } }) as StatementContext;
}

/** Ends an open explicit transaction, as DDL does, then makes one change of the catalogue. */
export async function changeCatalog<T>(
  ctx: StatementContext,
  work: (change: Change) => Promise<T> | T,
): Promise<T> {
  const open = ctx.session.transaction;
  if (open) {
    ctx.session.transaction = null;
    await open.commit();
  }
  return ctx.services.catalog.change(await ddlConnection(ctx.services), work);
}

const connections = new WeakMap<Storage, Promise<DuckDBConnection>>();

/** Changes of the catalogue run one at a time, on a connection of their own. */
function ddlConnection(services: StatementContext["services"]): Promise<DuckDBConnection> {
  let connection = connections.get(services.storage);
  if (!connection) {
    connection = services.storage.connect();
    connections.set(services.storage, connection);
  }
  return connection;
}

/** The object as this change leaves it so far. */
export function latest<K extends ObjectKind>(change: Change, object: CatalogObject<K>): CatalogObject<K> {
  return change.latest(object);
}

/** Replaces some of the object's properties. */
export function updateProps<K extends ObjectKind>(
  change: Change,
  object: CatalogObject<K>,
  props: Partial<PropsByKind[K]>,
): CatalogObject<K> {
  const current = latest(change, object);
  return change.update(current, { props: { ...current.props, ...props } } as Partial<CatalogObject<K>>);
}

export interface CreateName {
  ifNotExists: boolean;
  parts: string[];
}

/** `[IF NOT EXISTS] name`, or for a table the name first, as Snowpark's save_as_table writes it. */
export function readCreateName(cursor: Cursor, head: Head, nameFirst = false): CreateName {
  let ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
  const parts = cursor.name();
  if (nameFirst) ifNotExists = cursor.accept("IF", "NOT", "EXISTS") || ifNotExists;
  if (ifNotExists && head.orReplace)
    throw errors.compilation("001098", "42601", "options IF NOT EXISTS and OR REPLACE are incompatible.");
  return { ifNotExists, parts };
}

/** `[IF EXISTS] name`. */
export function readExistingName(cursor: Cursor): { ifExists: boolean; parts: string[] } {
  return { ifExists: cursor.accept("IF", "EXISTS"), parts: cursor.name() };
}

export interface NewFields<K extends ObjectKind> {
  props: PropsByKind[K];
  comment?: string | null;
  owner?: number | null;
}

export interface CreateOptions<K extends ObjectKind> {
  kind: K;
  head: Pick<Head, "orReplace" | "orAlter">;
  name: CreateName;
  /**
   * CREATE OR ALTER of one that exists: its properties from the old ones and the new definition's; what the statement
   * leaves out is unset, tags, policies and grants stay. "ELSEWHERE": the caller does that. Source: "CREATE OR ALTER
   * <object>".
   */
  orAlter?: "ELSEWHERE" | ((existing: PropsByKind[K], defined: PropsByKind[K]) => PropsByKind[K]);
  /** Privilege that creates it; by default `CREATE <kind>`. Null: checked by the caller. */
  privilege?: string | null;
  /** Long work before the change, once it is known that the object may be made. */
  prepare?(): Promise<void>;
  /** The new object's fields; runs inside the change, before the object exists. */
  build(
    change: Change,
    target: Target,
    replaced: CatalogObject | undefined,
  ): NewFields<K> | Promise<NewFields<K>>;
  /** Runs inside the change, once the object is made (physical tables, tags, children). */
  after?(change: Change, made: CatalogObject<K>, replaced: CatalogObject | undefined): void | Promise<void>;
  /** A temporary table: its name is its session's. */
  temporary?: boolean;
  /** COPY GRANTS: the replaced object's grants go to the new one. */
  copyGrants?: boolean;
  /** `Table T successfully created.` by default. */
  message?: (name: string) => string;
}

/**
 * CREATE of any kind: where it goes, whether it may, what holds the name, future grants, the answer. OR REPLACE makes
 * a new object id; the old one is dropped and its grants are gone unless COPY GRANTS.
 */
export async function createObject<K extends ObjectKind>(
  ctx: StatementContext,
  options: CreateOptions<K>,
): Promise<{ outcome: Outcome; made: CatalogObject<K> | null; replaced: CatalogObject | undefined }> {
  const { kind, head, name } = options;
  const facts = KINDS[kind];
  if (head.orAlter && !options.orAlter) throw errors.unsupported(`CREATE OR ALTER ${facts.words}`);
  const target = resolveTarget(ctx, kind, name.parts);
  const printed = printIdentifier(target.name);
  const existing: CatalogObject | undefined = options.temporary
    ? ctx.services.catalog.findTemporary(ctx.session.id, target.parentId, target.name)
    : ctx.services.catalog.findInNamespace(kind, target.parentId, target.name);
  if (existing && name.ifNotExists && existing.kind === kind)
    return {
      outcome: statusOutcome(`${printed} already exists, statement succeeded.`),
      made: null,
      replaced: undefined,
    };
  if (options.privilege !== null)
    requireCreate(
      ctx,
      options.privilege ?? `CREATE ${facts.words}`,
      target.parent ?? "ACCOUNT",
      ctx.services.identity.name,
    );
  if (existing?.kind === kind && head.orAlter && typeof options.orAlter === "function") {
    const merge = options.orAlter;
    const object = existing as CatalogObject<K>;
    requirePrivilege(ctx, "OWNERSHIP", existing);
    await changeCatalog(ctx, async (change) => {
      const { props, comment } = await options.build(change, target, existing);
      const now = latest(change, object);
      change.update(now, { props: merge(now.props, props), comment: comment ?? null } as never);
    });
    return { outcome: statusOutcome(EXECUTED), made: null, replaced: undefined };
  }
  if (existing) {
    if (!head.orReplace) throw errors.objectExists(target.printed);
    if (existing.kind !== kind) throw errors.alreadyExists(KINDS[existing.kind].words, target.printed);
    if (!ownsObject(ctx, existing)) throw denied(ctx, existing);
  }
  await options.prepare?.();
  let touched: CatalogObject[] = [];
  const made = await changeCatalog(ctx, async (change) => {
    const fields = await options.build(change, target, existing);
    if (existing) touched = dropTree(ctx, change, existing, true);
    let object = change.create({
      kind,
      parent: target.parentId,
      name: target.name,
      owner: fields.owner === undefined ? ctx.session.roleId : fields.owner,
      comment: fields.comment ?? null,
      props: fields.props,
    } as never) as CatalogObject<K>;
    object = applyFutureGrants(change, object as CatalogObject) as CatalogObject<K>;
    if (existing && options.copyGrants) copyGrants(change, existing, object);
    await options.after?.(change, object, existing);
    return latest(change, object);
  });
  notifyRuntime(ctx, touched);
  const title = kindTitle(kind);
  const message = options.message?.(printed) ?? `${title} ${printed} successfully created.`;
  return { outcome: statusOutcome(message), made, replaced: existing };
}

function copyGrants(change: Change, from: CatalogObject, to: CatalogObject): void {
  for (const grant of change.catalog.grantsOn(from.id))
    if (grant.on.scope === "OBJECT")
      change.grant({
        privilege: grant.privilege,
        on: { scope: "OBJECT", kind: to.kind, id: to.id },
        grantee: grant.grantee,
        grantOption: grant.grantOption,
        grantedBy: grant.grantedBy,
      });
}

/** Kinds that UNDROP brings back; the others are gone at once. Source: "UNDROP <object>". */
const UNDROPPABLE: ReadonlySet<ObjectKind> = new Set(["DATABASE", "SCHEMA", "TABLE", "TAG", "DYNAMIC_TABLE"]);

/** Objects inside a container, all the way down. */
export function descendants(ctx: StatementContext, container: CatalogObject): CatalogObject[] {
  const { catalog } = ctx.services;
  const found: CatalogObject[] = [];
  if (container.kind !== "DATABASE" && container.kind !== "SCHEMA") return found;
  for (const kind of Object.keys(KINDS) as ObjectKind[])
    for (const child of catalog.list(kind, container.id)) found.push(child, ...descendants(ctx, child));
  return found;
}

/**
 * Drops the object and what it contains. With UNDROP they are kept under one time of dropping, else purged with
 * their grants. Returns all that went, so that the runtime can be told after the commit.
 */
export function dropTree(
  ctx: StatementContext,
  change: Change,
  object: CatalogObject,
  replaced = false,
): CatalogObject[] {
  const keep = UNDROPPABLE.has(object.kind) && !isTemporary(object);
  const gone = [object, ...descendants(ctx, object)];
  for (const each of gone) {
    if (keep && !isTemporary(each)) change.drop(each);
    else purge(ctx, change, each);
  }
  if (replaced && !keep)
    for (const grant of ctx.services.catalog.grantsOn(object.id)) change.revoke(grant.id);
  return gone;
}

const isTemporary = (object: CatalogObject): boolean =>
  object.props !== undefined && temporarySession(object) !== undefined;

function purge(ctx: StatementContext, change: Change, object: CatalogObject): void {
  const { catalog } = ctx.services;
  change.purge(object);
  for (const grant of catalog.grantsOn(object.id)) change.revoke(grant.id);
  if (object.kind === "ROLE" || object.kind === "DATABASE_ROLE" || object.kind === "USER")
    for (const grant of catalog.grantsTo(object.kind, object.id)) change.revoke(grant.id);
  if (isTemporary(object) || object.kind === "MATERIALIZED_VIEW")
    change.afterCommit.push(() => {
      void ddlConnection(ctx.services)
        .then((c) => c.run(`DROP TABLE IF EXISTS ${physicalTable(object.id)}`))
        .catch(() => {});
    });
}

/** Tells schedule/ and ingest/ that tasks and pipes changed or went. */
export function notifyRuntime(ctx: StatementContext, objects: readonly CatalogObject[]): void {
  for (const object of objects) {
    if (object.kind === "TASK" || object.kind === "ALERT")
      ctx.services.runtime.schedule.taskChanged(object.id);
    if (object.kind === "PIPE") ctx.services.runtime.ingest.pipeChanged(object.id);
  }
}

export interface DropOptions<K extends ObjectKind> {
  kind: K;
  /** More checks before it goes. */
  check?(object: CatalogObject<K>): void;
  before?(object: CatalogObject<K>): void | Promise<void>;
  after?(change: Change, object: CatalogObject<K>): void;
}

/** DROP <kind> [IF EXISTS] name [CASCADE | RESTRICT]. */
export async function dropObject<K extends ObjectKind>(
  ctx: StatementContext,
  cursor: Cursor,
  options: DropOptions<K>,
): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  cursor.acceptOneOf("CASCADE", "RESTRICT");
  cursor.expectEnd();
  const object = findExisting(ctx, options.kind, parts, ifExists);
  const printed = printIdentifier(parts[parts.length - 1]!);
  if (!object) return statusOutcome(`Drop statement executed successfully (${printed} already dropped).`);
  requirePrivilege(ctx, "OWNERSHIP", object);
  options.check?.(object);
  await options.before?.(object);
  let gone: CatalogObject[] = [];
  await changeCatalog(ctx, (change) => {
    gone = dropTree(ctx, change, object);
    options.after?.(change, object);
  });
  leaveDropped(ctx, gone);
  notifyRuntime(ctx, gone);
  return statusOutcome(`${printed} successfully dropped.`);
}

/** The session has no current database, schema or warehouse any more when that one was dropped. */
function leaveDropped(ctx: StatementContext, gone: readonly CatalogObject[]): void {
  for (const object of gone) {
    if (object.id === ctx.session.databaseId) {
      ctx.session.databaseId = null;
      ctx.session.schemaId = null;
    }
    if (object.id === ctx.session.schemaId) ctx.session.schemaId = null;
    if (object.id === ctx.session.warehouseId) ctx.session.warehouseId = null;
  }
}

/** The object, or undefined when IF EXISTS allows that it (or its container) is missing. */
export function findExisting<K extends ObjectKind>(
  ctx: StatementContext,
  kind: K,
  parts: readonly string[],
  ifExists: boolean,
): CatalogObject<K> | undefined {
  if (!ifExists) return resolveObject(ctx, kind, parts);
  try {
    return findObject(ctx, kind, parts);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "002003") return undefined;
    throw error;
  }
}

/** ALTER … RENAME TO: within the account, or to another container of the same kind that the role may create in. */
export function renameObject(
  ctx: StatementContext,
  change: Change,
  object: CatalogObject,
  parts: readonly string[],
): CatalogObject {
  const facts = KINDS[object.kind];
  const own = ctx.services.catalog.get(object.parent);
  const full = [...parts];
  if (facts.scope === "SCHEMA" && full.length === 1 && own) full.unshift(own.name);
  if (facts.scope !== "ACCOUNT" && full.length === (facts.scope === "SCHEMA" ? 2 : 1)) {
    const database = facts.scope === "SCHEMA" ? ctx.services.catalog.get(own?.parent ?? ACCOUNT_ID) : own;
    if (database) full.unshift(database.name);
  }
  const target = resolveTarget(ctx, object.kind, full);
  const holder = isTemporary(object)
    ? ctx.services.catalog.findTemporary(ctx.session.id, target.parentId, target.name)
    : ctx.services.catalog.findInNamespace(object.kind, target.parentId, target.name);
  if (holder) throw errors.objectExists(target.printed);
  if (target.parentId !== object.parent)
    requireCreate(ctx, `CREATE ${facts.words}`, target.parent ?? "ACCOUNT", ctx.services.identity.name);
  return change.update(latest(change, object), { name: target.name, parent: target.parentId });
}

/** UNDROP: the last dropped object of that name whose retention has not passed. */
export function findDropped<K extends ObjectKind>(
  ctx: StatementContext,
  kind: K,
  parts: readonly string[],
): { target: Target; object: CatalogObject<K> } {
  const target = resolveTarget(ctx, kind, parts);
  const object = ctx.services.catalog
    .listDropped(kind, target.parentId)
    .find((candidate) => candidate.name === target.name && isRetained(ctx, candidate));
  if (!object || !ownsObject(ctx, object))
    throw errors.compilation(
      "002003",
      "02000",
      `${kindTitle(kind)} '${target.printed}' did not exist or was purged.`,
    );
  return { target, object };
}

/** Is the dropped object within its Time Travel retention? */
export const isRetained = (ctx: StatementContext, object: CatalogObject): boolean =>
  retained(ctx.services.catalog, object, ctx.services.clock.now());

/** Days of Time Travel in force for the object. */
export const retentionDays = (ctx: StatementContext, object: CatalogObject): number =>
  daysOf(ctx.services.catalog, object);

/** `'DB.SCHEMA.T'` for messages. */
export const printed = (ctx: StatementContext, object: CatalogObject): string => fullName(ctx, object);
