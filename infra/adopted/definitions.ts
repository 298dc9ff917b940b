/**
 * Objects that were on the account before this program and that it has taken over as they are: `infra/adopted/<stack>.yaml`,
 * which `firn adopt` writes and people edit. Names are Snowflake's own, in their own case.
 */
import { z } from "zod";
import { WAREHOUSE_SIZES } from "../config/schema.ts";

/** A parameter that is set on the object itself, e.g. STATEMENT_TIMEOUT_IN_SECONDS; what it inherits is not declared. */
const parameters = z
  .record(
    z.string().regex(/^[A-Z][A-Z0-9_]*$/, "a parameter's name"),
    z.union([z.string(), z.number(), z.boolean()]),
  )
  .default({});
const comment = z.string().optional();

const warehouse = z.strictObject({
  size: z.enum(WAREHOUSE_SIZES),
  /** Seconds; 0 never suspends. */
  autoSuspend: z.int().min(0),
  autoResume: z.boolean(),
  minClusters: z.int().min(1).default(1),
  maxClusters: z.int().min(1).default(1),
  scalingPolicy: z.enum(["STANDARD", "ECONOMY"]).default("STANDARD"),
  queryAcceleration: z.strictObject({ maxScaleFactor: z.int().min(0) }).optional(),
  monitor: z.string().optional(),
  parameters,
  comment,
});

const monitor = z.strictObject({
  credits: z.int().min(1),
  frequency: z.enum(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "NEVER"]),
  notify: z.array(z.int().min(1)).default([]),
  /** Percentage of the credits; nothing is suspended by default. */
  suspend: z.int().min(1).optional(),
  suspendImmediate: z.int().min(1).optional(),
});

const database = z.strictObject({ transient: z.boolean().default(false), parameters, comment });
const schema = z.strictObject({
  managedAccess: z.boolean().default(false),
  transient: z.boolean().default(false),
  parameters,
  comment,
});

/** Privileges on one object, whose name is given in its parts: `[LEGACY, FINANCE]`. */
const privileges = z
  .strictObject({
    on: z.enum(["warehouse", "database", "schema", "table", "view"]),
    object: z.array(z.string()).min(1).max(3),
    privileges: z.array(z.string()).min(1),
  })
  .superRefine(({ on, object }, ctx) => {
    if (object.length !== PARTS[on])
      ctx.addIssue({ code: "custom", message: `a ${on} has a name of ${PARTS[on]} parts`, path: ["object"] });
  });
const PARTS = { warehouse: 1, database: 1, schema: 2, table: 3, view: 3 } as const;

const role = z.strictObject({
  /** Who holds it. */
  grantedTo: z
    .strictObject({ roles: z.array(z.string()).default([]), users: z.array(z.string()).default([]) })
    .prefault({}),
  privileges: z.array(privileges).default([]),
  comment,
});

/** Without names, addresses, passwords and keys: those stay on the account as they are. */
const user = z.strictObject({
  type: z.enum(["PERSON", "SERVICE", "LEGACY_SERVICE"]).default("PERSON"),
  disabled: z.boolean().default(false),
  defaultRole: z.string().optional(),
  defaultWarehouse: z.string().optional(),
  defaultNamespace: z.string().optional(),
  parameters,
  comment,
});

export const adoptedDefinitions = z.strictObject({
  warehouses: z.record(z.string(), warehouse).default({}),
  monitors: z.record(z.string(), monitor).default({}),
  databases: z.record(z.string(), database).default({}),
  /** By database, then by name. */
  schemas: z.record(z.string(), z.record(z.string(), schema)).default({}),
  roles: z.record(z.string(), role).default({}),
  users: z.record(z.string(), user).default({}),
});

export type AdoptedDefinitions = z.output<typeof adoptedDefinitions>;
export type AdoptedPrivileges = z.output<typeof privileges>;
export type AdoptedUser = z.output<typeof user>;
export type AdoptedParameters = z.output<typeof parameters>;
