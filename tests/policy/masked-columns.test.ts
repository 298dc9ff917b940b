import type { Column, Table, View } from "../../infra/platform.ts";
import type { EngineResource } from "../../policy/from-resources.ts";
import { maskedByResources } from "../../policy/masked-columns.ts";

const resource = (type: string, props: Record<string, unknown>): EngineResource => ({
  type: `snowflake:index/${type}`,
  name: "it",
  props,
  protect: false,
});
const mask = (type: string) =>
  resource("maskingPolicy:MaskingPolicy", {
    database: "OPS",
    schema: "GOVERNANCE",
    name: `MASK_${type}`,
    arguments: [{ name: "VAL", type }],
  });
const tag = (...types: string[]) =>
  resource("tag:Tag", {
    database: "OPS",
    schema: "GOVERNANCE",
    name: "PERSONAL",
    maskingPolicies: types.map((type) => `"OPS"."GOVERNANCE"."MASK_${type}"`),
  });
const tagged = (...objectIdentifiers: string[]) =>
  resource("tagAssociation:TagAssociation", { tagId: '"OPS"."GOVERNANCE"."PERSONAL"', objectIdentifiers });

const column = (type: string): Column => ({ name: "EMAIL", type, nullable: true, description: "", tags: [] });
const table = { database: "CORE", schema: "CUSTOMER", name: "LEAD" } as Table;
const EMAIL = '"CORE"."CUSTOMER"."LEAD"."EMAIL"';
const masked = (resources: EngineResource[], type = "VARCHAR(16777216)") =>
  maskedByResources(resources)(table, column(type));

test.each([
  ["the column", EMAIL],
  ["its table", '"CORE"."CUSTOMER"."LEAD"'],
  ["its schema", '"CORE"."CUSTOMER"'],
  ["its database", '"CORE"'],
])("a tag on %s with a policy of its type masks it", (_where, id) => {
  expect(masked([mask("VARCHAR"), tag("VARCHAR"), tagged(id)])).toBe(true);
});

test.each([
  ["nothing is tagged", [mask("VARCHAR"), tag("VARCHAR")]],
  ["another column is tagged", [mask("VARCHAR"), tag("VARCHAR"), tagged('"CORE"."CUSTOMER"."LEAD"."NAME"')]],
  ["the tag has no policy", [mask("VARCHAR"), tag(), tagged(EMAIL)]],
  ["the tag's policy is of another type", [mask("NUMBER"), tag("NUMBER"), tagged(EMAIL)]],
  ["the policy is not declared", [tag("VARCHAR"), tagged(EMAIL)]],
])("where %s it is not masked", (_why, resources) => {
  expect(masked(resources)).toBe(false);
});

test("a policy of the column's own masks it", () => {
  expect(
    masked([
      resource("tableColumnMaskingPolicyApplication:TableColumnMaskingPolicyApplication", {
        table: '"CORE"."CUSTOMER"."LEAD"',
        column: "EMAIL",
        maskingPolicy: "x",
      }),
    ]),
  ).toBe(true);
});

test("what a preview does not know yet is not taken for a mask", () => {
  const unknown = resource("tagAssociation:TagAssociation", {
    get objectIdentifiers(): string[] {
      throw new Error("not known in a preview");
    },
  });
  expect(masked([mask("VARCHAR"), tag("VARCHAR"), unknown])).toBe(false);
});

test("a view is masked as its tables are", () => {
  const view = { ...table, statement: "SELECT" } as unknown as View;
  const shown = { ...column("VARCHAR"), masking: { policy: "MASK_VARCHAR", unmasked: ["PERSONAL_READ"] } };
  expect(maskedByResources([])(view, shown)).toBe(true);
  expect(maskedByResources([])(view, column("VARCHAR"))).toBe(false);
});
