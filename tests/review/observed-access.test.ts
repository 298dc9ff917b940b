import fc from "fast-check";
import { Names } from "../../infra/names.ts";
import type { Column, Grant, GrantTarget, Platform, Table, View } from "../../infra/platform.ts";
import { effectiveAccess } from "../../review/access/effective.ts";
import { planMasking } from "../../roles/masking.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";
import { loadProject } from "../infra/sample.ts";
import { WholeAccount } from "../local/account/commands/whole-account.ts";
import { allRows, type Observed, objectName, observe, statementsOf, visible } from "./observed-access.ts";

let account: WholeAccount;
beforeAll(async () => {
  account = await WholeAccount.open();
  await account.all("GRANT USAGE ON WAREHOUSE w TO ROLE PUBLIC");
});
afterEach(() => account.all("USE ROLE ACCOUNTADMIN"));
afterAll(() => account.close());

/** What the review says of a role's access, in the form of what is observed. */
function told(platform: Platform, role: string): Map<string, Observed> {
  return new Map(
    effectiveAccess(platform)
      .filter(
        (each) =>
          each.principalKind === "role" &&
          each.principal === role &&
          ["table", "view"].includes(each.objectKind),
      )
      .map((each) => [
        each.object,
        {
          privileges: Object.keys(each.privileges)
            .filter((one) => ["DELETE", "INSERT", "SELECT"].includes(one))
            .sort(),
          columns: Object.fromEntries(Object.entries(each.columns).map(([name, { sight }]) => [name, sight])),
          ...(each.rows === undefined ? {} : { rows: each.rows }),
        },
      ]),
  );
}

async function compare(platform: Platform, relations: readonly (Table | View)[]): Promise<void> {
  const clear = await allRows(account, relations);
  for (const role of platform.roles.filter((each) => each.kind === "functional")) {
    const expected = told(platform, role.name);
    await account.all(`USE ROLE "${role.name}"`);
    for (const relation of relations) {
      const name = objectName(relation);
      const rows = clear.get(name)!;
      const seen = await observe(account, relation, rows);
      const said = visible(expected.get(name) ?? { privileges: [], columns: {} }, relation, rows);
      expect({ role: role.name, name, ...seen }).toEqual({ role: role.name, name, ...said });
    }
  }
  await account.all("USE ROLE ACCOUNTADMIN");
}

test("the platform as compiled: what the review tells of each role is what the account lets it do", async () => {
  const platform = loadProject("local");
  await account.all(...statementsOf(platform));
  const owners = platform.governance.rowPolicies.flatMap((policy) => policy.own.map(({ value }) => value));
  expect(owners).toEqual(expect.arrayContaining(["product", "sales"]));
  await account.all(
    ...owners.map((owner) => `INSERT INTO ops.quality.check_result (owner, model) VALUES ('${owner}', 'm')`),
    "INSERT INTO ops.quality.rejected_record (source, raw_text) VALUES ('salesforce_account', 'x'), ('product_events', 'y')",
  );
  await compare(platform, [...platform.tables, ...platform.views]);
}, 240_000);

const TYPES = ["VARCHAR(16777216)", "VARIANT", "NUMBER(38,0)", "DATE", "TIMESTAMP_NTZ(9)"];

interface Drawn {
  columns: { type: string; personal: boolean }[][];
  /** Which of the roles hold which others; only upwards, so that no circle is drawn. */
  holds: boolean[];
  grants: { role: number; kind: number; table: number; privilege: "SELECT" | "INSERT" }[];
  clear: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  columns: fc.array(
    fc.array(fc.record({ type: fc.constantFrom(...TYPES), personal: fc.boolean() }), {
      minLength: 1,
      maxLength: 3,
    }),
    { minLength: 2, maxLength: 3 },
  ),
  holds: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  grants: fc.array(
    fc.record({
      role: fc.nat({ max: 3 }),
      kind: fc.nat({ max: 4 }),
      table: fc.nat({ max: 2 }),
      privilege: fc.constantFrom("SELECT" as const, "INSERT" as const),
    }),
    { minLength: 3, maxLength: 14 },
  ),
  clear: fc.nat({ max: 4 }),
});

