import type { FieldChange } from "./field.ts";

type Entry = Record<string, unknown>;

/** A kind of resource: what people call it, and which changes the provider cannot make in place. */
export interface ResourceKind {
  label: string;
  /** Its type at the provider, where it is one resource. */
  type?: string;
  /** Fields that the declaration does not carry into a resource, or that follow from others. */
  derived?: string[];
  /** Fields whose change replaces it, each with the provider's inputs that it becomes. */
  replaces?: Record<string, string[]>;
  /** Further changes that replace it, which the provider's schema does not tell. */
  alsoReplaces?: (before: Entry, after: Entry) => string[];
  /** What people call one of them, where it has no name of its own. */
  describe?: (entry: Entry) => string;
}

export type KnownKind = ResourceKind | "not a resource";

/** The fields that changed and cannot change in place; a field counts with all below it. */
export function forcedBy(
  kind: ResourceKind,
  before: Entry,
  after: Entry,
  fields: readonly FieldChange[],
): string[] {
  const changed = Object.keys(kind.replaces ?? {}).filter((path) =>
    fields.some((field) => field.path === path || field.path.startsWith(`${path}.`)),
  );
  return [...changed, ...(kind.alsoReplaces?.(before, after) ?? [])];
}

const same = (...fields: string[]): Record<string, string[]> =>
  Object.fromEntries(fields.map((field) => [field, [field]]));
const differs = (field: string, before: Entry, after: Entry): string[] =>
  JSON.stringify(before[field]) === JSON.stringify(after[field]) ? [] : [field];

/** Kafka cannot take partitions away. */
const fewerPartitions = (before: Entry, after: Entry): string[] =>
  Number(after["partitions"]) < Number(before["partitions"]) ? ["partitions"] : [];

/** The provider changes these with CREATE OR REPLACE: the offset starts anew all the same. */
const streamAnew = (before: Entry, after: Entry): string[] => [
  ...differs("table", before, after),
  ...differs("appendOnly", before, after),
];

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const dotted = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.values(value)
        .filter((part) => typeof part === "string")
        .join(".")
    : text(value);

/** `SELECT on future TABLES in MART.SALES to MART_SALES_READ`. */
function describeGrant(grant: Entry): string {
  const target = (grant["target"] ?? {}) as Entry;
  const privileges = Array.isArray(grant["privileges"]) ? grant["privileges"].join(", ") : "";
  const on =
    target["on"] === "future"
      ? `future ${text(target["objects"])} in ${dotted(target["schema"])}`
      : [text(target["on"]), text(target["name"]) || dotted(target["object"] ?? target["schema"])]
          .filter(Boolean)
          .join(" ");
  return `${privileges} on ${on} to ${text(grant["role"])}`;
}

/** `MART_SALES_READ to ANALYST_SALES`. */
const describeRoleGrant = (grant: Entry): string => `${text(grant["role"])} to ${dotted(grant["to"])}`;

/** `User:connector may Read Topic product.events`. */
const describeAcl = (acl: Entry): string =>
  `${text(acl["principal"])} may ${text(acl["operation"])} ${text(acl["resourceType"])} ${text(acl["resourceName"])}`;

/** What is known of a column besides what is declared of it; a tag association carries what follows. */
const OF_COLUMNS = ["tags", "personalFields", "sameAs", "masking.policy", "masking.unmasked"];

/**
 * The lists of Platform. `replaces` is what the providers' own schemas say (willReplaceOnChanges of @pulumi/snowflake 1.3
 * and kafka 3.13, compared in tests/review/resources/kinds.wire.ts); every other change is made in place, renames too.
 */
