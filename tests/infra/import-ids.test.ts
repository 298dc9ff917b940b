import { importId, isKnownType } from "../../infra/import-ids.ts";

describe("the id under which a provider finds a resource again", () => {
  const place = { database: "RAW", schema: "CRM", name: "T" };
  test.each([
    ["snowflake:index/warehouse:Warehouse", { name: "BI" }, '"BI"'],
    ["snowflake:index/schema:Schema", { database: "RAW", name: "CRM" }, '"RAW"."CRM"'],
    ["snowflake:index/table:Table", place, "RAW|CRM|T"],
    ["snowflake:index/task:Task", place, '"RAW"."CRM"."T"'],
    ["snowflake:index/networkRule:NetworkRule", place, "RAW|CRM|T"],
    ["snowflake:index/maskingPolicy:MaskingPolicy", place, '"RAW"."CRM"."T"'],
    ["snowflake:index/storageIntegration:StorageIntegration", { name: "LANDING" }, "LANDING"],
    ["kafka:index/topic:Topic", { name: "product.events" }, "product.events"],
    ["aws:appflow/flow:Flow", { name: "firn-prod-out-score" }, "firn-prod-out-score"],
    ["aws:s3/bucket:Bucket", { bucket: "landing" }, "landing"],
  ])("%s", (type, inputs, id) => {
    expect(importId(type, inputs)).toBe(id);
  });

  test("what may be made twice needs none", () => {
    const grant = "snowflake:index/grantAccountRole:GrantAccountRole";
    expect(importId(grant, { roleName: "A" })).toBeUndefined();
    expect(isKnownType(grant)).toBe(true);
    expect(isKnownType("aws:ec2/instance:Instance")).toBe(false);
  });

  test("an input that is missing is an error, not a wrong id", () => {
    expect(() => importId("snowflake:index/table:Table", { name: "T" })).toThrow(
      "the input database is no text",
    );
  });
});