/** A platform of one database: tables in two schemas, a view on each, four roles, masks for what is personal. */
function platformOf({ columns, holds, grants, clear }: Drawn, run: number): Platform {
  const names = new Names("drawn", `P${run}`);
  const schemaOf = (index: number) => (index % 2 === 0 ? "one" : "two");
  const tables = columns.map(
    (list, index): Table => ({
      key: `t${index}`,
      logical: `core.${schemaOf(index)}.t${index}`,
      ...names.object({ database: "core", schema: schemaOf(index), name: `t${index}` }),
      columns: list.map(
        ({ type, personal }, at): Column => ({
          name: `C${at}`,
          type,
          nullable: true,
          description: "",
          tags: personal ? ["personal"] : [],
        }),
      ),
      clusterBy: [],
      comment: "",
      insertOnly: false,
    }),
  );
  const views = tables.map(
    (table, index): View => ({
      ...table,
      key: `v${index}`,
      logical: `core.${schemaOf(index)}.v${index}`,
      name: `V${index}`,
      columns: table.columns.map((column) => ({ ...column, tags: [] })),
      statement: `SELECT * FROM "${table.database}"."${table.schema}"."${table.name}"`,
    }),
  );
  const models = views.map((view, index) => ({
    ...examplePlatform().models[0]!,
    logical: view.logical,
    columns: view.columns,
    shows: Object.fromEntries(
      view.columns.map(({ name }) => [
        name.toLowerCase(),
        [`${tables[index]!.logical}.${name.toLowerCase()}`],
      ]),
    ),
  }));
  const masking = planMasking({ edition: "enterprise", names, tables, views, models, unknown: [] });
  const roles = [0, 1, 2, 3].map((index) => names.role(`r${index}`));
  const pairs = roles.flatMap((upper, at) => roles.slice(at + 1).map((lower) => [upper, lower] as const));
  const read = names.role("personal_read");
  const member = (role: string, to: string) => ({ key: `${role}>${to}`, role, to: { role: to } });
  return {
    ...examplePlatform(),
    databases: [
      { key: "core", name: names.database("core"), comment: "", timeTravelDays: 1 },
      { key: "ops", name: names.database("ops"), comment: "", timeTravelDays: 1 },
    ],
    schemas: [
      ...["one", "two"].map((schema) => ({ ...names.schema("core", schema), databaseKey: "core" as const })),
      { ...names.schema("ops", "governance"), databaseKey: "ops" as const },
    ].map((each) => ({ ...each, key: each.schema, logical: each.schema, comment: "" })),
    roles: [
      ...roles.map((name) => ({ key: name, name, kind: "functional" as const, comment: "" })),
      { key: "read", name: read, kind: "access" as const, comment: "" },
    ],
    roleGrants: [
      ...pairs.filter((_, index) => holds[index] === true).map(([upper, lower]) => member(lower, upper)),
      // Whoever runs the test uses them all, and sees what is behind the masks.
      ...[...roles, read].map((role) => member(role, "SYSADMIN")),
      ...(roles[clear] === undefined ? [] : [member(read, roles[clear])]),
    ],
    grants: grants.map(({ role, kind, table, privilege }, index): Grant => {
      const object = tables[table % tables.length]!;
      const place = { database: object.database, schema: object.schema };
      const targets: GrantTarget[] = [
        { on: "database", name: object.database },
        { on: "schema", schema: place },
        { on: "future", objects: "TABLES", schema: place },
        { on: "future", objects: "VIEWS", schema: place },
        { on: "table", object: { ...place, name: object.name } },
      ];
      const target = targets[kind]!;
      const privileges = kind < 2 ? ["USAGE"] : [target.on === "future" && kind === 3 ? "SELECT" : privilege];
      return { key: `g${index}`, role: roles[role]!, privileges, target, because: "" };
    }),
    governance: { ...masking.governance, rowPolicies: [], networkRules: [], networkPolicies: [] },
    tables: masking.tables,
    views: masking.views,
    models,
    pipes: [],
    streams: [],
    tasks: [],
    stages: [],
  };
}

test("drawn platforms: grants, inheritance, future grants and masks come out as they are told", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async (one) => {
      const platform = platformOf(one, run++);
      try {
        await account.all(...statementsOf(platform));
        await compare(platform, [...platform.tables, ...platform.views]);
      } finally {
        await account.all("USE ROLE ACCOUNTADMIN");
      }
    }),
    { numRuns: 12, seed: 20260301, endOnFailure: true },
  );
}, 240_000);
