/** Roles, their hierarchy, their privileges and the service users, from what the data flows need. */
import type { StackConfig } from "../infra/config/schema.ts";
import type { Problems } from "../infra/errors.ts";
import type { Names } from "../infra/names.ts";
import type {
  Connector,
  FileFormat,
  Governance,
  Grant,
  Role,
  RoleGrant,
  RowAccessPolicy,
  Schema,
  ServiceUser,
  Stage,
  Table,
} from "../infra/platform.ts";
import { accessGrants, accessRole, objectUsage, usageGrants } from "./access.ts";
import {
  type ActivatorFlows,
  activatorRole,
  BI_TOOL,
  BI_WAREHOUSE,
  type DataFlows,
  type FunctionalRole,
  functionalRoles,
  type LoaderRole,
  loaderRoles,
} from "./functional.ts";
import { type MaskPlan, PERSONAL_READ } from "./masking.ts";
import { planNetworks } from "./networks.ts";

export interface RolesInput {
  config: StackConfig;
  stackFile: string;
  names: Names;
  schemas: readonly Schema[];
  flows: DataFlows;
  stage: Stage;
  format: FileFormat;
  integration: string;
  connectors: readonly Connector[];
  masks: MaskPlan;
  rowPolicies: readonly RowAccessPolicy[];
  loaders: readonly LoaderRole[];
  /** Absent where nothing is sent back. */
  activator?: ActivatorFlows & { ledger: Table; stage: Stage; integration: string };
  /** Public keys by service user, base64 of DER. */
  publicKeys: Readonly<Record<string, string>>;
  problems: Problems;
}

export interface PlannedRoles {
  roles: Role[];
  roleGrants: RoleGrant[];
  grants: Grant[];
  users: ServiceUser[];
  governance: Governance;
}

/** The connectors' user and role have one name. */
export const KAFKA_LOADER = "kafka_loader";

export function planRoles(input: RolesInput): PlannedRoles {
  const functional = [
    ...functionalRoles(input.schemas, input.flows),
    ...(input.activator === undefined ? [] : [activatorRole(input.activator)]),
  ];
  const plan: PlannedRoles = {
    roles: [],
    roleGrants: [],
    grants: [],
    users: [],
    governance: {
      ...input.masks,
      rowPolicies: [...input.rowPolicies],
      networkRules: [],
      networkPolicies: [],
    },
  };
  planAccess(functional, input, plan);
  planClearText(functional, input, plan);
  for (const role of functional) planFunctional(role, input, plan);
  planObjectsRole(input, plan);
  if (input.activator !== undefined) planActivator(input.activator, input, plan);
  if (input.connectors.length > 0) planKafkaLoader(input, plan);
  for (const role of loaderRoles(input.loaders)) planLoader(role, input, plan);
  if (input.config.serviceUsers[BI_TOOL] !== undefined) planBiTool(functional, input, plan);
  const networks = planNetworks(plan.users, input.config, input.names);
  plan.users = networks.users;
  plan.governance.networkRules = networks.rules;
  plan.governance.networkPolicies = networks.policies;
  planGovernance(input, plan);
  // Two schemas of one database ask for the same way to it.
  plan.grants = [...new Map(plan.grants.map((grant) => [grant.key, grant])).values()];
  return plan;
}

function planAccess(functional: readonly FunctionalRole[], input: RolesInput, plan: PlannedRoles): void {
  const { names } = input;
  for (const schema of input.schemas) {
    for (const level of ["read", "write"] as const) {
      const holders = functional.filter((role) =>
        (level === "read" ? role.reads : role.writes).includes(schema.logical),
      );
      if (holders.length === 0) continue;
      const access = accessRole(schema, level, names);
      plan.roles.push(access);
      plan.grants.push(...accessGrants(schema, level, names));
      if (schema.logical === input.flows.landing) {
        plan.grants.push(
          objectUsage(access, "stage", input.stage, "pipes read the stage"),
          objectUsage(access, "file format", input.format, "pipes read lines"),
        );
      }
      for (const holder of holders)
        plan.roleGrants.push(roleGrant(access.key, access.name, holder.key, names.role(holder.key)));
    }
  }
}

const roleGrant = (key: string, role: string, parentKey: string, parent: string): RoleGrant => ({
  key: `${key}>${parentKey}`,
  role,
  to: { role: parent },
});

