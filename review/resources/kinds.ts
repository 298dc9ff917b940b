import type { FieldChange } from "./field.ts";

type Entry = Record<string, unknown>;

/** A kind of resource: what people call it, and which changes the provider cannot make in place. */
interface ResourceKind {
  label: string;
  /** Fields that the declaration does not carry into a resource, or that follow from others. */
  derived?: string[];
  forces: (before: Entry, after: Entry, fields: FieldChange[]) => string[];
  /** What people call one of them, where it has no name of its own. */
  describe?: (entry: Entry) => string;
}

export type KnownKind = ResourceKind | "not a resource";

/** Which of the fields changed; a path counts with all below it. */
const changed =
  (...paths: string[]) =>
  (_before: Entry, _after: Entry, fields: FieldChange[]): string[] =>
    paths.filter((path) => fields.some((field) => field.path === path || field.path.startsWith(`${path}.`)));

const never = (): string[] => [];
const moved = changed("database", "schema");

function topicForces(before: Entry, after: Entry, fields: FieldChange[]): string[] {
  const fewer = Number(after["partitions"]) < Number(before["partitions"]) ? ["partitions"] : [];
  return [...changed("name")(before, after, fields), ...fewer];
}

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

/**
 * The lists of Platform. What forces a replacement follows the schemas of @pulumi/snowflake 1.3 (ForceNew), kafka 3.13
 * and aws 7; renames in place are renames there too.
 */
export const KINDS: Record<string, KnownKind> = {
  databases: { label: "Database", forces: never },
  schemas: { label: "Schema", forces: changed("database") },
  warehouses: { label: "Warehouse", forces: never },
  monitors: { label: "Resource monitor", forces: never },
  roles: { label: "Role", derived: ["kind"], forces: never },
  roleGrants: { label: "Role grant", describe: describeRoleGrant, forces: changed("role", "to") },
  grants: {
    label: "Grant",
    describe: describeGrant,
    derived: ["because"],
    forces: changed("role", "target"),
  },
  users: { label: "Service user", forces: never },
  fileFormats: { label: "File format", forces: changed("database", "schema", "type") },
  stages: { label: "Stage", forces: moved },
  integrations: { label: "Storage integration", forces: never },
  tables: { label: "Table", derived: ["insertOnly", "logical"], forces: moved },
  views: { label: "View", derived: ["logical", "columns"], forces: moved },
  pipes: { label: "Pipe", forces: changed("database", "schema", "name", "copy") },
  streams: {
    label: "Stream",
    derived: ["source", "consumer"],
    forces: changed("database", "schema", "table", "appendOnly"),
  },
  tasks: { label: "Task", derived: ["model", "warehouseKey"], forces: moved },
  landing: { label: "Landing bucket", forces: changed("bucket") },
  topics: { label: "Kafka topic", forces: topicForces },
  acls: {
    label: "Kafka ACL",
    describe: describeAcl,
    forces: changed("principal", "operation", "resourceType", "resourceName"),
  },
  connectors: { label: "Kafka connector", forces: never },
  sources: "not a resource",
  models: "not a resource",
  kpis: "not a resource",
};
