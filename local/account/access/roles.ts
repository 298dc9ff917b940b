import type { Catalog } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import type { Session } from "../session/session.ts";

/** What access control needs of a statement; a StatementContext is one. */
export interface AccessContext {
  services: { catalog: Catalog };
  session: Pick<
    Session,
    "id" | "userId" | "roleId" | "secondaryRoles" | "databaseId" | "schemaId" | "parameters"
  >;
}

interface Cache {
  generation: number;
  closures: Map<string, ReadonlySet<number>>;
}
const caches = new WeakMap<Catalog, Cache>();

function cacheOf(catalog: Catalog): Map<string, ReadonlySet<number>> {
  let cache = caches.get(catalog);
  if (!cache || cache.generation !== catalog.generation) {
    cache = { generation: catalog.generation, closures: new Map() };
    caches.set(catalog, cache);
  }
  return cache.closures;
}

const isRoleKind = (kind: string) => kind === "ROLE" || kind === "DATABASE_ROLE";

/** Ids of the roles granted directly to a user, a role or a database role (USAGE on a role is membership). */
export function rolesGrantedTo(
  catalog: Catalog,
  grantee: "ROLE" | "DATABASE_ROLE" | "USER",
  id: number,
): number[] {
  return catalog
    .grantsTo(grantee, id)
    .filter((g) => g.on.scope === "OBJECT" && g.privilege === "USAGE" && isRoleKind(g.on.kind))
    .filter((g) => catalog.get(g.on.id)?.droppedOn === null)
    .map((g) => g.on.id);
}

export function publicRole(catalog: Catalog): CatalogObject<"ROLE"> | undefined {
  return catalog.find("ROLE", ACCOUNT_ID, "PUBLIC");
}

/** The roles with all that they inherit, and PUBLIC. */
export function roleClosure(catalog: Catalog, roots: readonly number[]): ReadonlySet<number> {
  const key = [...roots].sort((a, b) => a - b).join(",");
  const cache = cacheOf(catalog);
  const known = cache.get(key);
  if (known) return known;
  const found = new Set<number>();
  const open = [...roots];
  const everyone = publicRole(catalog);
  if (everyone) open.push(everyone.id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const role = catalog.get(id);
    if (found.has(id) || !role || role.droppedOn !== null || !isRoleKind(role.kind)) continue;
    found.add(id);
    open.push(...rolesGrantedTo(catalog, role.kind as "ROLE" | "DATABASE_ROLE", id));
  }
  cache.set(key, found);
  return found;
}

/** Ids of the secondary roles, without what they inherit; of a list, those that the user still may use. */
export function secondaryRolesOf({ services: { catalog }, session }: AccessContext): readonly number[] {
  const granted = rolesGrantedTo(catalog, "USER", session.userId);
  if (session.secondaryRoles === "ALL") return granted;
  if (session.secondaryRoles === "NONE") return [];
  const usable = roleClosure(catalog, granted);
  return session.secondaryRoles.filter((id) => usable.has(id));
}

/** Ids of all roles whose privileges the session has: primary and secondary ones, what they inherit, PUBLIC. */
export function activeRoles(ctx: AccessContext): ReadonlySet<number> {
  const { catalog } = ctx.services;
  const { session } = ctx;
  const roots = session.roleId === null ? [] : [session.roleId];
  roots.push(...secondaryRolesOf(ctx));
  return roleClosure(catalog, roots);
}

/** Roles that may create objects: the primary one and what it inherits (secondary roles do not authorize CREATE). */
export function primaryRoles(ctx: AccessContext): ReadonlySet<number> {
  return roleClosure(ctx.services.catalog, ctx.session.roleId === null ? [] : [ctx.session.roleId]);
}

/** Is ACCOUNTADMIN among the active roles? Some statements are its alone. */
export function isAccountAdmin(ctx: AccessContext): boolean {
  const admin = ctx.services.catalog.find("ROLE", ACCOUNT_ID, "ACCOUNTADMIN");
  return admin !== undefined && activeRoles(ctx).has(admin.id);
}

/** May the user activate the role? PUBLIC always; else granted, directly or through a granted role. */
export function mayUseRole(catalog: Catalog, userId: number, roleId: number): boolean {
  return roleClosure(catalog, rolesGrantedTo(catalog, "USER", userId)).has(roleId);
}

/**
 * The same statement with the rights of a role and another database and schema for unqualified names: views, tasks
 * and owner's-rights procedures run so.
 */
export function asRole<T extends AccessContext>(
  ctx: T,
  roleId: number | null,
  context: { databaseId: number | null; schemaId: number | null },
): T {
  const session = Object.create(ctx.session, {
    roleId: { value: roleId, writable: true, enumerable: true },
    secondaryRoles: { value: "NONE", writable: true, enumerable: true },
    databaseId: { value: context.databaseId, writable: true, enumerable: true },
    schemaId: { value: context.schemaId, writable: true, enumerable: true },
  }) as T["session"];
  return Object.create(ctx, { session: { value: session, enumerable: true } }) as T;
}
