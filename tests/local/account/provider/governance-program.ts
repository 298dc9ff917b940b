// Resources of governance and the smaller objects. STEP=2 changes each in place.
import * as snowflake from "@pulumi/snowflake";
import { accountProvider } from "./account-provider.ts";

const second = process.env["STEP"] === "2";
const comment = second ? "changed" : "made";

const provider = accountProvider([
  "snowflake_table_resource",
  "snowflake_table_constraint_resource",
  "snowflake_table_column_masking_policy_application_resource",
  "snowflake_alert_resource",
  "snowflake_network_rule_resource",
  "snowflake_network_policy_attachment_resource",
  "snowflake_sequence_resource",
  "snowflake_user_public_keys_resource",
  "snowflake_password_policy_resource",
  "snowflake_object_parameter_resource",
  "snowflake_function_sql_resource",
  "snowflake_function_javascript_resource",
  "snowflake_procedure_sql_resource",
  "snowflake_procedure_javascript_resource",
]);
const options = { provider };

const warehouse = new snowflake.Warehouse("warehouse", { name: "GOVERN", initiallySuspended: true }, options);
const database = new snowflake.Database("govern", { name: "GOVERN" }, options);
const schema = new snowflake.Schema("rules", { name: "RULES", database: database.name }, options);
const inSchema = { database: database.name, schema: schema.name };

