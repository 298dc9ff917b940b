import { SnowflakeClient } from "../../../../cli/snowflake-client.ts";
import { quoted, quotedObject, quotedSchema } from "../../../../infra/names.ts";
import type { Platform, Table } from "../../../../infra/platform.ts";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { type AccountServer, startAccountServer } from "../../../../local/account/server.ts";
import { changedModels, deployedStatements } from "../../../../pipelines/operations/clone/changed.ts";
import { comparedModels, compareModels } from "../../../../pipelines/operations/clone/compare.ts";
import { cloneTables } from "../../../../pipelines/operations/clone/tables.ts";
import { crmPlatform } from "../support/crm-platform.ts";
import { platformStatements } from "../support/platform-sql.ts";

// A real account over the wire, without the engine: the tables of one prefix, cloned to another.
const quiet = { report: () => undefined };
const AT = "2026-03-02T00:00:00Z";
const ACCOUNT = "core.customer.account";

let server: AccountServer;
let client: SnowflakeClient;
const base: Platform = crmPlatform();
/** Stands for a compiled clone: what the functions read of one. */
const dev: Platform = {
  ...crmPlatform((text) => text.replace("config:\n", "config:\n  firn:prefix: DEVANN\n")),
  stack: "dev-ann",
  clone: { of: "local", at: AT, size: "XSMALL", credits: 10, started: false, prefix: "" },
};
const tableOf = (platform: Platform, logical: string): Table =>
  platform.tables.find((table) => table.logical === logical)!;

const insert = (id: string, day: string) =>
  `INSERT INTO ${quotedObject(tableOf(base, ACCOUNT))} (ACCOUNT_ID, IS_DELETED, MODIFIED_AT) VALUES ('${id}', FALSE, '${day}')`;

beforeAll(async () => {
  server = await startAccountServer({
    dataDir: ":memory:",
    adminUser: "ADMIN",
    adminPassword: "x",
    clock: new VirtualClock(Date.parse("2026-03-01T00:00:00Z")),
  });
  client = await SnowflakeClient.connect({
    accessUrl: server.url,
    account: "FIRN-LOCAL",
    username: "ADMIN",
    password: "x",
    role: "ACCOUNTADMIN",
  });
  for (const statement of platformStatements({ ...base, pipes: [], stages: [], integrations: [] }))
    await client.query(statement);
  await client.query(`USE WAREHOUSE ${quoted(base.warehouses[0]!.name)}`);
  for (const database of dev.databases) await client.query(`CREATE DATABASE ${quoted(database.name)}`);
  for (const schema of dev.schemas) await client.query(`CREATE SCHEMA ${quotedSchema(schema)}`);
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});

const count = async (table: Table) =>
  Number((await client.query(`SELECT COUNT(*) FROM ${quotedObject(table)}`)).rows[0]![0]);

test("tables are cloned as of one moment, whatever has changed since, and one that is there stays", async () => {
  await client.query(insert("before", "2026-03-01"));
  await client.query("CALL FIRN$ADVANCE_CLOCK('26 hours')");
  await client.query(insert("after", "2026-03-02"));
  const [account, lead] = [tableOf(dev, ACCOUNT), tableOf(dev, "core.customer.lead")];
  const first = await cloneTables(dev, base, [account], client, quiet);
  expect(first).toEqual({ there: new Set([account.key]), cloned: [ACCOUNT], left: [] });
  expect([await count(tableOf(base, ACCOUNT)), await count(account)]).toEqual([2, 1]);
  // What the developer changes is the clone's alone, and is there after a second run.
  await client.query(`DELETE FROM ${quotedObject(account)}`);
  const second = await cloneTables(dev, base, [account, lead], client, quiet);
  expect(second).toEqual({
    there: new Set([account.key, lead.key]),
    cloned: ["core.customer.lead"],
    left: [],
  });
  expect([await count(tableOf(base, ACCOUNT)), await count(account)]).toEqual([2, 0]);
});

