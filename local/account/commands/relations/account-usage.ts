import { nameParts, printName } from "../../access/index.ts";
import { KINDS } from "../../access/kinds.ts";
import type { CatalogObject, Grant, ObjectKind } from "../../catalog/model.ts";
import { type Field, usageView } from "../../history/relation.ts";
import type { StatementContext } from "../../session/context.ts";

interface GrantEntry {
  ctx: StatementContext;
  grant: Grant;
  object: CatalogObject | undefined;
}

const nameOf = (ctx: StatementContext, id: number | null): string | null =>
  ctx.services.catalog.get(id ?? -1)?.name ?? null;

const isAccount = (grant: Grant) => grant.on.scope === "OBJECT" && grant.on.kind === "ACCOUNT";

const TO_ROLES: Field<GrantEntry>[] = [
  ["CREATED_ON", "time", (e) => e.grant.createdOn],
  ["MODIFIED_ON", "time", (e) => e.grant.createdOn],
  ["PRIVILEGE", "text", (e) => e.grant.privilege],
  [
    "GRANTED_ON",
    "text",
    (e) => (isAccount(e.grant) ? "ACCOUNT" : KINDS[e.grant.on.kind as ObjectKind].grantedOn),
  ],
  ["NAME", "text", (e) => (isAccount(e.grant) ? e.ctx.services.identity.name : (e.object?.name ?? null))],
  [
    "TABLE_CATALOG",
    "text",
    (e) => (e.object && KINDS[e.object.kind].scope !== "ACCOUNT" ? nameParts(e.ctx, e.object)[0] : null),
  ],
  [
    "TABLE_SCHEMA",
    "text",
    (e) => (e.object && KINDS[e.object.kind].scope === "SCHEMA" ? nameParts(e.ctx, e.object)[1] : null),
  ],
  ["GRANTED_TO", "text", (e) => e.grant.grantee.kind],
  ["GRANTEE_NAME", "text", (e) => nameOf(e.ctx, e.grant.grantee.id)],
  ["GRANT_OPTION", "boolean", (e) => e.grant.grantOption],
  ["GRANTED_BY", "text", (e) => nameOf(e.ctx, e.grant.grantedBy)],
  ["DELETED_ON", "time", () => null],
  ["GRANTED_BY_ROLE_TYPE", "text", () => "ROLE"],
  ["OBJECT_INSTANCE", "text", (e) => (e.object ? printName(nameParts(e.ctx, e.object)) : null)],
];

/** Grants and ownerships held by roles; membership of roles is USAGE on a role. */
function toRoles(ctx: StatementContext): GrantEntry[] {
  const { catalog } = ctx.services;
  const entries: GrantEntry[] = [];
  for (const grant of catalog.allGrants()) {
    if (grant.grantee.kind === "USER" || grant.on.scope !== "OBJECT") continue;
    const object = catalog.get(grant.on.id);
    if (object?.droppedOn === null || isAccount(grant))
      entries.push({ ctx, grant, object: isAccount(grant) ? undefined : object });
  }
  for (const kind of Object.keys(KINDS) as ObjectKind[])
    for (const object of catalog.listAll<ObjectKind>(kind)) {
      const owner = catalog.get(object.owner ?? -1);
      if (!owner) continue;
      entries.push({
        ctx,
        object,
        grant: {
          id: 0,
          privilege: "OWNERSHIP",
          on: { scope: "OBJECT", kind, id: object.id },
          grantee: { kind: owner.kind as "ROLE", id: owner.id },
          grantOption: true,
          grantedBy: owner.id,
          createdOn: object.createdOn,
        },
      });
    }
  return entries;
}

const TO_USERS: Field<GrantEntry>[] = [
  ["CREATED_ON", "time", (e) => e.grant.createdOn],
  ["DELETED_ON", "time", () => null],
  ["ROLE", "text", (e) => e.object?.name ?? null],
  ["GRANTED_TO", "text", () => "USER"],
  ["GRANTEE_NAME", "text", (e) => nameOf(e.ctx, e.grant.grantee.id)],
  ["GRANTED_BY", "text", (e) => nameOf(e.ctx, e.grant.grantedBy)],
];