const masking = new snowflake.MaskingPolicy(
  "mask",
  {
    ...inSchema,
    name: "EMAIL",
    arguments: [{ name: "VAL", type: "VARCHAR" }],
    returnDataType: "VARCHAR",
    body: `case when is_role_in_session('ACCOUNTADMIN') then val else '${second ? "***" : "hidden"}' end`,
    comment,
  },
  options,
);
const rows = new snowflake.RowAccessPolicy(
  "rows",
  {
    ...inSchema,
    name: "BY_DEPARTMENT",
    arguments: [{ name: "DEPARTMENT", type: "VARCHAR" }],
    body: second ? "department = 'SALES'" : "department = 'FINANCE'",
    comment,
  },
  options,
);
const tag = new snowflake.Tag(
  "tag",
  {
    ...inSchema,
    name: "SENSITIVITY",
    allowedValues: second ? ["high", "low", "none"] : ["high", "low"],
    comment,
  },
  options,
);
const table = new snowflake.Table(
  "people",
  {
    ...inSchema,
    name: "PEOPLE",
    columns: [
      { name: "ID", type: "NUMBER(38,0)", nullable: false },
      { name: "EMAIL", type: "VARCHAR", maskingPolicy: masking.fullyQualifiedName },
      { name: "DEPARTMENT", type: "VARCHAR" },
      { name: "NOTES", type: "VARCHAR" },
      { name: "N", type: "NUMBER(38,0)", identity: { startNum: 10, stepNum: 5 } },
    ],
  },
  options,
);
// Another resource's property changed by these two would be a change to it: they act on what SQL alone made.
const plain = new snowflake.Execute(
  "plain",
  {
    execute: "CREATE TABLE GOVERN.RULES.PLAIN (ID INT, NOTES VARCHAR)",
    revert: "DROP TABLE GOVERN.RULES.PLAIN",
  },
  { provider, dependsOn: schema },
);
new snowflake.TableColumnMaskingPolicyApplication(
  "notes",
  { table: '"GOVERN"."RULES"."PLAIN"', column: "NOTES", maskingPolicy: masking.fullyQualifiedName },
  { provider, dependsOn: plain },
);
const robot = new snowflake.Execute(
  "robot",
  { execute: "CREATE USER ROBOT TYPE = SERVICE", revert: "DROP USER ROBOT" },
  options,
);
new snowflake.TableConstraint(
  "key",
  { name: "PEOPLE_KEY", type: "PRIMARY KEY", tableId: table.fullyQualifiedName, columns: ["ID"] },
  options,
);
const view = new snowflake.View(
  "view",
  {
    ...inSchema,
    name: "SEEN",
    isSecure: "true",
    statement: 'SELECT id, department FROM "GOVERN"."RULES"."PEOPLE"',
    rowAccessPolicy: { policyName: rows.fullyQualifiedName, ons: ["DEPARTMENT"] },
    columns: [{ columnName: "ID" }, { columnName: "DEPARTMENT" }],
    comment,
  },
  { provider, dependsOn: table },
);
new snowflake.TagAssociation(
  "tagged",
  {
    objectIdentifiers: [table.fullyQualifiedName],
    objectType: "TABLE",
    tagId: tag.fullyQualifiedName,
    // Constant: the provider itself panics when it changes this on an object in a schema.
    tagValue: "high",
  },
  { provider, dependsOn: view },
);
const rule = new snowflake.NetworkRule(
  "rule",
  {
    ...inSchema,
    name: "OFFICE",
    type: "IPV4",
    mode: "INGRESS",
    valueLists: second ? ["10.0.0.0/8", "127.0.0.1"] : ["10.0.0.0/8"],
    comment,
  },
  options,
);
const network = new snowflake.NetworkPolicy(
  "network",
  {
    name: "OFFICE",
    allowedNetworkRuleLists: [rule.fullyQualifiedName],
    allowedIpLists: second ? ["127.0.0.1", "10.0.0.1"] : ["127.0.0.1"],
    comment,
  },
  options,
);
new snowflake.LegacyServiceUser("user", { name: "AUDITOR", networkPolicy: network.name, comment }, options);
new snowflake.UserPublicKeys(
  "keys",
  { name: "ROBOT", rsaPublicKey: process.env["PUBLIC_KEY"] ?? "" },
  { provider, dependsOn: robot },
);
new snowflake.Sequence(
  "ids",
  { ...inSchema, name: "IDS", increment: second ? 2 : 1, ordering: "ORDER", comment },
  options,
);
new snowflake.SecretWithGenericString(
  "secret",
  { ...inSchema, name: "TOKEN", secretString: second ? "two" : "one", comment },
  options,
);
new snowflake.SecretWithBasicAuthentication(
  "basic",
  { ...inSchema, name: "LOGIN", username: second ? "you" : "me", password: "p", comment },
  options,
);
new snowflake.PasswordPolicy(
  "passwords",
  { ...inSchema, name: "STRONG", minLength: second ? 16 : 12, comment },
  options,
);
new snowflake.Alert(
  "alert",
  {
    ...inSchema,
    name: "LATE",
    warehouse: warehouse.name,
    alertSchedule: second ? { cron: { expression: "0 6 * * *", timeZone: "UTC" } } : { interval: 10 },
    condition:
      'SELECT 1\nFROM (\n  SELECT 2 AS two FROM "GOVERN"."RULES"."PEOPLE"\n) AS x\nWHERE two IS NOT NULL',
    action: `DECLARE\n  no EXCEPTION (-20010, 'It''s not sent; \\'never\\'.');\nBEGIN\n  LET n NUMBER := ${second ? 2 : 1};\n  SELECT :n;\nEND`,
    enabled: true,
    comment,
  },
  { provider, dependsOn: table },
);
new snowflake.ObjectParameter(
  "extension",
  {
    key: "MAX_DATA_EXTENSION_TIME_IN_DAYS",
    value: second ? "5" : "4",
    objectType: "TABLE",
    objectIdentifiers: [{ name: table.name, database: database.name, schema: schema.name }],
  },
  options,
);
new snowflake.FunctionSql(
  "double",
  {
    ...inSchema,
    name: "DOUBLE_IT",
    arguments: [{ argName: "n", argDataType: "NUMBER" }],
    returnType: "NUMBER",
    functionDefinition: "n * 2",
    comment,
  },
  options,
);
new snowflake.ProcedureSql(
  "clean",
  {
    ...inSchema,
    name: "CLEAN",
    arguments: [{ argName: "days", argDataType: "NUMBER" }],
    returnType: "VARCHAR",
    executeAs: second ? "CALLER" : "OWNER",
    procedureDefinition: "BEGIN\n  RETURN 'done';\nEND",
    comment,
  },
  options,
);
const grant = (name: string, args: Omit<snowflake.GrantPrivilegesToAccountRoleArgs, "accountRoleName">) =>
  new snowflake.GrantPrivilegesToAccountRole(name, { accountRoleName: "SYSADMIN", ...args }, options);
grant("apply", {
  privileges: ["APPLY"],
  onSchemaObject: { objectType: "MASKING POLICY", objectName: masking.fullyQualifiedName },
});
grant("use-sequences", {
  privileges: ["USAGE"],
  onSchemaObject: { all: { objectTypePlural: "SEQUENCES", inDatabase: database.name } },
});
