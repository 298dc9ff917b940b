import type { BucketFacts, IamStatement, Subject } from "./subject.ts";

/** A resource as the engine shows it to a policy pack: its inputs. */
export interface EngineResource {
  type: string;
  /** Logical name. */
  name: string;
  props: Record<string, unknown>;
  protect: boolean;
}

type Adapter = (resource: EngineResource) => Subject[];

/** Engine types that the rules judge; every other type is passed by. */
export const ADAPTERS: Record<string, Adapter> = {
  "snowflake:index/warehouse:Warehouse": ({ name, props }) => [
    {
      kind: "warehouse",
      key: name,
      name: text(props["name"]) ?? name,
      size: text(props["warehouseSize"]) ?? null,
      autoSuspend: number(props["autoSuspend"]) ?? null,
      statementTimeout: number(props["statementTimeoutInSeconds"]) ?? null,
      maxClusters: number(props["maxClusterCount"]) ?? 1,
      monitor: ifKnown(() => text(props["resourceMonitor"]) ?? null),
    },
  ],
  "snowflake:index/resourceMonitor:ResourceMonitor": ({ name, props }) => [
    {
      kind: "monitor",
      key: name,
      name: text(props["name"]) ?? name,
      quota: number(props["creditQuota"]) ?? null,
      suspends: [props["suspendTrigger"], props["suspendImmediateTrigger"]].some(
        (percent) => (number(percent) ?? 0) > 0,
      ),
      account: undefined,
    },
  ],
  "snowflake:index/task:Task": ({ name, props }) => [
    {
      kind: "task",
      key: name,
      name: text(props["name"]) ?? name,
      serverless: ifKnown(() => text(props["warehouse"]) === undefined) ?? false,
      maximumSize:
        text(props["serverlessTaskMaxStatementSize"]) ??
        text(props["userTaskManagedInitialWarehouseSize"]) ??
        null,
      timeout: milliseconds(props["userTaskTimeoutMs"]),
    },
  ],
  "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole": ({ name, props }) => [
    {
      kind: "grant",
      key: name,
      name,
      to: { role: ifKnown(() => text(props["accountRoleName"])) ?? "" },
      privileges: props["allPrivileges"] === true ? ["ALL PRIVILEGES"] : strings(props["privileges"]),
      on: "what it names",
    },
  ],
  "snowflake:index/grantAccountRole:GrantAccountRole": ({ name, props }) => {
    const user = ifKnown(() => text(props["userName"]));
    return [
      {
        kind: "role grant",
        key: name,
        name,
        role: ifKnown(() => text(props["roleName"])) ?? "",
        to: user === undefined ? { role: ifKnown(() => text(props["parentRoleName"])) ?? "" } : { user },
        access: undefined,
      },
    ];
  },
  "snowflake:index/serviceUser:ServiceUser": user(true),
  "snowflake:index/legacyServiceUser:LegacyServiceUser": user(true),
  "snowflake:index/user:User": user(false),
  "kafka:index/acl:Acl": ({ name, props }) => [
    {
      kind: "acl",
      key: name,
      name,
      principal: text(props["aclPrincipal"]) ?? "",
      operation: text(props["aclOperation"]) ?? "",
      resource: text(props["aclResourceName"]) ?? "",
      allow: text(props["aclPermissionType"]) !== "Deny",
    },
  ],
  "aws:iam/rolePolicy:RolePolicy": iam("policy"),
  "aws:iam/policy:Policy": iam("policy"),
  "aws:iam/role:Role": iam("assumeRolePolicy"),
  "aws:s3/bucketPolicy:BucketPolicy": iam("policy"),
  "snowflake:index/database:Database": stateful("Database"),
  "snowflake:index/schema:Schema": stateful("Schema"),
  "snowflake:index/table:Table": stateful("Table"),
  "snowflake:index/stage:Stage": stateful("Stage"),
  "kafka:index/topic:Topic": stateful("Kafka topic"),
  "aws:s3/bucket:Bucket": stateful("Landing bucket"),
  "aws:s3/bucketV2:BucketV2": stateful("Landing bucket"),
};

/** Facts about one resource; none where no rule judges its type. */
export const subjectsOfResource = (resource: EngineResource): Subject[] =>
  ADAPTERS[resource.type]?.(resource) ?? [];

