// A Pulumi program with the resources that a data platform is made of. STEP=2 changes each in place.
import * as snowflake from "@pulumi/snowflake";
import { accountProvider } from "./account-provider.ts";

const second = process.env["STEP"] === "2";
const comment = second ? "changed" : "made";

const provider = accountProvider([
  "snowflake_table_resource",
  "snowflake_stage_resource",
  "snowflake_file_format_resource",
  "snowflake_pipe_resource",
  "snowflake_storage_integration_resource",
  "snowflake_notification_integration_resource",
  "snowflake_email_notification_integration_resource",
]);
const options = { provider };

const monitor = new snowflake.ResourceMonitor(
  "monitor",
  {
    name: "TRANSFORM",
    creditQuota: second ? 20 : 10,
    frequency: "MONTHLY",
    startTimestamp: "IMMEDIATELY",
    notifyTriggers: second ? [50, 80, 90] : [50, 80],
    suspendTrigger: 95,
    suspendImmediateTrigger: 100,
  },
  options,
);
const warehouse = new snowflake.Warehouse(
  "warehouse",
  {
    name: "TRANSFORM",
    warehouseSize: second ? "SMALL" : "XSMALL",
    autoSuspend: second ? 120 : 60,
    autoResume: "true",
    initiallySuspended: true,
    minClusterCount: 1,
    maxClusterCount: 1,
    statementTimeoutInSeconds: 600,
    statementQueuedTimeoutInSeconds: 30,
    resourceMonitor: monitor.name,
    comment,
  },
  options,
);
new snowflake.Warehouse(
  "multi",
  {
    name: "BI",
    warehouseSize: "MEDIUM",
    minClusterCount: 1,
    maxClusterCount: second ? 3 : 2,
    scalingPolicy: "ECONOMY",
    initiallySuspended: true,
  },
  options,
);
new snowflake.Execute(
  "account-monitor",
  {
    execute: "ALTER ACCOUNT SET RESOURCE_MONITOR = TRANSFORM",
    revert: "ALTER ACCOUNT UNSET RESOURCE_MONITOR",
  },
  { provider, dependsOn: monitor },
);

const database = new snowflake.Database(
  "raw",
  { name: "RAW", comment, dataRetentionTimeInDays: second ? 3 : 1, dropPublicSchemaOnCreation: true },
  options,
);
const schema = new snowflake.Schema(
  "crm",
  { name: "CRM", database: database.name, withManagedAccess: "true", comment, dataRetentionTimeInDays: 2 },
  options,
);
const ops = new snowflake.Schema("ops", { name: "OPS", database: database.name }, options);
const inSchema = { database: database.name, schema: schema.name };

const reader = new snowflake.AccountRole("reader", { name: "READER", comment }, options);
const analyst = new snowflake.AccountRole("analyst", { name: "ANALYST" }, options);
const databaseRole = new snowflake.DatabaseRole(
  "db-role",
  { name: "READS", database: database.name, comment },
  options,
);
new snowflake.GrantAccountRole(
  "reader-to-analyst",
  { roleName: reader.name, parentRoleName: analyst.name },
  options,
);
new snowflake.GrantAccountRole(
  "analyst-to-sysadmin",
  { roleName: analyst.name, parentRoleName: "SYSADMIN" },
  options,
);
new snowflake.GrantDatabaseRole(
  "reads-to-reader",
  { databaseRoleName: databaseRole.fullyQualifiedName, parentRoleName: reader.name },
  options,
);
const user = new snowflake.ServiceUser(
  "service",
  {
    name: "LOADER",
    comment,
    defaultRole: reader.name,
    defaultWarehouse: warehouse.name,
    rsaPublicKey: process.env["PUBLIC_KEY"] ?? "",
    defaultSecondaryRolesOption: "NONE",
  },
  options,
);
new snowflake.User(
  "person",
  {
    name: "PERSON",
    loginName: "person",
    email: "p@example.com",
    firstName: "P",
    lastName: second ? "Q" : "R",
    mustChangePassword: "true",
    password: "Initial-password-1",
    comment,
    defaultNamespace: "RAW.CRM",
    timezone: second ? "UTC" : "Europe/Berlin",
  },
  options,
);
new snowflake.GrantAccountRole("reader-to-service", { roleName: reader.name, userName: user.name }, options);

