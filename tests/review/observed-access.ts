/** A platform's statements, as its resources would make it, and what a role then gets to see of it on the local account. */
import { quoted, quotedObject, quotedSchema } from "../../infra/names.ts";
import type { Grant, Platform, Table, View } from "../../infra/platform.ts";
import type { WholeAccount } from "../local/account/commands/whole-account.ts";

export type Part = Pick<
  Platform,
  "databases" | "schemas" | "roles" | "roleGrants" | "grants" | "governance" | "tables" | "views"
>;

const one = (name: string): string => quoted(name);

/** Everything but users, warehouses and pipelines; each table with one row in which no value is NULL. */
export function statementsOf(platform: Part): string[] {
  const { governance } = platform;
  const onObject = (grant: Grant) => "object" in grant.target;
  return [
    ...platform.databases.map((each) => `CREATE DATABASE ${one(each.name)}`),
    ...platform.schemas.map((each) => `CREATE SCHEMA ${quotedSchema(each)} WITH MANAGED ACCESS`),
    ...platform.roles.map((each) => `CREATE ROLE ${one(each.name)}`),
    ...platform.roleGrants.flatMap(({ role, to }) =>
      "role" in to ? [`GRANT ROLE ${one(role)} TO ROLE ${one(to.role)}`] : [],
    ),
    ...platform.grants.filter((grant) => !onObject(grant)).flatMap(grantOf),
    ...governance.masks.map(
      (each) =>
        `CREATE MASKING POLICY ${quotedObject(each)} AS (VAL ${each.type}) RETURNS ${each.type} -> ${each.body}`,
    ),
    ...governance.tags.flatMap((each) => [
      `CREATE TAG ${quotedObject(each)} ALLOWED_VALUES ${each.allowedValues.map((value) => `'${value}'`).join(", ")}`,
      `ALTER TAG ${quotedObject(each)} SET ${each.masks.map((mask) => `MASKING POLICY ${quotedObject(mask)}`).join(", ")}`,
    ]),
    ...platform.tables.map(
      (each) =>
        `CREATE TABLE ${quotedObject(each)} (${each.columns.map((column) => `${one(column.name)} ${column.type}`).join(", ")})`,
    ),
    ...platform.tables.map(
      (each) =>
        `INSERT INTO ${quotedObject(each)} SELECT ${each.columns.map((column) => exampleOf(column.type)).join(", ")}`,
    ),
    ...platform.views.map((each) => `CREATE VIEW ${quotedObject(each)} AS ${each.statement}`),
    ...governance.associations.flatMap((each) =>
      each.objects.map((parts) =>
        each.on === "schema"
          ? `ALTER SCHEMA ${quoted(...parts)} SET TAG ${quotedObject(each.tag)} = '${each.value}'`
          : `ALTER TABLE ${quoted(...parts.slice(0, 3))} ALTER COLUMN ${quoted(parts[3]!)} SET TAG ${quotedObject(each.tag)} = '${each.value}'`,
      ),
    ),
    ...platform.grants.filter(onObject).flatMap(grantOf),
  ];
}

/** Those on objects that are made here; warehouses, integrations and stages are not. */
function grantOf({ role, privileges, target }: Grant): string[] {
  const on = (what: string) => [`GRANT ${privileges.join(", ")} ON ${what} TO ROLE ${one(role)}`];
  switch (target.on) {
    case "account":
      return on("ACCOUNT");
    case "database":
      return on(`DATABASE ${one(target.name)}`);
    case "schema":
      return on(`SCHEMA ${quotedSchema(target.schema)}`);
    case "future":
      return on(`FUTURE ${target.objects} IN SCHEMA ${quotedSchema(target.schema)}`);
    case "table":
    case "view":
    case "tag":
    case "row access policy":
      return on(`${target.on.toUpperCase()} ${quotedObject(target.object)}`);
    default:
      return [];
  }
}

function exampleOf(type: string): string {
  switch (type.split("(", 1)[0]) {
    case "VARCHAR":
      return "'ada@example.com'";
    case "VARIANT":
      return `PARSE_JSON('{"Email": "ada@example.com"}')`;
    case "NUMBER":
      return "7";
    case "FLOAT":
      return "7.5";
    case "BOOLEAN":
      return "TRUE";
    case "DATE":
      return "'2026-01-02'::DATE";
    default:
      return `'2026-01-02 03:04:05'::${type}`;
  }
}

/** The privileges that the role turned out to have, and for each column that it reads whether it sees the value. */
export interface Observed {
  privileges: string[];
  /** Without columns that hold no value at all. */
  columns: Record<string, "clear" | "masked">;
}

/** `table MART.SALES.KPI`, as reviews name it. */
export const objectName = (relation: Table | View): string =>
  `${"statement" in relation ? "view" : "table"} ${relation.database}.${relation.schema}.${relation.name}`;

/** The first row of each relation as the session's role sees it, by the relation's name. */
export async function firstRows(
  account: WholeAccount,
  relations: readonly (Table | View)[],
): Promise<Map<string, unknown[]>> {
  const rows = new Map<string, unknown[]>();
  for (const relation of relations)
    rows.set(objectName(relation), (await account.rows(`SELECT * FROM ${quotedObject(relation)}`))[0] ?? []);
  return rows;
}

/** What the session's role may do to a relation. `clear` is its first row in clear text. */
export async function observe(
  account: WholeAccount,
  relation: Table | View,
  clear: readonly unknown[],
): Promise<Observed> {
  const name = quotedObject(relation);
  const allowed = async (statement: string) => {
    try {
      return { rows: await account.rows(statement) };
    } catch {
      return undefined;
    }
  };
  const observed: Observed = { privileges: [], columns: {} };
  const read = await allowed(`SELECT * FROM ${name}`);
  if (read !== undefined) {
    observed.privileges.push("SELECT");
    for (const [index, column] of relation.columns.entries())
      if ((clear[index] ?? null) !== null)
        observed.columns[column.name] = read.rows[0]?.[index] === clear[index] ? "clear" : "masked";
  }
  if ("statement" in relation) return observed;
  const first = one(relation.columns[0]!.name);
  if (await allowed(`INSERT INTO ${name} (${first}) SELECT NULL WHERE FALSE`))
    observed.privileges.push("INSERT");
  if (await allowed(`DELETE FROM ${name} WHERE FALSE`)) observed.privileges.push("DELETE");
  observed.privileges.sort();
  return observed;
}
