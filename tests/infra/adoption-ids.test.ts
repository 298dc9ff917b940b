import { adoptionId } from "../../infra/adoption-ids.ts";

const PRIVILEGES = "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole";
const grant = { accountRoleName: "READER", privileges: ["SELECT", "USAGE"] };

// The forms under "Import" on the pages of snowflake_grant_privileges_to_account_role, snowflake_grant_account_role,
// snowflake_tag_association (provider 1.2.1) and kafka_acl (0.13.1).
describe("the id by which an import finds what is there", () => {
  test.each([
    ["the account", { onAccount: true }, "OnAccount"],
    [
      "a warehouse",
      { onAccountObject: { objectType: "WAREHOUSE", objectName: "BI" } },
      'OnAccountObject|WAREHOUSE|"BI"',
    ],
    ["a schema", { onSchema: { schemaName: '"MART"."SALES"' } }, 'OnSchema|OnSchema|"MART"."SALES"'],
    [
      "a table",
      { onSchemaObject: { objectType: "TABLE", objectName: '"MART"."SALES"."DEAL"' } },
      'OnSchemaObject|OnObject|TABLE|"MART"."SALES"."DEAL"',
    ],
    [
      "future tables",
      { onSchemaObject: { future: { objectTypePlural: "TABLES", inSchema: '"MART"."SALES"' } } },
      'OnSchemaObject|OnFuture|TABLES|InSchema|"MART"."SALES"',
    ],
  ])("privileges on %s", (_, target, end) => {
    expect(adoptionId(PRIVILEGES, { ...grant, ...target })).toBe(`"READER"|false|false|SELECT,USAGE|${end}`);
  });

  test.each([
    [
      "snowflake:index/grantAccountRole:GrantAccountRole",
      { roleName: "A", parentRoleName: "B" },
      '"A"|ROLE|"B"',
    ],
    ["snowflake:index/grantAccountRole:GrantAccountRole", { roleName: "A", userName: "U" }, '"A"|USER|"U"'],
    [
      "snowflake:index/tagAssociation:TagAssociation",
      { tagId: '"O"."G"."PERSONAL"', tagValue: "yes", objectType: "COLUMN" },
      '"O"."G"."PERSONAL"|yes|COLUMN',
    ],
    [
      "kafka:index/acl:Acl",
      {
        aclPrincipal: "User:connector",
        aclHost: "*",
        aclOperation: "Read",
        aclPermissionType: "Allow",
        aclResourceType: "Topic",
        aclResourceName: "product.events",
      },
      "User:connector|*|Read|Allow|Topic|product.events|Literal",
    ],
    ["aws:iam/rolePolicy:RolePolicy", { role: "landing", name: "read" }, "landing:read"],
    ["aws:s3/bucketPolicy:BucketPolicy", { bucket: "landing" }, "landing"],
    ["snowflake:index/user:User", { name: "BOB" }, '"BOB"'],
    ["snowflake:index/table:Table", { database: "RAW", schema: "CRM", name: "T" }, "RAW|CRM|T"],
  ])("%s", (type, inputs, id) => {
    expect(adoptionId(type, inputs)).toBe(id);
  });

  test("a statement has none", () => {
    expect(adoptionId("snowflake:index/execute:Execute", { execute: "SELECT 1" })).toBeUndefined();
  });
});
