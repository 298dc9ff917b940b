import {
  activeRoles,
  canManageGrants,
  canSee,
  denied,
  fullName,
  hasPrivilege,
  KINDS,
  kindTitle,
  ownsObject,
  resolveDatabase,
  resolveObject,
  resolveSchema,
  rolesGrantedTo,
} from "../access/index.ts";
import {
  GLOBAL_PRIVILEGES,
  IMPORTED_PRIVILEGES,
  OBJECT_PRIVILEGES,
  STAGE_PRIVILEGES,
} from "../access/privilege-tables.ts";
import type { Change } from "../catalog/catalog.ts";
import {
  ACCOUNT_ID,
  type CatalogObject,
  type Grant,
  type Grantee,
  type ObjectKind,
} from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import {
  type GranteeName,
  type GrantTarget,
  readGrantee,
  readPrivileges,
  readTarget,
} from "./grant-grammar.ts";
import { changeCatalog, descendants, EXECUTED, latest, notifyRuntime, updateProps } from "./objects.ts";
import { type CommandDef, command } from "./registry.ts";
import { resolveRoutine } from "./routine-names.ts";

export function resolveGrantee(
  ctx: StatementContext,
  grantee: GranteeName,
): Grantee & { object: CatalogObject } {
  const object = resolveObject(ctx, grantee.kind, grantee.name);
  return { kind: grantee.kind, id: object.id, object };
}

export function resolveTargetObject(
  ctx: StatementContext,
  target: Extract<GrantTarget, { on: "OBJECT" }>,
): CatalogObject {
  if (target.signature)
    return resolveRoutine(ctx, target.kind as "FUNCTION" | "PROCEDURE", target.name, target.signature);
  return resolveObject(ctx, target.kind, target.name);
}

/** All live objects of a kind in a database or schema. */
function objectsIn(ctx: StatementContext, kind: ObjectKind, container: CatalogObject): CatalogObject[] {
  return descendants(ctx, container).filter((object) => object.kind === kind);
}

/** What ALL PRIVILEGES means on a kind; a stage has READ and WRITE or USAGE by where it points. */
function allPrivileges(kind: ObjectKind, object?: CatalogObject): readonly string[] {
  if (object?.kind === "STAGE")
    return (object as CatalogObject<"STAGE">).props.url === null
      ? STAGE_PRIVILEGES.internal
      : STAGE_PRIVILEGES.external;
  if (kind === "VIEW") return ["REFERENCES", "SELECT"];
  return OBJECT_PRIVILEGES[kind].filter((p) => p !== "APPLYBUDGET" && p !== "REBUILD");
}

function checkPrivileges(kind: ObjectKind, privileges: readonly string[]): void {
  for (const privilege of privileges)
    if (!OBJECT_PRIVILEGES[kind].includes(privilege) && privilege !== "OWNERSHIP")
      throw errors.compilation(
        "003008",
        "42601",
        `Invalid privilege '${privilege}' for object type '${KINDS[kind].words}'.`,
      );
}

/** In a schema with managed access only its owner (or MANAGE GRANTS) decides about grants on what it holds. */
function managedSchema(ctx: StatementContext, object: CatalogObject): CatalogObject | undefined {
  const schema = ctx.services.catalog.getAs("SCHEMA", object.parent);
  return schema?.props.managedAccess ? schema : undefined;
}

function hasGrantOption(ctx: StatementContext, privilege: string, id: number, account: boolean): boolean {
  const roles = activeRoles(ctx);
  return ctx.services.catalog
    .grantsOn(id)
    .some(
      (g) =>
        g.on.scope === "OBJECT" &&
        (g.on.kind === "ACCOUNT") === account &&
        g.privilege === privilege &&
        g.grantOption &&
        roles.has(g.grantee.id),
    );
}

/** May an active role grant (or revoke) the privilege on the object? */
function mayGrant(ctx: StatementContext, privilege: string, object: CatalogObject): boolean {
  if (canManageGrants(ctx)) return true;
  const managed = managedSchema(ctx, object);
  if (managed) return ownsObject(ctx, managed);
  return ownsObject(ctx, object) || hasGrantOption(ctx, privilege, object.id, false);
}

