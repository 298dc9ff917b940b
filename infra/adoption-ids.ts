/**
 * Ids by which `pulumi import` finds what is on an account already: those of import-ids.ts, and of what may be made twice
 * too, so that a preview after an adoption has nothing left to create. Forms: "Import" on each resource's page in the
 * registries of the providers.
 */
import { importId } from "./import-ids.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** Undefined for what has no id that its inputs tell (a statement, AppFlow's and MSK Connect's ARNs). */
export function adoptionId(type: string, inputs: Inputs): string | undefined {
  return importId(type, inputs) ?? FURTHER[type]?.(inputs);
}

const name = (inputs: Inputs, key: string): string => {
  const value = inputs[key];
  if (typeof value !== "string") throw new Error(`the input ${key} is no text`);
  return value;
};
const quoted = (part: string): string => (part.startsWith('"') ? part : `"${part}"`);
const record = (value: unknown): Inputs => (value ?? {}) as Inputs;
const bucket = (inputs: Inputs): string => name(inputs, "bucket");

const FURTHER: Record<string, (inputs: Inputs) => string> = {
  "snowflake:index/user:User": (inputs) => quoted(name(inputs, "name")),
  "snowflake:index/legacyServiceUser:LegacyServiceUser": (inputs) => quoted(name(inputs, "name")),
  "snowflake:index/grantAccountRole:GrantAccountRole": (inputs) => {
    const [kind, grantee] =
      inputs["userName"] === undefined
        ? ["ROLE", name(inputs, "parentRoleName")]
        : ["USER", name(inputs, "userName")];
    return [quoted(name(inputs, "roleName")), kind, quoted(grantee)].join("|");
  },
  "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole": (inputs) =>
    [
      quoted(name(inputs, "accountRoleName")),
      String(inputs["withGrantOption"] === true),
      String(inputs["alwaysApply"] === true),
      (inputs["privileges"] as string[]).join(","),
      ...grantedOn(inputs),
    ].join("|"),
  "snowflake:index/tagAssociation:TagAssociation": (inputs) =>
    [name(inputs, "tagId"), name(inputs, "tagValue"), name(inputs, "objectType")].join("|"),
  "kafka:index/acl:Acl": (inputs) =>
    [
      ...[
        "aclPrincipal",
        "aclHost",
        "aclOperation",
        "aclPermissionType",
        "aclResourceType",
        "aclResourceName",
      ].map((key) => name(inputs, key)),
      (inputs["resourcePatternTypeFilter"] as string | undefined) ?? "Literal",
    ].join("|"),
  "aws:iam/rolePolicy:RolePolicy": (inputs) => `${name(inputs, "role")}:${name(inputs, "name")}`,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucket,
  "aws:s3/bucketNotification:BucketNotification": bucket,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucket,
  "aws:s3/bucketPolicy:BucketPolicy": bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucket,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucket,
  "aws:s3/bucketVersioning:BucketVersioning": bucket,
};

function grantedOn(inputs: Inputs): string[] {
  if (inputs["onAccount"] === true) return ["OnAccount"];
  if (inputs["onAccountObject"] !== undefined) {
    const on = record(inputs["onAccountObject"]);
    return ["OnAccountObject", name(on, "objectType"), quoted(name(on, "objectName"))];
  }
  if (inputs["onSchema"] !== undefined)
    return ["OnSchema", "OnSchema", name(record(inputs["onSchema"]), "schemaName")];
  const on = record(inputs["onSchemaObject"]);
  if (on["future"] === undefined)
    return ["OnSchemaObject", "OnObject", name(on, "objectType"), name(on, "objectName")];
  const future = record(on["future"]);
  return [
    "OnSchemaObject",
    "OnFuture",
    name(future, "objectTypePlural"),
    "InSchema",
    name(future, "inSchema"),
  ];
}