/** Facts about the whole stack: each resource's, and buckets with what is declared beside them. */
export const subjectsOfStack = (resources: readonly EngineResource[]): Subject[] => [
  ...resources.flatMap(subjectsOfResource),
  ...buckets(resources),
];

/** Settings of a bucket are resources of their own, tied to it by its name, or by the logical name while that is not known. */
function buckets(resources: readonly EngineResource[]): BucketFacts[] {
  const beside = (type: string, bucket: EngineResource): EngineResource | undefined =>
    resources.find((each) => {
      if (!each.type.startsWith("aws:s3/") || !each.type.toLowerCase().endsWith(`:${type}`)) return false;
      const of = ifKnown(() => text(each.props["bucket"]));
      const own = ifKnown(() => text(bucket.props["bucket"]));
      return of !== undefined && own !== undefined ? of === own : each.name === bucket.name;
    });
  return resources
    .filter((each) => each.type === "aws:s3/bucket:Bucket" || each.type === "aws:s3/bucketV2:BucketV2")
    .map((bucket) => {
      const block = beside("bucketpublicaccessblock", bucket);
      const policy = beside("bucketpolicy", bucket);
      const versioning = beside("bucketversioning", bucket);
      const blocked = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
      return {
        kind: "bucket",
        key: bucket.name,
        name: ifKnown(() => text(bucket.props["bucket"])) ?? bucket.name,
        publicAccessBlocked: block !== undefined && blocked.every((setting) => block.props[setting] === true),
        encrypted: beside("bucketserversideencryptionconfiguration", bucket) !== undefined,
        tlsOnly: policy === undefined ? false : ifKnown(() => refusesPlainHttp(policy.props["policy"])),
        versioned: record(versioning?.props["versioningConfiguration"])["status"] === "Enabled",
      };
    });
}

function refusesPlainHttp(policy: unknown): boolean {
  return rawStatements(policy).some((statement) => {
    const condition = record(record(statement["Condition"])["Bool"]);
    return statement["Effect"] === "Deny" && String(condition["aws:SecureTransport"]) === "false";
  });
}

function iam(property: string): Adapter {
  return ({ name, props }) => {
    const statements = ifKnown(() => rawStatements(props[property]).map(readStatement));
    return statements === undefined ? [] : [{ kind: "iam", key: name, name, statements }];
  };
}

function readStatement(statement: Record<string, unknown>): IamStatement {
  const principal = statement["Principal"];
  return {
    effect: text(statement["Effect"]) ?? "",
    actions: strings(statement["Action"]),
    resources: strings(statement["Resource"]),
    principals:
      typeof principal === "string" ? [principal] : Object.values(record(principal)).flatMap(strings),
    conditional: Object.keys(record(statement["Condition"])).length > 0,
  };
}

/** The statements of a policy document, given as JSON text or as an object. */
function rawStatements(document: unknown): Record<string, unknown>[] {
  const parsed: unknown = typeof document === "string" ? JSON.parse(document) : document;
  const statements = record(parsed)["Statement"];
  return (Array.isArray(statements) ? statements : [statements]).map(record);
}

function user(service: boolean): Adapter {
  return ({ name, props }) => [
    {
      kind: "user",
      key: name,
      name: text(props["name"]) ?? name,
      service,
      password: ifKnown(() => props["password"] !== undefined && props["password"] !== null) ?? true,
      keyPair: ifKnown(() => text(props["rsaPublicKey"]) !== undefined) ?? true,
      networkPolicy: ifKnown(() => text(props["networkPolicy"]) ?? null),
    },
  ];
}

function stateful(type: string): Adapter {
  return ({ name, props, protect }) => [
    {
      kind: "stateful",
      key: name,
      name: ifKnown(() => fullName(props)) ?? name,
      type,
      protect,
    },
  ];
}

/** `DATABASE.SCHEMA.NAME`, as far as it has these parts; a bucket's own name. */
const fullName = (props: Record<string, unknown>): string | undefined => {
  const own = text(props["name"]) ?? text(props["bucket"]);
  return own && [text(props["database"]), text(props["schema"]), own].filter(Boolean).join(".");
};

/** Undefined where the value, or a part of it, is an output that a preview does not know yet: reading it throws. */
export function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** The SDK's inputs are numbers; some providers echo them as text. */
function number(value: unknown): number | undefined {
  const parsed = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
}

const milliseconds = (value: unknown): number | null => {
  const parsed = number(value);
  return parsed === undefined ? null : parsed / 1000;
};

export const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];

export const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
