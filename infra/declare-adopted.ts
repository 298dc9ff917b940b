/**
 * Objects that were on the account before, as resources of what was taken over. Taken out of the program they are
 * forgotten, never dropped.
 */

import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type Resource,
} from "@pulumi/pulumi";
import { AccountRole } from "@pulumi/snowflake/accountRole.js";
import { Database } from "@pulumi/snowflake/database.js";
import { GrantAccountRole } from "@pulumi/snowflake/grantAccountRole.js";
import { GrantPrivilegesToAccountRole } from "@pulumi/snowflake/grantPrivilegesToAccountRole.js";
import { LegacyServiceUser } from "@pulumi/snowflake/legacyServiceUser.js";
import type { Provider } from "@pulumi/snowflake/provider.js";
import { ResourceMonitor } from "@pulumi/snowflake/resourceMonitor.js";
import { Schema } from "@pulumi/snowflake/schema.js";
import { ServiceUser } from "@pulumi/snowflake/serviceUser.js";
import { User } from "@pulumi/snowflake/user.js";
import { Warehouse } from "@pulumi/snowflake/warehouse.js";
import { targetArgs } from "../roles/declare.ts";
import type { AdoptedParameters, AdoptedUser } from "./adopted/definitions.ts";
import type { Platform } from "./platform.ts";

export interface AdoptedArgs {
  platform: Pick<
    Platform,
    "warehouses" | "monitors" | "roles" | "roleGrants" | "grants" | "adopted" | "protect"
  >;
  /** Connection of the account role. */
  account: Provider;
  /** Connection of the security role. */
  security: Provider;
}

type Own = Pick<CustomResourceOptions, "parent" | "provider" | "retainOnDelete">;

export class Adopted extends ComponentResource {
  constructor({ platform, account, security }: AdoptedArgs, options?: ComponentResourceOptions) {
    super("firn:infra:Adopted", "adopted", {}, options);
    const as = (provider: Provider, dependsOn: Resource[] = []) => ({
      parent: this,
      provider,
      retainOnDelete: true,
      dependsOn,
    });
    const monitors = platform.monitors
      .filter((monitor) => monitor.adopted === true)
      .map(
        (monitor) =>
          new ResourceMonitor(
            monitor.key,
            {
              name: monitor.name,
              creditQuota: monitor.credits,
              frequency: monitor.frequency,
              startTimestamp: "IMMEDIATELY",
              ...(monitor.notify.length === 0 ? {} : { notifyTriggers: monitor.notify }),
              ...(monitor.suspend === 0 ? {} : { suspendTrigger: monitor.suspend }),
              ...(monitor.suspendImmediate === 0
                ? {}
                : { suspendImmediateTrigger: monitor.suspendImmediate }),
            },
            // When its windows began is the account's own matter, and who is told of it too.
            { ...as(account), ignoreChanges: ["startTimestamp", "endTimestamp", "notifyUsers"] },
          ),
      );
    for (const warehouse of platform.warehouses) {
      if (warehouse.adopted === undefined) continue;
      const { queryAcceleration: accelerates } = warehouse;
      new Warehouse(
        warehouse.key,
        {
          name: warehouse.name,
          warehouseSize: warehouse.size,
          autoSuspend: warehouse.autoSuspend,
          autoResume: String(warehouse.adopted.autoResume),
          minClusterCount: warehouse.minClusters,
          maxClusterCount: warehouse.maxClusters,
          scalingPolicy: warehouse.adopted.scalingPolicy,
          enableQueryAcceleration: String(accelerates?.enabled ?? false),
          ...(accelerates?.enabled === true
            ? { queryAccelerationMaxScaleFactor: accelerates.maxScaleFactor }
            : {}),
          ...(warehouse.monitor === undefined ? {} : { resourceMonitor: warehouse.monitor }),
          ...inputsOf(warehouse.adopted.parameters),
          ...commented(warehouse),
        },
        as(account, monitors),
      );
    }
    this.declareDatabases(platform, as(account));
    this.declareAccess(platform, as(security));
    this.registerOutputs({});
  }

  private declareDatabases({ adopted, protect }: AdoptedArgs["platform"], own: Own): void {
    const databases = new Map<string, Database>();
    for (const { key, name, transient, parameters, comment } of adopted?.databases ?? [])
      databases.set(
        name,
        new Database(
          key,
          { name, isTransient: transient, ...inputsOf(parameters), ...commented({ comment }) },
          { ...own, protect },
        ),
      );
    for (const schema of adopted?.schemas ?? []) {
      const database = databases.get(schema.database);
      new Schema(
        schema.key,
        {
          name: schema.schema,
          database: database?.name ?? schema.database,
          isTransient: String(schema.transient),
          withManagedAccess: String(schema.managedAccess),
          ...inputsOf(schema.parameters),
          ...commented(schema),
        },
        { ...own, protect },
      );
    }
  }

  private declareAccess({ adopted, roles, roleGrants, grants }: AdoptedArgs["platform"], own: Own): void {
    const made = new Map<string, Resource>();
    for (const role of roles)
      if (role.adopted === true)
        made.set(
          `role ${role.name}`,
          new AccountRole(role.key, { name: role.name, ...commented(role) }, own),
        );
    for (const user of adopted?.users ?? []) {
      const { key, name, disabled, defaultRole, defaultWarehouse, defaultNamespace, parameters } = user;
      const args = {
        name,
        disabled: String(disabled),
        ...(defaultRole === undefined ? {} : { defaultRole }),
        ...(defaultWarehouse === undefined ? {} : { defaultWarehouse }),
        ...(defaultNamespace === undefined ? {} : { defaultNamespace }),
        ...inputsOf(parameters),
        ...commented(user),
      };
      made.set(
        `user ${name}`,
        new USERS[user.type](key, args, { ...own, ignoreChanges: ON_THE_ACCOUNT_ALONE }),
      );
    }
    for (const grant of grants)
      if (grant.adopted === true)
        new GrantPrivilegesToAccountRole(
          grant.key,
          { accountRoleName: grant.role, privileges: grant.privileges, ...targetArgs(grant.target) },
          { ...own, dependsOn: made.get(`role ${grant.role}`) ?? [] },
        );
    for (const grant of roleGrants) {
      if (grant.adopted !== true) continue;
      const to = grant.to;
      new GrantAccountRole(
        grant.key,
        {
          roleName: grant.role,
          ...("role" in to ? { parentRoleName: to.role } : { userName: to.user }),
        },
        {
          ...own,
          dependsOn: [`role ${grant.role}`, "role" in to ? `role ${to.role}` : `user ${to.user}`].flatMap(
            (name) => made.get(name) ?? [],
          ),
        },
      );
    }
  }
}

const USERS = {
  PERSON: User,
  SERVICE: ServiceUser,
  LEGACY_SERVICE: LegacyServiceUser,
} satisfies Record<AdoptedUser["type"], unknown>;

/** What a person is called and logs in with: neither in the program nor changed by it. */
const ON_THE_ACCOUNT_ALONE = [
  "loginName",
  "displayName",
  "firstName",
  "middleName",
  "lastName",
  "email",
  "password",
  "mustChangePassword",
  "rsaPublicKey",
  "rsaPublicKey2",
  "defaultSecondaryRolesOption",
];

const commented = ({ comment }: { comment?: string }) =>
  comment === undefined || comment === "" ? {} : { comment };

/** `STATEMENT_TIMEOUT_IN_SECONDS` → `statementTimeoutInSeconds`, as the SDK spells it. */
export const inputsOf = (parameters: AdoptedParameters): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