describe("a clone's table beside the one that it was cloned from, as of then", () => {
  const model = (logical: string) => dev.models.find((one) => one.logical === logical)!;
  const compare = (examples = 3) => compareModels(dev, base, [model(ACCOUNT)], client, { examples }, quiet);
  const put = (id: string, values: Record<string, string>) =>
    client.query(
      `INSERT INTO ${quotedObject(tableOf(dev, ACCOUNT))} (ACCOUNT_ID, IS_DELETED, MODIFIED_AT${Object.keys(
        values,
      )
        .map((name) => `, ${name}`)
        .join("")}) VALUES ('${id}', FALSE, '2026-03-01'${Object.values(values)
        .map((value) => `, ${value}`)
        .join("")})`,
    );

  test("rows are matched by the key, NULLs are equal, and what differs is shown by column", async () => {
    expect(await compare()).toMatchObject([{ onlyHere: 0, onlyThere: 1, changed: 0, same: 0 }]);
    await put("before", {});
    await put("new", {});
    expect(await compare()).toMatchObject([{ onlyHere: 1, onlyThere: 0, changed: 0, same: 1, examples: [] }]);
    const table = quotedObject(tableOf(dev, ACCOUNT));
    await client.query(`UPDATE ${table} SET EMPLOYEES = 7 WHERE ACCOUNT_ID = 'before'`);
    const [compared] = await compare();
    expect(compared).toMatchObject({ onlyHere: 1, onlyThere: 0, changed: 1, same: 0 });
    expect(compared!.examples).toEqual([
      // The driver tells a number's NULL so where numbers are asked for as text.
      { key: { account_id: "before" }, values: { employees: { here: "7", there: "NULL" } } },
    ]);
    expect((await compare(0))[0]!.examples).toEqual([]);
  });

  test("a column that only one of them has is named, and the others are compared", async () => {
    const table = quotedObject(tableOf(dev, ACCOUNT));
    await client.query(`ALTER TABLE ${table} ADD COLUMN EXTRA NUMBER`);
    await client.query(`ALTER TABLE ${table} DROP COLUMN WEBSITE_DOMAIN`);
    expect(await compare()).toMatchObject([
      { columnsHere: ["extra"], columnsThere: ["website_domain"], changed: 1 },
    ]);
  });

  test("without names it is what changed and all that reads it, views seen through", () => {
    const logicals = (changed: string[]) => comparedModels(dev, [], changed).map((one) => one.logical);
    expect(logicals([])).toEqual([]);
    expect(logicals([ACCOUNT])).toEqual(
      expect.arrayContaining([ACCOUNT, "core.customer.account_domain", "mart.executive.accounts_by_type"]),
    );
    expect(logicals([ACCOUNT])).not.toContain("core.customer.lead");
    expect(() => comparedModels(dev, ["core.customer.nothing"], [])).toThrow(
      "core.customer.nothing is no model with a table",
    );
  });
});

test("what no ALTER would make of the other table is left, with the reason", async () => {
  const opportunity = tableOf(dev, "core.customer.opportunity");
  const [first, ...rest] = opportunity.columns;
  const added = { ...first!, name: "ADDED", nullable: true };
  const change = (columns: Table["columns"], logical = opportunity.logical): Table => ({
    ...opportunity,
    name: "SCRATCH",
    logical,
    columns,
  });
  const left = async (table: Table) =>
    (await cloneTables(dev, base, [table], client, quiet)).left[0]?.because;
  expect(await left(change([{ ...first!, type: "DATE" }, ...rest]))).toBe(
    `${first!.name} is DATE here and ${first!.type} in local`,
  );
  expect(await left(change([first!, ...rest, { ...added, nullable: false }]))).toBe(
    "local has no column ADDED, which must have a value",
  );
  expect(await left(change(opportunity.columns, "core.customer.nothing"))).toBe("local has no such table");
  // A column more that may be empty is added afterwards, one less is dropped.
  expect(await left(change([...rest, added]))).toBeUndefined();
});

test("a table that the other stack has only since then is left", async () => {
  const source = tableOf(base, "core.customer.account_domain");
  await client.query(
    `CREATE OR REPLACE TABLE ${quotedObject(source)} (${source.columns.map((c) => `${quoted(c.name)} ${c.type}`).join(", ")})`,
  );
  const { left } = await cloneTables(dev, base, [tableOf(dev, source.logical)], client, quiet);
  expect(left).toEqual([{ table: source.logical, because: "local has it since 2026-03-02T02:00:00Z only" }]);
});

test("past the other table's Time Travel the clone is refused, and what to do is said", async () => {
  await client.query("CALL FIRN$ADVANCE_CLOCK('3 days')");
  await expect(
    cloneTables(dev, base, [tableOf(dev, "core.customer.contact")], client, quiet),
  ).rejects.toMatchObject({
    message: expect.stringContaining(`core.customer.contact cannot be cloned as of ${AT}`),
    hint: expect.stringContaining("npx firn down --stack dev-ann"),
  });
});

describe("models that are not what filled their tables", () => {
  const tasks = (platform: Platform, change: (statement: string, model?: string) => string): Platform => ({
    ...platform,
    tasks: platform.tasks.map((task) => ({ ...task, statement: change(task.statement, task.model) })),
  });
  const changed = async (platform: Platform, basis: Platform, made: string[] = []) =>
    changedModels(
      platform,
      basis,
      {
        own: await deployedStatements(platform, client),
        base: await deployedStatements(base, client),
      },
      new Set(made),
    );

  test("are none where the working copy is what the other stack runs", async () => {
    expect(await changed(dev, base)).toEqual([]);
  });

  test("are those whose statement differs from the one that the other stack runs, or whose table is new", async () => {
    const edit = (statement: string, model?: string) =>
      model === ACCOUNT ? `${statement} -- changed` : statement;
    expect(await changed(tasks(dev, edit), tasks(base, edit), ["core.customer.lead"])).toEqual([
      ACCOUNT,
      "core.customer.lead",
    ]);
  });

  test("once the clone has tasks of its own, are those that differ from these", async () => {
    for (const statement of platformStatements({
      ...dev,
      databases: [],
      schemas: [],
      tables: dev.tables.filter((table) => ![ACCOUNT, "core.customer.lead"].includes(table.logical)),
      pipes: [],
      stages: [],
      integrations: [],
    }))
      await client.query(statement);
    expect(await changed(dev, base)).toEqual([]);
    const edit = (statement: string, model?: string) =>
      model === ACCOUNT ? `${statement} -- changed` : statement;
    expect(await changed(tasks(dev, edit), base)).toEqual([ACCOUNT]);
  });
});
