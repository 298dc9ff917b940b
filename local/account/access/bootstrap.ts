import type { DuckDBConnection } from "@duckdb/node-api";
import type { Catalog, Change } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type UserProps } from "../catalog/model.ts";
import { hashPassword, verifyPassword } from "../session/passwords.ts";
import { StartError } from "../start-error.ts";
import { GLOBAL_PRIVILEGES } from "./privilege-tables.ts";

/** System-defined roles: comment as Snowflake gives it, global privileges, roles that inherit them. */
const SYSTEM_ROLES: Record<string, { comment: string; privileges: readonly string[]; parents: string[] }> = {
  ACCOUNTADMIN: {
    comment: "Account administrator can manage all aspects of the account.",
    privileges: GLOBAL_PRIVILEGES,
    parents: [],
  },
  ORGADMIN: {
    comment: "Organization administrator can manage organization and account creation.",
    privileges: ["CREATE ACCOUNT"],
    parents: [],
  },
  SECURITYADMIN: {
    comment: "Security administrator can manage security aspects of the account.",
    privileges: ["MANAGE GRANTS", "CREATE NETWORK POLICY", "MONITOR SECURITY"],
    parents: ["ACCOUNTADMIN"],
  },
  USERADMIN: {
    comment: "User administrator can create and manage users and roles",
    privileges: ["CREATE USER", "CREATE ROLE"],
    parents: ["SECURITYADMIN"],
  },
  SYSADMIN: {
    comment: "System administrator can create and manage databases and warehouses.",
    privileges: ["CREATE DATABASE", "CREATE WAREHOUSE"],
    parents: ["ACCOUNTADMIN"],
  },
  PUBLIC: {
    comment: "Public role is automatically available to every user in the account.",
    privileges: [],
    parents: [],
  },
};

/** The roles that nobody can drop or rename. */
export const SYSTEM_ROLE_NAMES: ReadonlySet<string> = new Set(Object.keys(SYSTEM_ROLES));

/** A new user's properties as CREATE USER without options leaves them. */
export function newUser(name: string): UserProps {
  return {
    type: null,
    loginName: name,
    displayName: name,
    firstName: null,
    middleName: null,
    lastName: null,
    email: null,
    passwordHash: null,
    mustChangePassword: false,
    disabled: false,
    defaultWarehouse: null,
    defaultNamespace: null,
    defaultRole: null,
    defaultSecondaryRoles: ["ALL"],
    rsaPublicKey: null,
    rsaPublicKey2: null,
    daysToExpiry: null,
    minsToUnlock: null,
    minsToBypassMfa: null,
    networkPolicyId: null,
    lastSuccessLogin: null,
    parameters: {},
  };
}

export interface FirstUser {
  /** Stored name (upper-case unless it is to be quoted). */
  name: string;
  password?: string;
  /** Base64 DER of an RSA public key, without the PEM frame. */
  rsaPublicKey?: string;
}

/** Adds INFORMATION_SCHEMA (no owner) and, unless told otherwise, PUBLIC to a new database. */
export function addDefaultSchemas(
  change: Change,
  databaseId: number,
  owner: number | null,
  withPublic = true,
): void {
  change.create({
    kind: "SCHEMA",
    parent: databaseId,
    name: "INFORMATION_SCHEMA",
    owner: null,
    comment: "Views describing the contents of schemas in this database",
    props: { parameters: {}, transient: false, managedAccess: false },
  });
  if (withPublic)
    change.create({
      kind: "SCHEMA",
      parent: databaseId,
      name: "PUBLIC",
      owner,
      comment: null,
      props: { parameters: {}, transient: false, managedAccess: false },
    });
}

/**
 * Makes a new account's roles with their documented hierarchy and privileges, its first user (ACCOUNTADMIN, with
 * ORGADMIN granted) and the SNOWFLAKE database. Source: "System-defined roles". On an account that has them, only the
 * password that is given becomes the user's: whoever opens the account's folder owns it.
 */