function planFunctional(role: FunctionalRole, input: RolesInput, plan: PlannedRoles): void {
  const { names, config, problems } = input;
  const name = names.role(role.key);
  plan.roles.push({ key: role.key, name, kind: "functional", comment: role.comment });
  plan.roleGrants.push(roleGrant(role.key, name, "sysadmin", config.automation.objects));
  const because = role.comment;
  for (const warehouse of role.warehouses) {
    if (config.warehouses[warehouse] === undefined) {
      problems.add({
        code: "ROLE",
        file: input.stackFile,
        path: "firn:warehouses",
        message: `has no warehouse ${warehouse}, which the role ${role.key} uses`,
        allowed: `a warehouse ${warehouse}`,
      });
      continue;
    }
    plan.grants.push({
      key: `${role.key}:warehouse:${warehouse}`,
      role: name,
      privileges: ["USAGE"],
      target: { on: "warehouse", name: names.warehouse(warehouse) },
      because,
    });
  }
  const reached = new Set([...role.reads, ...role.writes]);
  for (const [schemaKey, privileges] of creations(role)) {
    const schema = input.schemas.find((one) => one.logical === schemaKey)!;
    const target = { database: schema.database, schema: schema.schema };
    if (!reached.has(schemaKey))
      plan.grants.push(...usageGrants(role.key, name, schema, names.database(schema.databaseKey), because));
    plan.grants.push({
      key: `${role.key}:create:${schemaKey}`,
      role: name,
      privileges,
      target: { on: "schema", schema: target },
      because,
    });
  }
  for (const integration of role.integrations ?? [])
    plan.grants.push({
      key: `${role.key}:integration:${integration.toLowerCase()}`,
      role: name,
      privileges: ["USAGE"],
      target: { on: "integration", name: integration },
      because,
    });
  if (role.account.length > 0)
    plan.grants.push({
      key: `${role.key}:account`,
      role: name,
      privileges: [...role.account],
      target: { on: "account" },
      because,
    });
}

/** The role that the masking policies let see, and who holds it. */
function planClearText(functional: readonly FunctionalRole[], input: RolesInput, plan: PlannedRoles): void {
  const { names } = input;
  if (plan.governance.masks.length === 0) return;
  const read = names.clearTextRole();
  plan.roles.push({
    key: PERSONAL_READ,
    name: read,
    kind: "access",
    comment: "Sees personal data in clear text, where it may read it.",
  });
  for (const role of functional.filter((one) => one.holds?.includes(PERSONAL_READ)))
    plan.roleGrants.push(roleGrant(PERSONAL_READ, read, role.key, names.role(role.key)));
}

/**
 * Security owns tags, policies and rules, whoever owns the data: a mask is not lifted by a table's owner. That owner may
 * set the tag, and nothing else of it. Source: "Tag-based masking policies", Manage tag-based masking policies.
 */
function planGovernance(input: RolesInput, plan: PlannedRoles): void {
  const { names, config } = input;
  const { masks, tags, rowPolicies, networkRules } = plan.governance;
  const { security, objects } = config.automation;
  const creates = [
    ...(masks.length > 0 ? ["CREATE MASKING POLICY"] : []),
    ...(networkRules.length > 0 ? ["CREATE NETWORK RULE"] : []),
    ...(rowPolicies.length > 0 ? ["CREATE ROW ACCESS POLICY"] : []),
    ...(tags.length > 0 ? ["CREATE TAG"] : []),
  ];
  if (creates.length === 0) return;
  const because = "security owns what hides and what admits";
  const schema = input.schemas.find((one) => one.logical === input.flows.governance)!;
  plan.grants.push(
    ...usageGrants("security", security, schema, names.database(schema.databaseKey), because),
    {
      key: "security:create:governance",
      role: security,
      privileges: creates,
      target: { on: "schema", schema: { database: schema.database, schema: schema.schema } },
      because,
    },
  );
  if (tags.length > 0)
    plan.grants.push({
      key: "security:account",
      role: security,
      privileges: ["APPLY MASKING POLICY", "APPLY TAG"],
      target: { on: "account" },
      because: "a tag is given masking policies",
    });
  for (const { key, database, schema: inSchema, name } of tags)
    plan.grants.push({
      key: `sysadmin:apply:${key}`,
      role: objects,
      privileges: ["APPLY"],
      target: { on: "tag", object: { database, schema: inSchema, name } },
      because: "the owner of tables tags their columns",
    });
  for (const { key, database, schema: inSchema, name } of rowPolicies)
    plan.grants.push({
      key: `sysadmin:apply:${key}`,
      role: objects,
      privileges: ["APPLY"],
      target: { on: "row access policy", object: { database, schema: inSchema, name } },
      because: "the owner of views puts them behind it",
    });
}

function creations(role: FunctionalRole): Map<string, string[]> {
  const bySchema = new Map<string, string[]>();
  for (const { privilege, schema } of role.creates)
    bySchema.set(schema, [...(bySchema.get(schema) ?? []), privilege].sort());
  return bySchema;
}

/** Whoever makes the stage must be allowed to use the integration, which the account role owns. */
function planObjectsRole(input: RolesInput, plan: PlannedRoles): void {
  plan.grants.push({
    key: "sysadmin:integration:landing",
    role: input.config.automation.objects,
    privileges: ["USAGE"],
    target: { on: "integration", name: input.integration },
    because: "the landing stage uses the integration",
  });
}