export const KINDS: Record<string, KnownKind> = {
  databases: { label: "Database", type: "snowflake:index/database:Database" },
  schemas: { label: "Schema", type: "snowflake:index/schema:Schema", replaces: same("database") },
  // Found as they are: unlike the platform's own they may be transient.
  adoptedDatabases: { label: "Database (was there before)", replaces: { transient: ["isTransient"] } },
  adoptedSchemas: {
    label: "Schema (was there before)",
    replaces: { ...same("database"), transient: ["isTransient"] },
  },
  // A user of another type is another resource.
  adoptedUsers: { label: "User (was there before)" },
  warehouses: { label: "Warehouse", type: "snowflake:index/warehouse:Warehouse" },
  monitors: {
    label: "Resource monitor",
    type: "snowflake:index/resourceMonitor:ResourceMonitor",
    replaces: same("name"),
  },
  roles: { label: "Role", type: "snowflake:index/accountRole:AccountRole", derived: ["kind"] },
  roleGrants: {
    label: "Role grant",
    type: "snowflake:index/grantAccountRole:GrantAccountRole",
    describe: describeRoleGrant,
    replaces: { role: ["roleName"], to: ["parentRoleName", "userName"] },
  },
  grants: {
    label: "Grant",
    type: "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
    describe: describeGrant,
    derived: ["because"],
    replaces: {
      role: ["accountRoleName"],
      target: ["onAccount", "onAccountObject", "onSchema", "onSchemaObject"],
    },
  },
  users: { label: "Service user", type: "snowflake:index/serviceUser:ServiceUser" },
  fileFormats: {
    label: "File format",
    type: "snowflake:index/fileFormat:FileFormat",
    replaces: { ...same("database", "schema"), type: ["formatType"] },
  },
  stages: {
    label: "Stage",
    type: "snowflake:index/stage:Stage",
    replaces: same("database", "schema", "name", "directory"),
  },
  integrations: {
    label: "Storage integration",
    type: "snowflake:index/storageIntegration:StorageIntegration",
    replaces: same("name"),
  },
  tables: {
    label: "Table",
    type: "snowflake:index/table:Table",
    derived: ["insertOnly", "logical", ...OF_COLUMNS.map((fact) => `columns[].${fact}`)],
    replaces: same("database", "schema"),
  },
  views: {
    label: "View",
    type: "snowflake:index/view:View",
    derived: ["logical", "columns", "reads"],
    replaces: same("database", "schema"),
  },
  pipes: {
    label: "Pipe",
    type: "snowflake:index/pipe:Pipe",
    derived: ["load"],
    replaces: { ...same("database", "schema", "name"), copy: ["copyStatement"] },
  },
  streams: {
    label: "Stream",
    type: "snowflake:index/streamOnTable:StreamOnTable",
    derived: ["source", "consumer"],
    replaces: same("database", "schema", "name"),
    alsoReplaces: streamAnew,
  },
  tasks: {
    label: "Task",
    type: "snowflake:index/task:Task",
    derived: ["model", "checks", "warehouseKey"],
    replaces: same("database", "schema", "name"),
  },
  masks: {
    label: "Masking policy",
    type: "snowflake:index/maskingPolicy:MaskingPolicy",
    derived: ["unmasked"],
    replaces: { ...same("database", "schema"), type: ["arguments", "returnDataType"] },
  },
  tags: { label: "Tag", type: "snowflake:index/tag:Tag", replaces: same("database", "schema") },
  associations: {
    label: "Tag association",
    type: "snowflake:index/tagAssociation:TagAssociation",
    describe: (association) => `${dotted(association["tag"])} on ${text(association["on"])}s`,
    replaces: { tag: ["tagId"], on: ["objectType"] },
  },
  rowPolicies: {
    label: "Row access policy",
    type: "snowflake:index/rowAccessPolicy:RowAccessPolicy",
    derived: ["all", "own"],
    replaces: { ...same("database", "schema"), argument: ["arguments"] },
  },
  networkRules: {
    label: "Network rule",
    type: "snowflake:index/networkRule:NetworkRule",
    replaces: same("database", "schema", "name"),
  },
  networkPolicies: { label: "Network policy", type: "snowflake:index/networkPolicy:NetworkPolicy" },
  governance: "not a resource",
  alerts: {
    label: "Alert",
    type: "snowflake:index/alert:Alert",
    derived: ["file", "description", "owner", "severity", "again", "channels", "reads", "warehouseKey"],
    replaces: same("database", "schema", "name", "warehouse"),
  },
  notifications: { label: "Notification integration", replaces: same("name", "url", "bodyTemplate") },
  landing: { label: "Landing bucket", replaces: same("bucket") },
  topics: {
    label: "Kafka topic",
    type: "kafka:index/topic:Topic",
    replaces: same("name"),
    alsoReplaces: fewerPartitions,
  },
  acls: {
    label: "Kafka ACL",
    type: "kafka:index/acl:Acl",
    describe: describeAcl,
    replaces: {
      principal: ["aclPrincipal"],
      operation: ["aclOperation"],
      resourceType: ["aclResourceType"],
      resourceName: ["aclResourceName"],
    },
  },
  connectors: { label: "Kafka connector" },
  // Seen one by one, each with the settings that all share.
  connect: "not a resource",
  connectedConnectors: {
    label: "Connector on MSK Connect",
    type: "aws:mskconnect/connector:Connector",
    derived: ["awsAccountId", "sourceArn"],
  },
  outbound: { label: "Outbound bucket", replaces: same("bucket") },
  flows: { label: "AppFlow flow", type: "aws:appflow/flow:Flow", replaces: same("name") },
  // Their tables, tasks and flows are resources.
  activations: "not a resource",
  pauses: { label: "Pause", derived: ["source", "connector"], replaces: same("name") },
  sources: "not a resource",
  models: "not a resource",
  checks: "not a resource",
  metrics: "not a resource",
  kpis: "not a resource",
};
