import { personalColumns } from "../../infra/personal.ts";
import type { Column, Platform } from "../../infra/platform.ts";
import { compileSample, loadProject, sampleText, stackConfig } from "../infra/sample.ts";

let full: Platform;
beforeAll(() => {
  full = loadProject("full");
});

const columnsOf = (platform: Platform): [string, string, Column][] =>
  platform.tables.flatMap((table) =>
    table.columns.map((column): [string, string, Column] => [table.logical, column.name, column]),
  );

test("every column with personal data carries the tag and a policy of its type, and no other column does", () => {
  const personal = personalColumns(full);
  const tagged = new Set(
    full.governance.associations.find((one) => one.on === "column")!.objects.map((path) => path.join(".")),
  );
  for (const [logical, name, column] of columnsOf(full)) {
    const table = full.tables.find((one) => one.logical === logical)!;
    const wanted = personal.get(logical)?.has(name) === true;
    expect([logical, name, tagged.has(`${table.database}.${table.schema}.${table.name}.${name}`)]).toEqual([
      logical,
      name,
      wanted,
    ]);
    expect(column.masking !== undefined).toBe(wanted);
    if (column.masking !== undefined)
      expect(full.governance.masks.map((mask) => mask.name)).toContain(column.masking.policy);
  }
  expect(tagged.size).toBeGreaterThan(10);
});

test("the tag has one policy for each type, and no body names a role that is not there", () => {
  const [tag] = full.governance.tags;
  expect(tag!.masks).toHaveLength(new Set(full.governance.masks.map((mask) => mask.type)).size);
  const roles = full.roles.map((role) => role.name);
  for (const mask of full.governance.masks) {
    expect(roles).toEqual(expect.arrayContaining(mask.unmasked));
    for (const role of mask.unmasked) expect(mask.body).toContain(`IS_ROLE_IN_SESSION('${role}')`);
  }
});

test("clear text is for the transformer and the privacy office alone", () => {
  expect(full.roleGrants.filter((grant) => grant.role === "PERSONAL_READ").map((grant) => grant.to)).toEqual([
    { role: "TRANSFORMER" },
    { role: "PII_READER" },
  ]);
  expect(full.roleGrants.filter((grant) => grant.role === "PII_READER").map((grant) => grant.to)).toEqual([
    { role: "SYSADMIN" },
  ]);
});

test("the schema that a managed loader fills is hidden as a whole, whatever types its columns have", () => {
  expect(full.governance.associations.find((one) => one.on === "schema")!.objects).toEqual([
    ["RAW", "CUSTOMER_SUCCESS"],
  ]);
  expect(full.governance.masks).toHaveLength(13);
});

test("the standard edition has no masking policies: none is planned", () => {
  const config = stackConfig(sampleText().replace("firn:edition: enterprise", "firn:edition: standard"));
  const platform = compileSample([], config);
  expect(platform.governance).toMatchObject({ masks: [], tags: [], associations: [] });
  expect(platform.roles.some((role) => role.name === "PERSONAL_READ")).toBe(false);
});