/** The ledger's rows and the stage, and nothing else in their schema; rows of the ledger are never deleted. */
function planActivator(
  { ledger, stage, integration }: NonNullable<RolesInput["activator"]>,
  input: RolesInput,
  plan: PlannedRoles,
): void {
  const role = input.names.role("activator");
  plan.grants.push(
    {
      key: "activator:ledger",
      role,
      privileges: ["INSERT", "SELECT", "UPDATE"],
      target: {
        on: "table",
        object: { database: ledger.database, schema: ledger.schema, name: ledger.name },
      },
      because: "the ledger tells what was sent",
    },
    {
      key: "activator:stage",
      role,
      privileges: ["USAGE"],
      target: { on: "stage", object: { database: stage.database, schema: stage.schema, name: stage.name } },
      because: "batches leave by the stage",
    },
    {
      key: "sysadmin:integration:outbound",
      role: input.config.automation.objects,
      privileges: ["USAGE"],
      target: { on: "integration", name: integration },
      because: "the outbound stage uses the integration",
    },
  );
}

/** The warehouse of a service that nobody here controls must have a monitor: that is its budget. */
function requireBudget(key: string, who: string, warehouses: readonly string[], input: RolesInput): void {
  const { config, problems, stackFile } = input;
  for (const warehouse of warehouses) {
    const settings = config.warehouses[warehouse];
    if (settings === undefined || settings.monitor !== undefined) continue;
    problems.add({
      code: "CONFIG_CONFLICT",
      file: stackFile,
      path: `firn:warehouses.${warehouse}.monitor`,
      message: `is missing: ${who} ${key} runs on this warehouse and needs a budget`,
      allowed: Object.keys(config.monitors).join(", "),
    });
  }
}

function planLoader(role: FunctionalRole, input: RolesInput, plan: PlannedRoles): void {
  requireBudget(role.key, "the loader", role.warehouses, input);
  planFunctional(role, input, plan);
  planServiceUser(role.key, role.comment, "the loader logs in", input, plan);
}

/** Exactly the connectors' tables: it may add rows, and read what it added to find its place again. */
function planKafkaLoader(input: RolesInput, plan: PlannedRoles): void {
  const { names, config } = input;
  const name = names.role(KAFKA_LOADER);
  const comment = "The Kafka connectors: add records to their own tables.";
  plan.roles.push({ key: KAFKA_LOADER, name, kind: "functional", comment });
  plan.roleGrants.push(roleGrant(KAFKA_LOADER, name, "sysadmin", config.automation.objects));
  const schemas = new Set(input.connectors.map((one) => `${one.table.database}.${one.table.schema}`));
  for (const schema of input.schemas.filter((one) => schemas.has(`${one.database}.${one.schema}`)))
    plan.grants.push(...usageGrants(KAFKA_LOADER, name, schema, names.database(schema.databaseKey), comment));
  for (const connector of input.connectors)
    plan.grants.push({
      key: `${KAFKA_LOADER}:insert:${connector.key}`,
      role: name,
      privileges: ["INSERT", "SELECT"],
      target: { on: "table", object: connector.table },
      because: `${connector.topic} is written to it`,
    });
  planServiceUser(KAFKA_LOADER, comment, "the Kafka connectors log in", input, plan);
}

/**
 * The BI tool logs in with a key pair. Its own role sees nothing: each of its connections names the role of a department
 * and sees what that department's people see. Its warehouse has a monitor, which is its budget.
 */
function planBiTool(functional: readonly FunctionalRole[], input: RolesInput, plan: PlannedRoles): void {
  requireBudget(BI_TOOL, "the BI tool", [BI_WAREHOUSE], input);
  const comment = "The BI tool: connects with the role of a department, never with all of them.";
  planFunctional(
    { key: BI_TOOL, comment, reads: [], writes: [], warehouses: [BI_WAREHOUSE], creates: [], account: [] },
    input,
    plan,
  );
  planServiceUser(BI_TOOL, comment, "the BI tool logs in", input, plan);
  const user = plan.users.find((one) => one.key === BI_TOOL);
  if (user === undefined) return;
  for (const role of functional.filter((one) => one.department !== undefined))
    plan.roleGrants.push({
      key: `${role.key}>${BI_TOOL}`,
      role: input.names.role(role.key),
      to: { user: user.name },
    });
}

/** A user with the role of its key, who logs in with a key pair. */
function planServiceUser(
  key: string,
  comment: string,
  who: string,
  input: RolesInput,
  plan: PlannedRoles,
): void {
  const [user, role] = [input.names.user(key), input.names.role(key)];
  const publicKey = input.publicKeys[key];
  if (publicKey === undefined) {
    // A key that could not be read is the loader's complaint.
    if (input.config.serviceUsers[key] !== undefined) return;
    input.problems.add({
      code: "CONFIG_VALUE",
      file: input.stackFile,
      path: `firn:serviceUsers.${key}`,
      message: `is missing: ${who} with a key pair`,
      allowed: "publicKey or publicKeyFile",
    });
    return;
  }
  plan.users.push({ key, name: user, role, publicKey, comment });
  plan.roleGrants.push({ key: `${key}>user`, role, to: { user } });
}