const grant = (name: string, args: Omit<snowflake.GrantPrivilegesToAccountRoleArgs, "accountRoleName">) =>
  new snowflake.GrantPrivilegesToAccountRole(name, { accountRoleName: reader.name, ...args }, options);
grant("on-account", {
  privileges: second ? ["EXECUTE TASK", "MONITOR USAGE"] : ["EXECUTE TASK"],
  onAccount: true,
});
grant("on-warehouse", {
  privileges: ["USAGE", "OPERATE"],
  onAccountObject: { objectType: "WAREHOUSE", objectName: warehouse.name },
});
grant("on-database", {
  privileges: second ? ["USAGE"] : ["USAGE", "MONITOR"],
  onAccountObject: { objectType: "DATABASE", objectName: database.name },
});
grant("on-schema", {
  privileges: ["USAGE", "CREATE TABLE", "CREATE STREAM", "CREATE TASK", "CREATE SNOWFLAKE.ML.CLASSIFICATION"],
  onSchema: { schemaName: schema.fullyQualifiedName },
});
grant("all-on-schema", { allPrivileges: true, onSchema: { schemaName: ops.fullyQualifiedName } });
grant("future-tables", {
  privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  onSchemaObject: { future: { objectTypePlural: "TABLES", inSchema: schema.fullyQualifiedName } },
});
grant("future-views", {
  privileges: ["SELECT"],
  onSchemaObject: { future: { objectTypePlural: "VIEWS", inDatabase: database.name } },
});
new snowflake.GrantPrivilegesToDatabaseRole(
  "reads-usage",
  { databaseRoleName: databaseRole.fullyQualifiedName, privileges: ["USAGE"], onDatabase: database.name },
  options,
);

const integration = new snowflake.StorageIntegration(
  "s3",
  {
    name: "S3",
    type: "EXTERNAL_STAGE",
    storageProvider: "S3",
    storageAwsRoleArn: "arn:aws:iam::123456789012:role/firn",
    storageAllowedLocations: second ? ["s3://bucket/", "s3://other/"] : ["s3://bucket/"],
    enabled: true,
    comment,
  },
  options,
);
grant("on-integration", {
  privileges: ["USAGE"],
  onAccountObject: { objectType: "INTEGRATION", objectName: integration.name },
});
new snowflake.EmailNotificationIntegration(
  "mail",
  { name: "MAIL", enabled: true, allowedRecipients: ["a@example.com"], comment },
  options,
);
new snowflake.NotificationIntegration(
  "sns",
  {
    name: "SNS",
    enabled: true,
    type: "QUEUE",
    direction: "OUTBOUND",
    notificationProvider: "AWS_SNS",
    awsSnsTopicArn: "arn:aws:sns:us-east-1:123456789012:t",
    awsSnsRoleArn: "arn:aws:iam::123456789012:role/sns",
    comment,
  },
  options,
);
const format = new snowflake.FileFormat(
  "lines",
  {
    ...inSchema,
    name: "LINES",
    formatType: "CSV",
    compression: "AUTO",
    fieldDelimiter: "NONE",
    recordDelimiter: "\n",
    escape: "NONE",
    escapeUnenclosedField: "NONE",
    fieldOptionallyEnclosedBy: "NONE",
    dateFormat: "AUTO",
    timeFormat: "AUTO",
    timestampFormat: "AUTO",
    binaryFormat: "HEX",
    encoding: "UTF8",
    nullIfs: ["\\N"],
    skipBlankLines: true,
    trimSpace: second,
    emptyFieldAsNull: false,
    errorOnColumnCountMismatch: false,
    replaceInvalidCharacters: true,
    skipByteOrderMark: true,
  },
  options,
);
const stage = new snowflake.Stage(
  "files",
  { ...inSchema, name: "FILES", url: "s3://bucket/crm/", storageIntegration: integration.name, comment },
  options,
);
new snowflake.Stage(
  "formatted",
  { ...inSchema, name: "FORMATTED", fileFormat: "TYPE = JSON STRIP_OUTER_ARRAY = true", comment },
  options,
);
grant("on-stage", {
  privileges: ["USAGE"],
  onSchemaObject: { objectType: "STAGE", objectName: stage.fullyQualifiedName },
});
grant("on-format", {
  privileges: ["USAGE"],
  onSchemaObject: { objectType: "FILE FORMAT", objectName: format.fullyQualifiedName },
});

