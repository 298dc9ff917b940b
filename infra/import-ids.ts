/**
 * The id under which a provider finds again what it made, from the resource's inputs: what `pulumi import` and
 * `pulumi refresh --import-pending-creates` want. Forms: "Import" on each resource's page in the registries of the
 * Snowflake provider 1.2, the Kafka provider 0.13 and the AWS provider.
 *
 * Undefined for kinds whose creation may be repeated, such as grants and a bucket's settings: those need no import.
 */
export type ImportableType = keyof typeof IMPORT_IDS;

type Inputs = Readonly<Record<string, unknown>>;

const account = (inputs: Inputs): string[] => [name(inputs, "name")];
const inDatabase = (inputs: Inputs): string[] => [name(inputs, "database"), name(inputs, "name")];
const inSchema = (inputs: Inputs): string[] => [
  name(inputs, "database"),
  name(inputs, "schema"),
  name(inputs, "name"),
];

/** `"DB"."SCHEMA"."NAME"`, as the provider's newer resources have it. */
const quoted = (parts: (inputs: Inputs) => string[]) => (inputs: Inputs) =>
  parts(inputs)
    .map((part) => `"${part}"`)
    .join(".");
/** `DB|SCHEMA|NAME`, as its older resources have it. */
const piped = (inputs: Inputs) => inSchema(inputs).join("|");
const plain =
  (key = "name") =>
  (inputs: Inputs) =>
    name(inputs, key);

const IMPORT_IDS = {
  "snowflake:index/accountRole:AccountRole": quoted(account),
  "snowflake:index/database:Database": quoted(account),
  "snowflake:index/resourceMonitor:ResourceMonitor": quoted(account),
  "snowflake:index/serviceUser:ServiceUser": quoted(account),
  "snowflake:index/networkPolicy:NetworkPolicy": quoted(account),
  "snowflake:index/warehouse:Warehouse": quoted(account),
  "snowflake:index/storageIntegration:StorageIntegration": plain(),
  "snowflake:index/schema:Schema": quoted(inDatabase),
  "snowflake:index/alert:Alert": piped,
  "snowflake:index/emailNotificationIntegration:EmailNotificationIntegration": plain(),
  "snowflake:index/notificationIntegration:NotificationIntegration": plain(),
  "snowflake:index/secretWithGenericString:SecretWithGenericString": quoted(inSchema),
  "snowflake:index/fileFormat:FileFormat": piped,
  "snowflake:index/networkRule:NetworkRule": piped,
  "snowflake:index/pipe:Pipe": piped,
  "snowflake:index/stage:Stage": piped,
  "snowflake:index/table:Table": piped,
  "snowflake:index/maskingPolicy:MaskingPolicy": quoted(inSchema),
  "snowflake:index/rowAccessPolicy:RowAccessPolicy": quoted(inSchema),
  "snowflake:index/streamOnTable:StreamOnTable": quoted(inSchema),
  "snowflake:index/tag:Tag": quoted(inSchema),
  "snowflake:index/task:Task": quoted(inSchema),
  "snowflake:index/view:View": quoted(inSchema),
  "kafka:index/topic:Topic": plain(),
  "aws:appflow/flow:Flow": plain(),
  "aws:iam/role:Role": plain(),
  "aws:s3/bucket:Bucket": plain("bucket"),
} satisfies Record<string, (inputs: Inputs) => string>;

/** Kinds whose creation may be repeated on what is there already. */
export const REPEATABLE_TYPES = [
  "aws:iam/rolePolicy:RolePolicy",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "kafka:index/acl:Acl",
  "snowflake:index/execute:Execute",
  "snowflake:index/grantAccountRole:GrantAccountRole",
  "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole",
  "snowflake:index/tagAssociation:TagAssociation",
] as const;

/** Throws when an input that the id is made of is not a text. */
export function importId(type: string, inputs: Inputs): string | undefined {
  return type in IMPORT_IDS ? IMPORT_IDS[type as ImportableType](inputs) : undefined;
}

/** Whether it is known how a resource of the type is found again, or that it may be made again. */
export const isKnownType = (type: string): boolean =>
  type in IMPORT_IDS || (REPEATABLE_TYPES as readonly string[]).includes(type);

function name(inputs: Inputs, key: string): string {
  const value = inputs[key];
  if (typeof value !== "string") throw new Error(`the input ${key} is no text`);
  return value;
}