/** The role that stands in granted_by: the active one where it may by itself, else the object's owner. */
function grantorOf(
  ctx: StatementContext,
  privilege: string,
  object: CatalogObject | "ACCOUNT",
): number | null {
  if (object === "ACCOUNT") return ctx.session.roleId;
  if (ownsObject(ctx, object) || hasGrantOption(ctx, privilege, object.id, false)) return ctx.session.roleId;
  return object.owner ?? ctx.session.roleId;
}

/** Adds the grant, or only its grant option where it is there already. */
function addGrant(change: Change, grant: Omit<Grant, "id" | "createdOn">): void {
  const same = (g: Pick<Grant, "privilege" | "on" | "grantee">) =>
    g.privilege === grant.privilege &&
    g.grantee.kind === grant.grantee.kind &&
    g.grantee.id === grant.grantee.id &&
    g.on.scope === grant.on.scope &&
    g.on.kind === grant.on.kind &&
    g.on.id === grant.on.id;
  const existing =
    change.catalog.grantsOn(grant.on.id).find((g) => same(g) && !change.revoked.has(g.id)) ??
    change.grants.find(same);
  if (existing) {
    if (existing.grantOption || !grant.grantOption) return;
    change.revoke(existing.id);
  }
  change.grant(grant);
}

async function grant(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  if (cursor.accept("OWNERSHIP", "ON")) return grantOwnership(ctx, cursor);
  if (isRoleGrant(cursor)) return grantRole(ctx, cursor, "GRANT");
  const privileges = readPrivileges(cursor);
  cursor.expect("ON");
  const target = readTarget(cursor);
  cursor.expect("TO");
  const name = readGrantee(cursor);
  const grantOption = cursor.accept("WITH", "GRANT", "OPTION");
  cursor.expectEnd();
  const { object: _, ...grantee } = resolveGrantee(ctx, name);
  if (grantee.kind === "USER") throw errors.unsupported("GRANT <privileges> … TO USER");
  await changeCatalog(ctx, (change) => {
    for (const one of expand(ctx, privileges, target, "grant"))
      addGrant(change, {
        privilege: one.privilege,
        on: one.on,
        grantee,
        grantOption,
        grantedBy: one.grantor,
      });
  });
  return statusOutcome(EXECUTED, "GRANT");
}

interface Expanded {
  privilege: string;
  on: Grant["on"];
  grantor: number | null;
}

/** Every (privilege, securable) that a GRANT or REVOKE names; checks that the role may. */
function expand(
  ctx: StatementContext,
  privileges: string[] | "ALL",
  target: GrantTarget,
  what: "grant" | "revoke",
): Expanded[] {
  switch (target.on) {
    case "ACCOUNT": {
      const named = privileges === "ALL" ? [...GLOBAL_PRIVILEGES] : privileges;
      for (const privilege of named) {
        if (!(GLOBAL_PRIVILEGES as readonly string[]).includes(privilege))
          throw errors.compilation(
            "003008",
            "42601",
            `Invalid privilege '${privilege}' for object type 'ACCOUNT'.`,
          );
        if (!canManageGrants(ctx) && !hasGrantOption(ctx, privilege, ACCOUNT_ID, true))
          throw errors.insufficientPrivileges("account", ctx.services.identity.name);
      }
      return named.map((privilege) => ({
        privilege,
        on: { scope: "OBJECT", kind: "ACCOUNT", id: ACCOUNT_ID },
        grantor: grantorOf(ctx, privilege, "ACCOUNT"),
      }));
    }
    case "OBJECT":
      return onObjects(ctx, privileges, [resolveTargetObject(ctx, target)], true);
    case "ALL": {
      const container = containerOf(ctx, target);
      if (target.kind === null) return [];
      if (privileges !== "ALL") checkPrivileges(target.kind, privileges);
      const objects = objectsIn(ctx, target.kind, container).filter((object) => canSee(ctx, object));
      return onObjects(ctx, privileges, objects, false);
    }
    case "FUTURE": {
      const container = containerOf(ctx, target);
      const kind = target.kind!;
      if (privileges !== "ALL") checkPrivileges(kind, privileges);
      const managed =
        container.kind === "SCHEMA" && (container as CatalogObject<"SCHEMA">).props.managedAccess;
      if (!canManageGrants(ctx) && !(managed && ownsObject(ctx, container)))
        throw errors.insufficientPrivileges(KINDS[container.kind].words.toLowerCase(), container.name);
      const named =
        privileges === "ALL" ? (what === "revoke" ? futureAll(kind) : allPrivileges(kind)) : privileges;
      return named.map((privilege) => ({
        privilege,
        on: { scope: "FUTURE", kind, in: target.in, id: container.id },
        grantor: ctx.session.roleId,
      }));
    }
  }
}