export async function bootstrapAccount(
  catalog: Catalog,
  connection: DuckDBConnection,
  first: FirstUser,
): Promise<void> {
  if (catalog.find("ROLE", ACCOUNT_ID, "ACCOUNTADMIN")) return admitOwner(catalog, connection, first);
  const passwordHash = first.password === undefined ? null : await hashPassword(first.password);
  await catalog.change(connection, (change) => {
    const ids = new Map<string, number>();
    for (const [name, facts] of Object.entries(SYSTEM_ROLES))
      ids.set(
        name,
        change.create({
          kind: "ROLE",
          parent: ACCOUNT_ID,
          name,
          owner: null,
          comment: facts.comment,
          props: {},
        }).id,
      );
    const admin = ids.get("ACCOUNTADMIN")!;
    for (const [name, facts] of Object.entries(SYSTEM_ROLES)) {
      for (const privilege of facts.privileges)
        change.grant({
          privilege,
          on: { scope: "OBJECT", kind: "ACCOUNT", id: ACCOUNT_ID },
          grantee: { kind: "ROLE", id: ids.get(name)! },
          grantOption: true,
          grantedBy: null,
        });
      for (const parent of facts.parents) grantRole(change, ids.get(name)!, "ROLE", ids.get(parent)!);
    }
    change.create({
      kind: "ACCOUNT_SETTINGS",
      parent: ACCOUNT_ID,
      name: "ACCOUNT",
      owner: null,
      comment: null,
      props: { parameters: {}, resourceMonitorId: null },
    });
    const user = change.create({
      kind: "USER",
      parent: ACCOUNT_ID,
      name: first.name,
      owner: admin,
      comment: null,
      props: {
        ...newUser(first.name),
        passwordHash,
        rsaPublicKey: first.rsaPublicKey ?? null,
        defaultRole: "ACCOUNTADMIN",
      },
    });
    for (const role of ["ACCOUNTADMIN", "ORGADMIN"]) grantRole(change, ids.get(role)!, "USER", user.id);
    const database = change.create({
      kind: "DATABASE",
      parent: ACCOUNT_ID,
      name: "SNOWFLAKE",
      owner: null,
      comment: null,
      props: { parameters: {}, transient: false, origin: "SNOWFLAKE.ACCOUNT_USAGE" },
    });
    addDefaultSchemas(change, database.id, null, false);
    for (const name of ["ACCOUNT_USAGE", "ORGANIZATION_USAGE", "CORE"])
      change.create({
        kind: "SCHEMA",
        parent: database.id,
        name,
        owner: null,
        comment: null,
        props: { parameters: {}, transient: false, managedAccess: false },
      });
    change.grant({
      privilege: "USAGE",
      on: { scope: "OBJECT", kind: "DATABASE", id: database.id },
      grantee: { kind: "ROLE", id: admin },
      grantOption: true,
      grantedBy: null,
    });
  });
}

function grantRole(change: Change, roleId: number, kind: "ROLE" | "USER", granteeId: number): void {
  change.grant({
    privilege: "USAGE",
    on: { scope: "OBJECT", kind: "ROLE", id: roleId },
    grantee: { kind, id: granteeId },
    grantOption: true,
    grantedBy: null,
  });
}

async function admitOwner(catalog: Catalog, connection: DuckDBConnection, first: FirstUser): Promise<void> {
  const user = catalog.find("USER", ACCOUNT_ID, first.name);
  if (user === undefined)
    throw new StartError(
      `The account in this folder has no user ${first.name}.`,
      "Name one that it has, or take another folder.",
    );
  if (first.password === undefined || (await verifyPassword(first.password, user.props.passwordHash))) return;
  const passwordHash = await hashPassword(first.password);
  await catalog.change(connection, (change) => {
    change.update(user, { props: { ...user.props, passwordHash } });
  });
}