const table = new snowflake.Table(
  "account",
  {
    ...inSchema,
    name: "ACCOUNT",
    columns: [
      { name: "RECORD", type: "VARIANT" },
      { name: "LINE", type: "VARCHAR(16777216)", comment: second ? "the line as it came" : "the line" },
      { name: "ID", type: "VARCHAR", nullable: false },
      { name: "AMOUNT", type: "NUMBER(18,2)" },
      { name: "FILE_ROW_NUMBER", type: "NUMBER(38,0)" },
      { name: "SEEN_AT", type: "TIMESTAMP_NTZ(9)" },
      { name: "LOADED_AT", type: "TIMESTAMP_LTZ(9)" },
      { name: "DAY", type: "DATE" },
      { name: "OK", type: "BOOLEAN" },
      { name: "SCORE", type: "FLOAT" },
      { name: "N", type: "INT", default: { constant: "1" } },
      { name: "S", type: "VARCHAR(20)", default: { constant: "it's" } },
      { name: "T", type: "TIMESTAMP_LTZ(9)", default: { expression: "CURRENT_TIMESTAMP()" } },
      ...(second ? [{ name: "ADDED", type: "VARCHAR(16777216)" }] : []),
    ],
    clusterBies: ["DAY"],
    changeTracking: true,
    comment,
    dataRetentionTimeInDays: 2,
  },
  options,
);
const view = new snowflake.View(
  "accounts",
  {
    ...inSchema,
    name: "ACCOUNTS",
    statement: `SELECT id, amount FROM "RAW"."CRM"."ACCOUNT" WHERE ok${second ? " AND n = 1" : ""}`,
    columns: [{ columnName: "ID" }, { columnName: "AMOUNT", comment: "money" }],
    comment,
  },
  { provider, dependsOn: table },
);
grant("on-view", {
  privileges: ["SELECT"],
  onSchemaObject: { objectType: "VIEW", objectName: view.fullyQualifiedName },
});
const stream = new snowflake.StreamOnTable(
  "changes",
  {
    ...inSchema,
    name: "CHANGES",
    table: table.fullyQualifiedName,
    appendOnly: "true",
    showInitialRows: "true",
    comment,
  },
  options,
);
new snowflake.Pipe(
  "pipe",
  {
    ...inSchema,
    name: "ACCOUNT",
    autoIngest: true,
    copyStatement: `COPY INTO "RAW"."CRM"."ACCOUNT" ("LINE") FROM (SELECT $1 FROM @"RAW"."CRM"."FILES"/account/) FILE_FORMAT = (FORMAT_NAME = '"RAW"."CRM"."LINES"')`,
    comment,
  },
  { provider, dependsOn: [table, stage, format] },
);
const root = new snowflake.Task(
  "root",
  {
    ...inSchema,
    name: "ROOT",
    warehouse: warehouse.name,
    schedule: second ? { usingCron: "0 6 * * * UTC" } : { minutes: 1 },
    when: `SYSTEM$STREAM_HAS_DATA('"RAW"."CRM"."CHANGES"')`,
    sqlStatement: "SELECT 1",
    started: true,
    userTaskTimeoutMs: 60000,
    suspendTaskAfterNumFailures: 3,
    taskAutoRetryAttempts: 1,
    allowOverlappingExecution: "false",
    comment,
  },
  { provider, dependsOn: stream },
);
const child = new snowflake.Task(
  "child",
  {
    ...inSchema,
    name: "CHILD",
    warehouse: warehouse.name,
    afters: [root.fullyQualifiedName],
    sqlStatement: second ? "SELECT 3" : "SELECT 2",
    started: true,
    comment,
  },
  options,
);
new snowflake.Task(
  "finalizer",
  {
    ...inSchema,
    name: "FINALIZER",
    warehouse: warehouse.name,
    finalize: root.fullyQualifiedName,
    sqlStatement: "SELECT 4",
    started: false,
  },
  { provider, dependsOn: child },
);
new snowflake.GrantOwnership(
  "owner",
  {
    accountRoleName: analyst.name,
    outboundPrivileges: "COPY",
    on: { objectType: "SCHEMA", objectName: ops.fullyQualifiedName },
  },
  options,
);
new snowflake.AccountParameter(
  "parameter",
  // One that users and warehouses do not inherit: what they read would depend on which is made first.
  { key: "CLIENT_ENCRYPTION_KEY_SIZE", value: second ? "128" : "256" },
  options,
);

export const externalId = integration.storageAwsExternalId;
