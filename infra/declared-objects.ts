/**
 * What the program declares in the Snowflake account, by kind and name, with the id under which the provider finds each
 * (`pulumi import`). Pure. Grants are not among them: granting again changes nothing.
 */
import { adoptionId } from "./adoption-ids.ts";
import type { Platform } from "./platform.ts";

/** Kinds as people call them, in the order in which they are listed. */
export const OBJECT_KINDS = [
  "database",
  "schema",
  "warehouse",
  "resource monitor",
  "role",
  "user",
  "integration",
  "network rule",
  "network policy",
  "masking policy",
  "row access policy",
  "notification integration",
  "secret",
  "tag",
  "file format",
  "stage",
  "table",
  "view",
  "pipe",
  "stream",
  "task",
  "alert",
] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

export interface DeclaredObject {
  kind: ObjectKind;
  /** Name with dots, as listings give it: `RAW.SALESFORCE.ACCOUNT`. */
  name: string;
  /** The resource's type and logical name in the program. */
  type: string;
  key: string;
  /** Absent for what is made by a statement. */
  id?: string;
}

export function declaredObjects(platform: Platform): DeclaredObject[] {
  const one = (
    kind: ObjectKind,
    type: string,
    key: string,
    inputs: Record<string, string>,
  ): DeclaredObject => ({
    kind,
    name: [inputs["database"], inputs["schema"], inputs["name"]]
      .filter((part) => part !== undefined)
      .join("."),
    type,
    key,
    ...idOf(type, inputs),
  });
  const account = (kind: ObjectKind, type: string, all: readonly { key: string; name: string }[]) =>
    all.map(({ key, name }) => one(kind, type, key, { name }));
  const objects = (
    kind: ObjectKind,
    type: string,
    all: readonly { key: string; database: string; schema: string; name: string }[],
  ) => all.map(({ key, database, schema, name }) => one(kind, type, key, { database, schema, name }));
  const { governance } = platform;
  return [
    ...account("database", "snowflake:index/database:Database", [
      ...platform.databases,
      ...(platform.adopted?.databases ?? []),
    ]),
    ...[...platform.schemas, ...(platform.adopted?.schemas ?? [])].map(({ key, database, schema }) =>
      one("schema", "snowflake:index/schema:Schema", key, { database, name: schema }),
    ),
    ...account("warehouse", "snowflake:index/warehouse:Warehouse", platform.warehouses),
    ...account("resource monitor", "snowflake:index/resourceMonitor:ResourceMonitor", platform.monitors),
    ...account("role", "snowflake:index/accountRole:AccountRole", platform.roles),
    ...account("user", "snowflake:index/serviceUser:ServiceUser", platform.users),
    ...(platform.adopted?.users ?? []).map(({ key, name, type }) =>
      one("user", USER_TYPES[type], key, { name }),
    ),
    ...account("integration", "snowflake:index/storageIntegration:StorageIntegration", platform.integrations),
    ...objects("network rule", "snowflake:index/networkRule:NetworkRule", governance.networkRules),
    ...account("network policy", "snowflake:index/networkPolicy:NetworkPolicy", governance.networkPolicies),
    ...objects("masking policy", "snowflake:index/maskingPolicy:MaskingPolicy", governance.masks),
    ...objects(
      "row access policy",
      "snowflake:index/rowAccessPolicy:RowAccessPolicy",
      governance.rowPolicies,
    ),
    ...platform.notifications.map(({ kind, key, name }) =>
      one("notification integration", NOTIFICATION_TYPES[kind], key, { name }),
    ),
    ...platform.notifications.flatMap((integration) =>
      integration.kind === "webhook" && integration.secret !== undefined
        ? objects("secret", "snowflake:index/secretWithGenericString:SecretWithGenericString", [
            { key: `${integration.key}_secret`, ...integration.secret },
          ])
        : [],
    ),
    ...objects("tag", "snowflake:index/tag:Tag", governance.tags),
    ...objects("file format", "snowflake:index/fileFormat:FileFormat", platform.fileFormats),
    ...objects("stage", "snowflake:index/stage:Stage", platform.stages),
    ...objects("table", "snowflake:index/table:Table", platform.tables),
    ...objects("view", "snowflake:index/view:View", platform.views),
    ...objects("pipe", "snowflake:index/pipe:Pipe", platform.pipes),
    ...objects("stream", "snowflake:index/streamOnTable:StreamOnTable", platform.streams),
    ...objects("task", "snowflake:index/task:Task", platform.tasks),
    ...objects("alert", "snowflake:index/alert:Alert", platform.alerts),
  ];
}

const USER_TYPES = {
  PERSON: "snowflake:index/user:User",
  SERVICE: "snowflake:index/serviceUser:ServiceUser",
  LEGACY_SERVICE: "snowflake:index/legacyServiceUser:LegacyServiceUser",
} as const;

/** A webhook is made by a statement, which has no id to be found by. */
const NOTIFICATION_TYPES = {
  mail: "snowflake:index/emailNotificationIntegration:EmailNotificationIntegration",
  queue: "snowflake:index/notificationIntegration:NotificationIntegration",
  webhook: "snowflake:index/execute:Execute",
} as const;

function idOf(type: string, inputs: Record<string, string>): { id?: string } {
  const id = adoptionId(type, inputs);
  return id === undefined ? {} : { id };
}
