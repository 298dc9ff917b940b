/** Roles, their hierarchy, privileges and service users as resources, under the security role. */
import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResource,
  type Input,
  type Resource,
} from "@pulumi/pulumi";
import { AccountRole } from "@pulumi/snowflake/accountRole.js";
import { GrantAccountRole } from "@pulumi/snowflake/grantAccountRole.js";
import {
  GrantPrivilegesToAccountRole,
  type GrantPrivilegesToAccountRoleArgs,
} from "@pulumi/snowflake/grantPrivilegesToAccountRole.js";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { ServiceUser } from "@pulumi/snowflake/serviceUser.js";
import { quotedObject, quotedSchema, type SchemaName } from "../infra/names.ts";
import type { Grant, GrantTarget, Platform } from "../infra/platform.ts";

export interface AccessArgs {
  platform: Pick<Platform, "roles" | "roleGrants" | "grants" | "users">;
  /** Connection of the security role. */
  security: Provider;
  /** Connection of the account role, for privileges on the account itself. */
  account: Provider;
  /** What must exist before a privilege on it can be granted. */
  targetOf: (target: GrantTarget) => Resource[];
}

export class Access extends ComponentResource {
  private readonly roles = new Map<string, AccountRole>();
  private readonly memberships: { role: string; parent: string; resource: GrantAccountRole }[] = [];
  private readonly privileges: { grant: Grant; resource: GrantPrivilegesToAccountRole }[] = [];
  private readonly args: AccessArgs;

  constructor(args: AccessArgs, options?: ComponentResourceOptions) {
    super("firn:roles:Access", "access", {}, options);
    this.args = args;
    this.createRoles();
    this.createMemberships();
    this.registerOutputs({});
  }

  private createRoles(): void {
    for (const role of this.args.platform.roles) {
      if (role.adopted === true) continue;
      const made = new AccountRole(
        role.key,
        { name: role.name, comment: role.comment },
        { parent: this, provider: this.args.security },
      );
      this.roles.set(role.name, made);
    }
  }

  private createMemberships(): void {
    for (const grant of this.args.platform.roleGrants) {
      if (grant.adopted === true || !("role" in grant.to)) continue;
      const resource = new GrantAccountRole(
        grant.key,
        { roleName: this.roleName(grant.role), parentRoleName: this.roleName(grant.to.role) },
        { parent: this, provider: this.args.security },
      );
      this.memberships.push({ role: grant.role, parent: grant.to.role, resource });
    }
  }

  /** Makes the service users, with their network policies, and gives them their roles. */
  createUsers(networkPolicy: (name: string) => Input<string>): void {
    const own = { parent: this, provider: this.args.security };
    const users = new Map<string, ServiceUser>();
    for (const user of this.args.platform.users) {
      const made = new ServiceUser(
        user.key,
        {
          name: user.name,
          loginName: user.name,
          comment: user.comment,
          rsaPublicKey: user.publicKey,
          defaultRole: this.roleName(user.role),
          defaultSecondaryRolesOption: "NONE",
          ...(user.networkPolicy === undefined ? {} : { networkPolicy: networkPolicy(user.networkPolicy) }),
        },
        own,
      );
      users.set(user.name, made);
    }
    for (const grant of this.args.platform.roleGrants) {
      if (grant.adopted === true || !("user" in grant.to)) continue;
      const userName = users.get(grant.to.user)!.name;
      new GrantAccountRole(grant.key, { roleName: this.roleName(grant.role), userName }, own);
    }
  }

  /** Makes the privileges that `wanted` picks; called again where later ones need objects made in between. */
  grant(wanted: (grant: Grant) => boolean): GrantPrivilegesToAccountRole[] {
    const own = this.args.platform.grants.filter((grant) => grant.adopted !== true);
    return own.filter(wanted).map((grant) => {
      const resource = new GrantPrivilegesToAccountRole(
        grant.key,
        {
          accountRoleName: this.roleName(grant.role),
          privileges: grant.privileges,
          ...targetArgs(grant.target),
        },
        {
          parent: this,
          provider: grant.target.on === "account" ? this.args.account : this.args.security,
          dependsOn: this.args.targetOf(grant.target),
        },
      );
      this.privileges.push({ grant, resource });
      return resource;
    });
  }

  /** Privileges made so far whose target is picked. */
  grantsOn(picked: (target: GrantTarget) => boolean): Resource[] {
    return this.privileges.filter(({ grant }) => picked(grant.target)).map(({ resource }) => resource);
  }

  /** Privileges made so far of one role. */
  grantsTo(role: string): Resource[] {
    return this.privileges.filter(({ grant }) => grant.role === role).map(({ resource }) => resource);
  }

  /** Privileges on what is made in a schema later; that waits for them. */
  futureGrantsIn(schema: SchemaName): Resource[] {
    const name = quotedSchema(schema);
    return this.grantsOn((target) => target.on === "future" && quotedSchema(target.schema) === name);
  }

  /** Everything that a role's sessions need: itself, the roles below it, and all their privileges. */
  everythingOf(role: string): CustomResource[] {
    const reached = new Set([role]);
    for (const name of reached)
      for (const membership of this.memberships) if (membership.parent === name) reached.add(membership.role);
    return [
      ...[...reached].flatMap((name) => this.roles.get(name) ?? []),
      ...this.memberships.filter((one) => reached.has(one.role)).map((one) => one.resource),
      ...this.privileges.filter((one) => reached.has(one.grant.role)).map((one) => one.resource),
    ];
  }

  /** Roles of Snowflake's own, e.g. SYSADMIN, have no resource. */
  private roleName(name: string) {
    return this.roles.get(name)?.name ?? name;
  }
}

/** The target as the provider's resource names it. */
export function targetArgs(target: GrantTarget): Partial<GrantPrivilegesToAccountRoleArgs> {
  switch (target.on) {
    case "account":
      return { onAccount: true };
    case "database":
    case "warehouse":
    case "integration":
      return { onAccountObject: { objectType: target.on.toUpperCase(), objectName: target.name } };
    case "schema":
      return { onSchema: { schemaName: quotedSchema(target.schema) } };
    case "future":
      return {
        onSchemaObject: {
          future: { objectTypePlural: target.objects, inSchema: quotedSchema(target.schema) },
        },
      };
    case "table":
    case "stage":
    case "file format":
    case "view":
    case "tag":
    case "row access policy":
      return {
        onSchemaObject: { objectType: target.on.toUpperCase(), objectName: quotedObject(target.object) },
      };
  }
}
