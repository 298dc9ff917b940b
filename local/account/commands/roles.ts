import {
  activeRoles,
  fullName,
  KINDS,
  mayUseRole,
  rolesGrantedTo,
  SYSTEM_ROLE_NAMES,
} from "../access/index.ts";
import { ACCOUNT_ID, type CatalogObject, type ObjectKind } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import {
  createObject,
  dropObject,
  EXECUTED,
  findExisting,
  latest,
  readCreateName,
  readExistingName,
} from "./objects.ts";
import { readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import {
  listForShow,
  ownerColumns,
  readShowOptions,
  type ShowColumns,
  showOutcome,
  timeValue,
  yesNo,
} from "./show.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

async function create(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  kind: "ROLE" | "DATABASE_ROLE",
): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const values = readProperties(cursor, { COMMENT: text, TAG: readTagValues });
  cursor.expectEnd();
  if (kind === "ROLE" && SYSTEM_ROLE_NAMES.has(name.parts[0] ?? "") && head.orReplace)
    throw errors.insufficientPrivileges("role", name.parts[0]!);
  const { outcome } = await createObject(ctx, {
    kind,
    head,
    name,
    orAlter: (existing) => existing,
    build: () => ({ props: {}, comment: values.COMMENT ?? null }),
    after: (change, role) => setTags(ctx, change, role, (values.TAG as TagValue[] | undefined) ?? []),
  });
  return outcome;
}

async function alter(
  ctx: StatementContext,
  cursor: Cursor,
  kind: "ROLE" | "DATABASE_ROLE",
): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const role = findExisting(ctx, kind, parts, ifExists);
  if (!role) return statusOutcome(EXECUTED);
  if (kind === "ROLE" && SYSTEM_ROLE_NAMES.has(role.name) && cursor.sees("RENAME"))
    throw errors.insufficientPrivileges("role", role.name);
  const done = await alterCommon(ctx, cursor, role);
  if (done) return done;
  throw cursor.syntaxError();
}

/** What the dropped role owned goes to the role that drops it. Source: "DROP ROLE". */
function drop(ctx: StatementContext, cursor: Cursor, kind: "ROLE" | "DATABASE_ROLE"): Promise<Outcome> {
  return dropObject(ctx, cursor, {
    kind,
    check: (role) => {
      if (kind === "ROLE" && SYSTEM_ROLE_NAMES.has(role.name))
        throw errors.insufficientPrivileges("role", role.name);
    },
    after: (change, role) => {
      for (const each of Object.keys(KINDS) as ObjectKind[])
        for (const object of ctx.services.catalog.listAll<ObjectKind>(each))
          if (object.owner === role.id) change.update(latest(change, object), { owner: ctx.session.roleId });
      for (const grant of ctx.services.catalog.allGrants())
        if (grant.grantee.kind === kind && grant.grantee.id === role.id) change.revoke(grant.id);
      if (ctx.session.roleId === role.id) ctx.session.roleId = null;
    },
  });
}

const ROLE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["is_default", "text"],
  ["is_current", "text"],
  ["is_inherited", "text"],
  ["assigned_to_users", "number"],
  ["granted_to_roles", "number"],
  ["granted_roles", "number"],
  ["owner", "text"],
  ["comment", "text"],
];

/** How many users, roles and database roles hold the role. */
function holders(
  ctx: StatementContext,
  role: CatalogObject,
): Record<"USER" | "ROLE" | "DATABASE_ROLE", number> {
  const count = { USER: 0, ROLE: 0, DATABASE_ROLE: 0 };
  for (const grant of ctx.services.catalog.grantsOn(role.id))
    if (grant.on.scope === "OBJECT" && grant.privilege === "USAGE") count[grant.grantee.kind]++;
  return count;
}

