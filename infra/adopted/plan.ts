/** Adopted objects as parts of the platform. Pure. */
import type { Adopted, Grant, GrantTarget, Monitor, Role, RoleGrant, Warehouse } from "../platform.ts";
import type { AdoptedDefinitions, AdoptedPrivileges } from "./definitions.ts";

/** Snowflake's own where nobody set them ("CREATE WAREHOUSE", STATEMENT_TIMEOUT_IN_SECONDS: two days). */
const DEFAULTS = { STATEMENT_TIMEOUT_IN_SECONDS: 172_800, STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: 0 };

export interface PlannedAdoption {
  adopted: Adopted;
  warehouses: Warehouse[];
  monitors: Monitor[];
  roles: Role[];
  roleGrants: RoleGrant[];
  grants: Grant[];
}

export function planAdopted(definitions: AdoptedDefinitions): PlannedAdoption {
  return {
    adopted: {
      databases: Object.entries(definitions.databases).map(([name, one]) => ({ key: name, name, ...one })),
      schemas: Object.entries(definitions.schemas).flatMap(([database, schemas]) =>
        Object.entries(schemas).map(([schema, one]) => ({
          key: `${database}.${schema}`,
          database,
          schema,
          ...one,
        })),
      ),
      users: Object.entries(definitions.users).map(([name, one]) => ({ key: name, name, ...one })),
    },
    warehouses: Object.entries(definitions.warehouses).map(([name, one]) => {
      const seconds = (parameter: keyof typeof DEFAULTS) =>
        Number(one.parameters[parameter] ?? DEFAULTS[parameter]);
      return {
        key: name,
        name,
        size: one.size,
        autoSuspend: one.autoSuspend,
        statementTimeout: seconds("STATEMENT_TIMEOUT_IN_SECONDS"),
        queueTimeout: seconds("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"),
        minClusters: one.minClusters,
        maxClusters: one.maxClusters,
        queryAcceleration: {
          enabled: one.queryAcceleration !== undefined,
          maxScaleFactor: one.queryAcceleration?.maxScaleFactor ?? 0,
        },
        ...(one.monitor === undefined ? {} : { monitor: one.monitor }),
        comment: one.comment ?? "",
        adopted: { autoResume: one.autoResume, scalingPolicy: one.scalingPolicy, parameters: one.parameters },
      };
    }),
    monitors: Object.entries(definitions.monitors).map(([name, one]) => ({
      key: name,
      name,
      credits: one.credits,
      frequency: one.frequency,
      notify: [...one.notify].sort((a, b) => a - b),
      suspend: one.suspend ?? 0,
      suspendImmediate: one.suspendImmediate ?? 0,
      account: false,
      adopted: true,
    })),
    roles: Object.entries(definitions.roles).map(([name, one]) => ({
      key: name,
      name,
      kind: "functional",
      comment: one.comment ?? "",
      adopted: true,
    })),
    roleGrants: Object.entries(definitions.roles).flatMap(([name, { grantedTo }]) => [
      ...grantedTo.roles.map((role) => ({ key: `${name}>${role}`, role: name, to: { role }, adopted: true })),
      ...grantedTo.users.map((user) => ({
        key: `${name}>user ${user}`,
        role: name,
        to: { user },
        adopted: true,
      })),
    ]),
    grants: Object.entries(definitions.roles).flatMap(([role, { privileges }]) =>
      privileges.map((one) => ({
        key: `${role}:${one.on}:${one.object.join(".")}`,
        role,
        privileges: [...one.privileges].sort(),
        target: targetOf(one),
        because: "was granted before",
        adopted: true,
      })),
    ),
  };
}

function targetOf({ on, object: [first = "", second = "", third = ""] }: AdoptedPrivileges): GrantTarget {
  if (on === "schema") return { on, schema: { database: first, schema: second } };
  if (on === "table" || on === "view")
    return { on, object: { database: first, schema: second, name: third } };
  return { on, name: first };
}