const futureAll = (kind: ObjectKind) => OBJECT_PRIVILEGES[kind];

function onObjects(
  ctx: StatementContext,
  privileges: string[] | "ALL",
  objects: readonly CatalogObject[],
  strict: boolean,
): Expanded[] {
  const expanded: Expanded[] = [];
  for (const object of objects) {
    let named = privileges === "ALL" ? allPrivileges(object.kind, object) : privileges;
    if (named.length === 1 && named[0] === IMPORTED_PRIVILEGES) {
      if (object.kind !== "DATABASE" || (object as CatalogObject<"DATABASE">).props.origin === null)
        throw errors.compilation(
          "003008",
          "42601",
          "Imported privileges can only be granted on a shared database.",
        );
      named = ["USAGE"];
    }
    checkPrivileges(object.kind, named);
    for (const privilege of named) {
      if (!mayGrant(ctx, privilege, object)) {
        if (!strict || privileges === "ALL") continue;
        throw denied(ctx, object);
      }
      expanded.push({
        privilege,
        on: { scope: "OBJECT", kind: object.kind, id: object.id },
        grantor: grantorOf(ctx, privilege, object),
      });
    }
    if (strict && privileges === "ALL" && expanded.length === 0) throw denied(ctx, object);
  }
  return expanded;
}

function containerOf(ctx: StatementContext, target: Extract<GrantTarget, { in: string }>): CatalogObject {
  return target.in === "DATABASE"
    ? resolveDatabase(ctx, target.name.join("."))
    : resolveSchema(ctx, target.name);
}

async function revoke(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const optionOnly = cursor.accept("GRANT", "OPTION", "FOR");
  if (!optionOnly && isRoleGrant(cursor)) return grantRole(ctx, cursor, "REVOKE");
  const privileges = readPrivileges(cursor);
  cursor.expect("ON");
  const target = readTarget(cursor);
  cursor.expect("FROM");
  const name = readGrantee(cursor);
  const mode = cursor.acceptOneOf("RESTRICT", "CASCADE");
  cursor.expectEnd();
  if (privileges !== "ALL" && privileges.includes("OWNERSHIP")) {
    if (target.on !== "FUTURE")
      throw errors.compilation("003079", "42601", "OWNERSHIP can be transferred, not revoked.");
  }
  const { object: _, ...grantee } = resolveGrantee(ctx, name);
  await changeCatalog(ctx, (change) => {
    for (const one of expand(ctx, privileges, target, "revoke"))
      for (const existing of ctx.services.catalog.grantsOn(one.on.id))
        if (matches(existing, one, grantee)) {
          if (optionOnly) {
            change.revoke(existing.id);
            const { id: _id, createdOn: _on, ...rest } = existing;
            change.grant({ ...rest, grantOption: false });
          } else revokeWithDependents(ctx, change, existing, mode);
        }
  });
  return statusOutcome(EXECUTED, "GRANT");
}

function matches(grant: Grant, one: Expanded, grantee: Grantee): boolean {
  return (
    grant.privilege === one.privilege &&
    grant.grantee.kind === grantee.kind &&
    grant.grantee.id === grantee.id &&
    grant.on.scope === one.on.scope &&
    grant.on.kind === one.on.kind
  );
}

/** RESTRICT fails when the grantee has passed the privilege on; CASCADE takes those grants too. */
function revokeWithDependents(
  ctx: StatementContext,
  change: Change,
  grant: Grant,
  mode: "RESTRICT" | "CASCADE" | undefined,
): void {
  change.revoke(grant.id);
  if (!grant.grantOption || grant.on.scope !== "OBJECT") return;
  const object = ctx.services.catalog.get(grant.on.id);
  for (const dependent of ctx.services.catalog.grantsOn(grant.on.id)) {
    if (dependent.privilege !== grant.privilege || dependent.grantedBy !== grant.grantee.id) continue;
    if (dependent.id === grant.id || change.revoked.has(dependent.id)) continue;
    if (object && object.owner === grant.grantee.id) continue;
    if (mode === "RESTRICT") throw dependentGrant(ctx, dependent);
    if (mode === "CASCADE") revokeWithDependents(ctx, change, dependent, mode);
  }
}

