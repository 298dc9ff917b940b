import { declaredObjects } from "../../../infra/declared-objects.ts";
import type { Account } from "../../../pipelines/operations/account.ts";
import { takeInventory } from "../../../pipelines/operations/inventory/look-up.ts";
import { loadProject } from "../../infra/sample.ts";

const declared = declaredObjects(loadProject("local"));

/** Answers every SHOW with the rows of its kind; other kinds are empty. */
const account = (rows: Record<string, string[][]>): Account => ({
  query: async (sql) => {
    const kind = Object.keys(rows).find((one) => sql.startsWith(`SHOW ${one}`));
    const found = kind === undefined ? [] : rows[kind]!;
    const columns = ["name", "schema_name", "database_name"].slice(0, found[0]?.length ?? 1);
    if (kind === "SCHEMAS") columns[1] = "database_name";
    return { columns, rows: found };
  },
});

test("every declared object has the id under which the provider finds it", () => {
  expect(declared.length).toBeGreaterThan(50);
  // A webhook is made by a statement.
  const made = declared.filter((one) => one.type !== "snowflake:index/execute:Execute");
  for (const one of made) expect(one.id).toEqual(expect.any(String));
  expect(declared.find((one) => one.name === "RAW.SALESFORCE.ACCOUNT" && one.kind === "pipe")).toMatchObject({
    type: "snowflake:index/pipe:Pipe",
    key: "raw.salesforce.account",
    id: "RAW|SALESFORCE|ACCOUNT",
  });
});

test("what is there, what is missing and what nobody declared are told apart; Snowflake's own is left out", async () => {
  const { found, missing, foreign } = await takeInventory(
    declared,
    account({
      DATABASES: [["RAW"], ["SNOWFLAKE"], ["OLD"]],
      SCHEMAS: [
        ["SALESFORCE", "RAW"],
        ["INFORMATION_SCHEMA", "RAW"],
      ],
      TABLES: [["ACCOUNT", "SALESFORCE", "RAW"]],
      ROLES: [["ACCOUNTADMIN"], ["TRANSFORMER"], ["SOMEBODY"]],
    }),
  );
  expect(found.map((one) => `${one.kind} ${one.name}`)).toEqual([
    "database RAW",
    "schema RAW.SALESFORCE",
    "role TRANSFORMER",
    "table RAW.SALESFORCE.ACCOUNT",
  ]);
  expect(missing).toHaveLength(declared.length - 4);
  expect(foreign).toEqual({ database: ["OLD"], role: ["SOMEBODY"] });
});
