import { temporarySession } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import { printName } from "./identifier.ts";
import { KINDS, kindTitle } from "./kinds.ts";
import { type AccessContext, activeRoles, primaryRoles, roleClosure, rolesGrantedTo } from "./roles.ts";

/** Where a privilege is held: an object or the account itself. */
export type Securable = CatalogObject | "ACCOUNT";

const idOf = (on: Securable): number => (on === "ACCOUNT" ? ACCOUNT_ID : on.id);

/** `DB.SCHEMA.NAME`, each part quoted where it must be. */
export function fullName(ctx: { services: AccessContext["services"] }, object: CatalogObject): string {
  return printName(nameParts(ctx, object));
}

export function nameParts(ctx: { services: AccessContext["services"] }, object: CatalogObject): string[] {
  const parts = [object.name];
  for (let parent = object.parent; parent !== ACCOUNT_ID; ) {
    const container = ctx.services.catalog.get(parent);
    if (!container) break;
    parts.unshift(container.name);
    parent = container.parent;
  }
  return parts;
}

function held(ctx: AccessContext, roles: ReadonlySet<number>, privilege: string, on: Securable): boolean {
  if (on !== "ACCOUNT" && on.owner !== null && roles.has(on.owner)) return true;
  if (privilege === "OWNERSHIP") return false;
  for (const grant of ctx.services.catalog.grantsOn(idOf(on)))
    if (
      grant.on.scope === "OBJECT" &&
      grant.on.id === idOf(on) &&
      (grant.on.kind === "ACCOUNT") === (on === "ACCOUNT") &&
      grant.privilege === privilege &&
      (grant.grantee.kind === "USER" ? grant.grantee.id === ctx.session.userId : roles.has(grant.grantee.id))
    )
      return true;
  return false;
}

/** Does an active role hold the privilege on the object itself (its owner holds all)? Parents are not looked at. */
export function hasPrivilege(ctx: AccessContext, privilege: string, on: Securable): boolean {
  return held(ctx, activeRoles(ctx), privilege, on);
}

/** Does the role, with what it inherits, hold a privilege on the account? Tasks ask it of their owner. */
export function roleHasGlobal(
  ctx: Pick<AccessContext, "services" | "session">,
  roleId: number,
  privilege: string,
): boolean {
  return held(ctx, roleClosure(ctx.services.catalog, [roleId]), privilege, "ACCOUNT");
}

export function ownsObject(ctx: AccessContext, object: CatalogObject): boolean {
  return object.owner !== null && activeRoles(ctx).has(object.owner);
}

/** Any privilege at all on the object itself. */
function hasAny(ctx: AccessContext, object: CatalogObject): boolean {
  const roles = activeRoles(ctx);
  if (object.owner !== null && roles.has(object.owner)) return true;
  for (const grant of ctx.services.catalog.grantsOn(object.id))
    if (
      grant.on.scope === "OBJECT" &&
      grant.on.kind !== "ACCOUNT" &&
      (grant.grantee.kind === "USER" ? grant.grantee.id === ctx.session.userId : roles.has(grant.grantee.id))
    )
      return true;
  return false;
}

export const canManageGrants = (ctx: AccessContext): boolean => hasPrivilege(ctx, "MANAGE GRANTS", "ACCOUNT");

/** At least one privilege on each container. Source: "Access control privileges", notes on schema objects. */
function reachesParents(ctx: AccessContext, object: CatalogObject): boolean {
  for (let parent = object.parent; parent !== ACCOUNT_ID; ) {
    const container = ctx.services.catalog.get(parent);
    if (!container || container.droppedOn !== null) return false;
    if (!isSystemSchema(container) && !hasAny(ctx, container)) return false;
    parent = container.parent;
  }
  return true;
}

/** INFORMATION_SCHEMA, and the schemas of a shared database: whoever reaches the database reaches them. */
export const isSystemSchema = (object: CatalogObject): boolean =>
  object.kind === "SCHEMA" && object.owner === null;

/** A temporary table or view is there for its own session only. */
function isOthersTemporary(ctx: AccessContext, object: CatalogObject): boolean {
  const sessionId = temporarySession(object);
  return sessionId !== undefined && sessionId !== ctx.session.id;
}

/**
 * Does SHOW list it, and may an error name it? At least one privilege on it and its containers, or MANAGE GRANTS.
 * Roles are visible to all; a user sees itself.
 */
export function canSee(ctx: AccessContext, object: CatalogObject): boolean {
  if (object.kind === "ROLE") return true;
  if (isOthersTemporary(ctx, object)) return false;
  if (object.kind === "USER" && object.id === ctx.session.userId) return true;
  if (canManageGrants(ctx)) return true;
  if (object.kind === "DATABASE_ROLE" && activeRoles(ctx).has(object.id)) return true;
  if (isSystemSchema(object)) return reachesParents(ctx, object);
  return hasAny(ctx, object) && reachesParents(ctx, object);
}

/** The object's use needs the privilege and the containers' reach. */
export function mayUse(ctx: AccessContext, privilege: string, object: CatalogObject): boolean {
  return (isSystemSchema(object) || hasPrivilege(ctx, privilege, object)) && reachesParents(ctx, object);
}

/**
 * Throws unless an active role holds one of the privileges (ownership holds all): 003001 when the role may see the
 * object, 002003 when it may not, so that existence is not revealed.
 */
export function requirePrivilege(
  ctx: AccessContext,
  privilege: string | readonly string[],
  on: Securable,
): void {
  const wanted = typeof privilege === "string" ? [privilege] : privilege;
  if (on === "ACCOUNT") {
    if (!wanted.some((p) => hasPrivilege(ctx, p, on))) throw errors.insufficientPrivileges("account", "");
    return;
  }
  if (wanted.some((p) => mayUse(ctx, p, on))) return;
  throw denied(ctx, on);
}

/** The error for an object that the role may not operate on. */
export function denied(ctx: AccessContext, object: CatalogObject): Error {
  return canSee(ctx, object)
    ? errors.insufficientPrivileges(KINDS[object.kind].words.toLowerCase(), object.name)
    : errors.doesNotExist(kindTitle(object.kind), fullName(ctx, object));
}

/** CREATE … in a container, or an account-level CREATE: only the primary role's privileges count. */
export function requireCreate(ctx: AccessContext, privilege: string, on: Securable, accountName = ""): void {
  if (held(ctx, primaryRoles(ctx), privilege, on)) {
    if (on === "ACCOUNT" || reachesParents(ctx, on)) return;
  }
  if (on === "ACCOUNT") throw errors.insufficientPrivileges("account", accountName);
  throw denied(ctx, on);
}

/** Is the role granted, directly or through roles, to the user or role? Used for visibility of database roles. */
export function isGrantedRole(ctx: AccessContext, roleId: number): boolean {
  return (
    activeRoles(ctx).has(roleId) ||
    rolesGrantedTo(ctx.services.catalog, "USER", ctx.session.userId).includes(roleId)
  );
}