async function showRoles(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const user = ctx.services.catalog.getAs("USER", ctx.session.userId);
  const active = activeRoles(ctx);
  const rows = listForShow(ctx, "ROLE", options).map((role) => {
    const count = holders(ctx, role);
    return {
      created_on: timeValue(role.createdOn),
      name: role.name,
      is_default: yesNo(user?.props.defaultRole === role.name),
      is_current: yesNo(ctx.session.roleId === role.id),
      is_inherited: yesNo(active.has(role.id) && ctx.session.roleId !== role.id),
      assigned_to_users: count.USER,
      granted_to_roles: count.ROLE,
      granted_roles: rolesGrantedTo(ctx.services.catalog, "ROLE", role.id).length,
      owner: ownerColumns(ctx, role).owner,
      comment: role.comment ?? "",
    };
  });
  const terse: ShowColumns = ROLE_COLUMNS.slice(0, 5);
  return showOutcome(head.terse ? terse : ROLE_COLUMNS, rows, options);
}

const DATABASE_ROLE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["is_default", "text"],
  ["is_current", "text"],
  ["is_inherited", "text"],
  ["granted_to_roles", "number"],
  ["granted_to_database_roles", "number"],
  ["granted_database_roles", "number"],
  ["owner", "text"],
  ["comment", "text"],
  ["owner_role_type", "text"],
];

async function showDatabaseRoles(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const scope =
    options.scope?.kind === "UNKNOWN"
      ? { kind: "DATABASE" as const, name: options.scope.name }
      : options.scope;
  const active = activeRoles(ctx);
  const rows = listForShow(ctx, "DATABASE_ROLE", { ...options, scope }).map((role) => {
    const count = holders(ctx, role);
    return {
      created_on: timeValue(role.createdOn),
      name: role.name,
      is_default: "N",
      is_current: "N",
      is_inherited: yesNo(active.has(role.id)),
      granted_to_roles: count.ROLE,
      granted_to_database_roles: count.DATABASE_ROLE,
      granted_database_roles: rolesGrantedTo(ctx.services.catalog, "DATABASE_ROLE", role.id).length,
      ...ownerColumns(ctx, role),
      comment: role.comment ?? "",
    };
  });
  return showOutcome(DATABASE_ROLE_COLUMNS, rows, options);
}

/** USE ROLE. */
export function useRole(ctx: StatementContext, name: string): void {
  ctx.session.roleId = usableRole(ctx, name).id;
}

/** A role that the user has; PUBLIC is everybody's. */
export function usableRole(ctx: StatementContext, name: string): CatalogObject<"ROLE"> {
  const role = ctx.services.catalog.find("ROLE", ACCOUNT_ID, name);
  if (role && (role.name === "PUBLIC" || mayUseRole(ctx.services.catalog, ctx.session.userId, role.id)))
    return role;
  throw role
    ? errors.compilation(
        "003013",
        "42501",
        `Requested role '${name}' is not assigned to the executing user. Specify another role to activate.`,
      )
    : errors.doesNotExistOrCannotOperate("Role", name);
}

/** Database roles are addressed by database and name. */
export const databaseRoleName = (ctx: StatementContext, role: CatalogObject): string => fullName(ctx, role);

const test = "tests/local/account/commands/roles.test.ts";
export const roleCommands: CommandDef[] = [
  command("CREATE", "ROLE", (ctx, cursor, head) => create(ctx, cursor, head, "ROLE"), {
    source: "CREATE ROLE",
    test,
  }),
  command("ALTER", "ROLE", (ctx, cursor) => alter(ctx, cursor, "ROLE"), { source: "ALTER ROLE", test }),
  command("DROP", "ROLE", (ctx, cursor) => drop(ctx, cursor, "ROLE"), { source: "DROP ROLE", test }),
  command("SHOW", "ROLES", showRoles, { source: "SHOW ROLES", test }),
  command("CREATE", "DATABASE ROLE", (ctx, cursor, head) => create(ctx, cursor, head, "DATABASE_ROLE"), {
    source: "CREATE DATABASE ROLE",
    test,
  }),
  command("ALTER", "DATABASE ROLE", (ctx, cursor) => alter(ctx, cursor, "DATABASE_ROLE"), {
    source: "ALTER DATABASE ROLE",
    test,
  }),
  command("DROP", "DATABASE ROLE", (ctx, cursor) => drop(ctx, cursor, "DATABASE_ROLE"), {
    source: "DROP DATABASE ROLE",
    test,
  }),
  command("SHOW", "DATABASE ROLES", showDatabaseRoles, { source: "SHOW DATABASE ROLES", test }),
];