interface RoleEntry {
  ctx: StatementContext;
  role: CatalogObject;
}
const ROLES: Field<RoleEntry>[] = [
  ["ROLE_ID", "number", (e) => e.role.id],
  ["CREATED_ON", "time", (e) => e.role.createdOn],
  ["DELETED_ON", "time", (e) => e.role.droppedOn],
  ["NAME", "text", (e) => e.role.name],
  ["COMMENT", "text", (e) => e.role.comment],
  ["OWNER", "text", (e) => nameOf(e.ctx, e.role.owner)],
  ["ROLE_TYPE", "text", (e) => e.role.kind],
  [
    "ROLE_DATABASE_NAME",
    "text",
    (e) => (e.role.kind === "DATABASE_ROLE" ? nameOf(e.ctx, e.role.parent) : null),
  ],
  ["OWNER_ROLE_TYPE", "text", (e) => (e.role.owner === null ? null : "ROLE")],
];

interface UserEntry {
  ctx: StatementContext;
  user: CatalogObject<"USER">;
}
const USERS: Field<UserEntry>[] = [
  ["USER_ID", "number", (e) => e.user.id],
  ["NAME", "text", (e) => e.user.name],
  ["CREATED_ON", "time", (e) => e.user.createdOn],
  ["DELETED_ON", "time", (e) => e.user.droppedOn],
  ["LOGIN_NAME", "text", (e) => e.user.props.loginName],
  ["DISPLAY_NAME", "text", (e) => e.user.props.displayName],
  ["FIRST_NAME", "text", (e) => e.user.props.firstName],
  ["LAST_NAME", "text", (e) => e.user.props.lastName],
  ["EMAIL", "text", (e) => e.user.props.email],
  ["MUST_CHANGE_PASSWORD", "boolean", (e) => e.user.props.mustChangePassword],
  ["HAS_PASSWORD", "boolean", (e) => e.user.props.passwordHash !== null],
  ["COMMENT", "text", (e) => e.user.comment],
  ["DISABLED", "text", (e) => String(e.user.props.disabled)],
  ["SNOWFLAKE_LOCK", "text", () => "false"],
  ["DEFAULT_WAREHOUSE", "text", (e) => e.user.props.defaultWarehouse],
  ["DEFAULT_NAMESPACE", "text", (e) => e.user.props.defaultNamespace],
  ["DEFAULT_ROLE", "text", (e) => e.user.props.defaultRole],
  ["EXT_AUTHN_DUO", "text", () => "false"],
  ["EXT_AUTHN_UID", "text", () => null],
  ["HAS_MFA", "boolean", () => false],
  ["BYPASS_MFA_UNTIL", "time", () => null],
  ["LAST_SUCCESS_LOGIN", "time", (e) => e.user.props.lastSuccessLogin],
  ["EXPIRES_AT", "time", () => null],
  ["LOCKED_UNTIL_TIME", "time", () => null],
  ["HAS_RSA_PUBLIC_KEY", "boolean", (e) => e.user.props.rsaPublicKey !== null],
  ["PASSWORD_LAST_SET_TIME", "time", () => null],
  ["OWNER", "text", (e) => nameOf(e.ctx, e.user.owner)],
  ["DEFAULT_SECONDARY_ROLE", "text", (e) => JSON.stringify(e.user.props.defaultSecondaryRoles)],
  ["TYPE", "text", (e) => e.user.props.type],
];

/** Registers the views of ACCOUNT_USAGE on roles, users and grants. Source: "Account Usage". */
export function registerAccountUsage(): void {
  usageView("GRANTS_TO_ROLES", TO_ROLES, toRoles);
  usageView("GRANTS_TO_USERS", TO_USERS, (ctx) =>
    [...ctx.services.catalog.allGrants()]
      .filter(
        (grant) => grant.grantee.kind === "USER" && grant.on.scope === "OBJECT" && grant.on.kind === "ROLE",
      )
      .map((grant) => ({ ctx, grant, object: ctx.services.catalog.get(grant.on.id) })),
  );
  usageView("ROLES", ROLES, (ctx) =>
    [...ctx.services.catalog.listAll("ROLE"), ...ctx.services.catalog.listAll("DATABASE_ROLE")].map(
      (role) => ({
        ctx,
        role: role as CatalogObject,
      }),
    ),
  );
  usageView("USERS", USERS, (ctx) => ctx.services.catalog.listAll("USER").map((user) => ({ ctx, user })));
}
