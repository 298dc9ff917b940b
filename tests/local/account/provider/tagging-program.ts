// Masking by tag and network policies, made by the roles that own them: security owns what hides and admits, the
// role of objects tags its own tables. STEP=2 tags another column, and one fewer.
import * as snowflake from "@pulumi/snowflake";
import { accountProvider } from "./account-provider.ts";

const second = process.env["STEP"] === "2";
const comment = second ? "changed" : "made";

const as = (role: string) =>
  accountProvider(["snowflake_table_resource", "snowflake_network_rule_resource"], role, role.toLowerCase());
const account = { provider: as("ACCOUNTADMIN") };
const security = { provider: as("SECURITYADMIN") };
const objects = { provider: as("SYSADMIN") };

const database = new snowflake.Database("kept", { name: "KEPT" }, objects);
const schema = (name: string) =>
  new snowflake.Schema(
    name,
    { name: name.toUpperCase(), database: database.name, withManagedAccess: "true" },
    objects,
  );
const rules = schema("rules");
const people = schema("people");
const unknown = schema("unknown");

const grant = (name: string, args: Partial<snowflake.GrantPrivilegesToAccountRoleArgs>, on = security) =>
  new snowflake.GrantPrivilegesToAccountRole(
    name,
    { accountRoleName: "SECURITYADMIN", ...args },
    { ...on, dependsOn: rules },
  );
const mayMake = [
  grant("database", {
    privileges: ["USAGE"],
    onAccountObject: { objectType: "DATABASE", objectName: database.name },
  }),
  grant("schema", {
    privileges: [
      "CREATE MASKING POLICY",
      "CREATE NETWORK RULE",
      "CREATE ROW ACCESS POLICY",
      "CREATE TAG",
      "USAGE",
    ],
    onSchema: { schemaName: rules.fullyQualifiedName },
  }),
  grant("account", { privileges: ["APPLY MASKING POLICY", "APPLY TAG"], onAccount: true }, account),
];
const inRules = { database: database.name, schema: rules.name };
const made = { ...security, dependsOn: mayMake };
const mask = (type: string, hidden: string) =>
  new snowflake.MaskingPolicy(
    `mask-${type}`,
    {
      ...inRules,
      name: `MASK_${type}`,
      arguments: [{ name: "VAL", type }],
      returnDataType: type,
      body: `CASE WHEN IS_ROLE_IN_SESSION('ACCOUNTADMIN') THEN VAL ELSE ${hidden} END`,
      comment,
    },
    made,
  );
const masks = [mask("VARCHAR", "'***'"), mask("VARIANT", "NULL"), mask("TIMESTAMP_NTZ", "NULL")];
const tag = new snowflake.Tag(
  "personal",
  {
    ...inRules,
    name: "PERSONAL",
    allowedValues: ["personal"],
    maskingPolicies: (second ? masks : masks.slice(0, 2)).map((one) => one.fullyQualifiedName),
    comment,
  },
  { ...made, dependsOn: [...mayMake, ...masks] },
);
const mayTag = grant("tag", {
  accountRoleName: "SYSADMIN",
  privileges: ["APPLY"],
  onSchemaObject: { objectType: "TAG", objectName: tag.fullyQualifiedName },
});

const table = new snowflake.Table(
  "person",
  {
    database: database.name,
    schema: people.name,
    name: "PERSON",
    columns: [
      { name: "ID", type: "NUMBER(38,0)", nullable: false },
      { name: "EMAIL", type: "VARCHAR(16777216)" },
      { name: "RECORD", type: "VARIANT" },
      { name: "SEEN_AT", type: "TIMESTAMP_NTZ(9)" },
    ],
    changeTracking: true,
  },
  objects,
);
const columns = second ? ["EMAIL", "SEEN_AT"] : ["EMAIL", "RECORD"];
new snowflake.TagAssociation(
  "columns",
  {
    objectIdentifiers: columns.map((column) => `"KEPT"."PEOPLE"."PERSON"."${column}"`),
    objectType: "COLUMN",
    tagId: tag.fullyQualifiedName,
    tagValue: "personal",
  },
  { ...objects, dependsOn: [table, mayTag] },
);
new snowflake.TagAssociation(
  "schemas",
  {
    objectIdentifiers: [unknown.fullyQualifiedName],
    objectType: "SCHEMA",
    tagId: tag.fullyQualifiedName,
    tagValue: "personal",
  },
  { ...objects, dependsOn: [mayTag] },
);

const rows = new snowflake.RowAccessPolicy(
  "rows",
  {
    ...inRules,
    name: "ROWS",
    arguments: [{ name: "DEPARTMENT", type: "VARCHAR" }],
    body: `IS_ROLE_IN_SESSION('SYSADMIN')${second ? " OR (DEPARTMENT = 'sales' AND IS_ROLE_IN_SESSION('USERADMIN'))" : ""}`,
    comment,
  },
  made,
);
const mayFilter = grant("rows", {
  accountRoleName: "SYSADMIN",
  privileges: ["APPLY"],
  onSchemaObject: { objectType: "ROW ACCESS POLICY", objectName: rows.fullyQualifiedName },
});
new snowflake.View(
  "seen",
  {
    database: database.name,
    schema: people.name,
    name: "SEEN",
    isSecure: "true",
    statement: 'SELECT \'sales\' AS "DEPARTMENT", "EMAIL"\nFROM "KEPT"."PEOPLE"."PERSON"',
    rowAccessPolicy: { policyName: rows.fullyQualifiedName, ons: ["DEPARTMENT"] },
    comment,
  },
  { ...objects, dependsOn: [table, mayFilter] },
);

const rule = new snowflake.NetworkRule(
  "addresses",
  {
    ...inRules,
    name: "ROBOT_ADDRESSES",
    type: "IPV4",
    mode: "INGRESS",
    valueLists: second ? ["10.0.0.0/8", "127.0.0.1/32"] : ["10.0.0.0/8"],
    comment,
  },
  made,
);
const policy = new snowflake.NetworkPolicy(
  "robot",
  { name: "ROBOT", allowedNetworkRuleLists: [rule.fullyQualifiedName], comment },
  security,
);
new snowflake.ServiceUser(
  "robot",
  {
    name: "ROBOT",
    networkPolicy: policy.name,
    rsaPublicKey: process.env["PUBLIC_KEY"] ?? "",
    comment,
  },
  security,
);