function dependentGrant(ctx: StatementContext, grant: Grant): Error {
  const object = ctx.services.catalog.get(grant.on.id);
  const grantee = ctx.services.catalog.get(grant.grantee.id);
  return errors.compilation(
    "003036",
    "23001",
    `Dependent grant of privilege '${grant.privilege}' on securable '${object ? fullName(ctx, object) : ""}' to role '${grantee?.name ?? ""}' exists. It must be revoked first. More than one dependent grant may exist: use 'SHOW GRANTS' command to view them. To revoke all dependent grants while transferring object ownership, use convenience command 'GRANT OWNERSHIP ON <target_objects> TO <target_role> REVOKE CURRENT GRANTS'.`,
  );
}

/** GRANT ROLE r TO …, not `GRANT ROLE …` as a privilege: the next words are a kind of role and a name. */
const isRoleGrant = (cursor: Cursor): boolean => cursor.sees("ROLE") || cursor.sees("DATABASE", "ROLE");

async function grantRole(ctx: StatementContext, cursor: Cursor, verb: "GRANT" | "REVOKE"): Promise<Outcome> {
  const kind = cursor.accept("DATABASE", "ROLE") ? "DATABASE_ROLE" : "ROLE";
  if (kind === "ROLE") cursor.expect("ROLE");
  const role = resolveObject(ctx, kind, cursor.name());
  cursor.expect(verb === "GRANT" ? "TO" : "FROM");
  const grantee = resolveGrantee(ctx, readGrantee(cursor));
  cursor.expectEnd();
  if (!ownsObject(ctx, role) && !canManageGrants(ctx)) throw denied(ctx, role);
  if (kind === "DATABASE_ROLE") checkDatabaseRole(ctx, role, grantee);
  else if (grantee.kind === "DATABASE_ROLE")
    throw errors.compilation("003008", "42601", "An account role cannot be granted to a database role.");
  const existing = ctx.services.catalog
    .grantsOn(role.id)
    .find(
      (g) =>
        g.on.scope === "OBJECT" &&
        g.privilege === "USAGE" &&
        g.grantee.kind === grantee.kind &&
        g.grantee.id === grantee.id,
    );
  if (verb === "GRANT") {
    if (grantee.id === role.id || reaches(ctx, role, grantee.id))
      throw errors.compilation(
        "003040",
        "42601",
        `Role relationship already exists: granting role '${role.name}' to role '${grantee.object.name}' would make a cycle.`,
      );
    if (!existing)
      await changeCatalog(ctx, (change) =>
        change.grant({
          privilege: "USAGE",
          on: { scope: "OBJECT", kind, id: role.id },
          grantee: { kind: grantee.kind, id: grantee.id },
          grantOption: false,
          grantedBy: ctx.session.roleId,
        }),
      );
  } else if (existing) await changeCatalog(ctx, (change) => change.revoke(existing.id));
  return statusOutcome(EXECUTED, "GRANT");
}

function checkDatabaseRole(
  ctx: StatementContext,
  role: CatalogObject,
  grantee: Grantee & { object: CatalogObject },
): void {
  if (grantee.kind === "USER")
    throw errors.compilation("003008", "42601", "A database role cannot be granted to a user.");
  if (grantee.kind === "DATABASE_ROLE" && grantee.object.parent !== role.parent)
    throw errors.compilation(
      "003008",
      "42601",
      `Database role '${fullName(ctx, role)}' can be granted only to database roles of the same database.`,
    );
}

/** Is `wanted` among the roles that `role` holds, directly or not? */
function reaches(ctx: StatementContext, role: CatalogObject, wanted: number): boolean {
  const open = [role.id];
  const seen = new Set<number>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const kind = ctx.services.catalog.get(id)?.kind;
    if (kind !== "ROLE" && kind !== "DATABASE_ROLE") continue;
    for (const held of rolesGrantedTo(ctx.services.catalog, kind, id)) {
      if (held === wanted) return true;
      open.push(held);
    }
  }
  return false;
}

/** GRANT OWNERSHIP ON … TO … [REVOKE | COPY CURRENT GRANTS]. */
async function grantOwnership(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const target = readTarget(cursor);
  cursor.expect("TO");
  const granteeName = readGrantee(cursor);
  const current = cursor.acceptOneOf("REVOKE", "COPY");
  if (current) cursor.expect("CURRENT", "GRANTS");
  cursor.expectEnd();
  const { object: grantee } = resolveGrantee(ctx, granteeName);
  if (granteeName.kind === "USER") throw cursor.syntaxError();
  if (target.on === "ACCOUNT") throw errors.unsupported("GRANT OWNERSHIP ON ACCOUNT");
  if (target.on === "FUTURE") {
    const [one] = expand(ctx, ["OWNERSHIP"], target, "grant");
    await changeCatalog(ctx, (change) => {
      for (const other of ctx.services.catalog.grantsOn(one!.on.id))
        if (other.on.scope === "FUTURE" && other.on.kind === target.kind && other.privilege === "OWNERSHIP")
          change.revoke(other.id);
      change.grant({
        privilege: "OWNERSHIP",
        on: one!.on,
        grantee: { kind: granteeName.kind, id: grantee.id },
        grantOption: false,
        grantedBy: one!.grantor,
      });
    });
    return statusOutcome(EXECUTED, "GRANT");
  }
  const objects =
    target.on === "OBJECT"
      ? [resolveTargetObject(ctx, target)]
      : target.kind === null
        ? []
        : objectsIn(ctx, target.kind, containerOf(ctx, target)).filter((object) => canSee(ctx, object));
  await changeCatalog(ctx, (change) => {
    for (const object of objects)
      transferOwnership(ctx, change, object, grantee, current, target.on === "OBJECT");
  });
  notifyRuntime(ctx, objects);
  return statusOutcome(EXECUTED, "GRANT");
}

function transferOwnership(
  ctx: StatementContext,
  change: Change,
  object: CatalogObject,
  to: CatalogObject,
  current: "REVOKE" | "COPY" | undefined,
  strict: boolean,
): void {
  const managed = managedSchema(ctx, object);
  if (!ownsObject(ctx, object) && !canManageGrants(ctx) && !(managed && ownsObject(ctx, managed))) {
    if (!strict) return;
    throw denied(ctx, object);
  }
  if (object.owner === to.id) return;
  if (to.kind === "DATABASE_ROLE" && KINDS[object.kind].scope === "ACCOUNT")
    throw errors.compilation(
      "003008",
      "42601",
      `Ownership of ${kindTitle(object.kind).toLowerCase()} '${object.name}' cannot be granted to a database role.`,
    );
  const isRole = object.kind === "ROLE" || object.kind === "DATABASE_ROLE";
  if (!isRole)
    for (const dependent of ctx.services.catalog.grantsOn(object.id)) {
      if (dependent.on.scope !== "OBJECT") continue;
      if (current === undefined) throw dependentGrant(ctx, dependent);
      change.revoke(dependent.id);
      if (current === "COPY") {
        const { id: _, createdOn: __, ...rest } = dependent;
        change.grant({ ...rest, grantedBy: to.id });
      }
    }
  change.update(latest(change, object), { owner: to.id });
  if (object.kind === "TASK" && (object as CatalogObject<"TASK">).props.state === "started")
    updateProps(change, object as CatalogObject<"TASK">, { state: "suspended", lastSuspendedOn: change.now });
  if (object.kind === "PIPE" && !(object as CatalogObject<"PIPE">).props.paused)
    updateProps(change, object as CatalogObject<"PIPE">, { paused: true });
}

/** Used by USE SECONDARY ROLES and tests: the privilege held on an object by the session. */
export const holds = hasPrivilege;

const test = "tests/local/account/commands/grants.test.ts";
export const grantCommands: CommandDef[] = [
  command("GRANT", "", grant, {
    source: "GRANT <privileges>; GRANT ROLE; GRANT DATABASE ROLE; GRANT OWNERSHIP",
    test,
    note: "No shares, applications or grants to users.",
  }),
  command("REVOKE", "", revoke, { source: "REVOKE <privileges>; REVOKE ROLE; REVOKE DATABASE ROLE", test }),
];
