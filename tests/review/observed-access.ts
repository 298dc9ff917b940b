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
    ...governance.rowPolicies.map(
      (each) =>
        `CREATE ROW ACCESS POLICY ${quotedObject(each)} AS (${each.argument.name} ${each.argument.type}) RETURNS BOOLEAN -> ${each.body}`,
    ),
    ...platform.views.map(
      (each) =>
        `CREATE ${each.secure === true ? "SECURE " : ""}VIEW ${quotedObject(each)}${
          each.rowAccess === undefined
            ? ""
            : ` WITH ROW ACCESS POLICY ${quotedObject(each.rowAccess.policy)} ON (${each.rowAccess.on.map(one).join(", ")})`
        } AS ${each.statement}`,
    ),
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
  /** Of what is behind a row access policy: the values of its column whose rows are seen. */
  rows?: string[];
}

/** `table MART.SALES.KPI`, as reviews name it. */
export const objectName = (relation: Table | View): string =>
  `${"statement" in relation ? "view" : "table"} ${relation.database}.${relation.schema}.${relation.name}`;

/** All rows of each relation as the session's role sees them, by the relation's name. */
export async function allRows(
  account: WholeAccount,
  relations: readonly (Table | View)[],
): Promise<Map<string, unknown[][]>> {
  const rows = new Map<string, unknown[][]>();
  for (const relation of relations)
    rows.set(objectName(relation), await account.rows(`SELECT * FROM ${quotedObject(relation)}`));
  return rows;
}

/** Where the column stands that a row access policy looks at; -1 where there is none. */
const policyColumn = (relation: Table | View): number =>
  relation.columns.findIndex(
    (column) => "rowAccess" in relation && relation.rowAccess?.on[0] === column.name,
  );

/** What is expected to be seen: what is told, as far as there are rows and values that could show it. */
export function visible(told: Observed, relation: Table | View, clear: readonly unknown[][]): Observed {
  const at = policyColumn(relation);
  const present = [...new Set(clear.map((row) => String(row[at])))].sort();
  const rows =
    at < 0
      ? undefined
      : told.rows === undefined
        ? present
        : present.filter((one) => told.rows!.includes(one));
  const first = at < 0 ? clear[0] : clear.find((row) => rows!.includes(String(row[at])));
  return {
    privileges: told.privileges,
    columns: Object.fromEntries(
      Object.entries(told.columns).filter(
        ([name]) => first?.[relation.columns.findIndex((column) => column.name === name)] != null,
      ),
    ),
    ...(rows === undefined || !told.privileges.includes("SELECT") ? {} : { rows }),
  };
}

/** What the session's role may do to a relation. `clear` are its rows in clear text. */
export async function observe(
  account: WholeAccount,
  relation: Table | View,
  clear: readonly unknown[][],
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
    const at = policyColumn(relation);
    if (at >= 0) observed.rows = [...new Set(read.rows.map((row) => String(row[at])))].sort();
    const [first] = read.rows;
    const same = at < 0 ? clear[0] : clear.find((row) => row[at] === first?.[at]);
    for (const [index, column] of relation.columns.entries())
      if (first !== undefined && same?.[index] != null)
        observed.columns[column.name] = first[index] === same[index] ? "clear" : "masked";
  }
  if ("statement" in relation) return observed;
  const first = one(relation.columns[0]!.name);
  if (await allowed(`INSERT INTO ${name} (${first}) SELECT NULL WHERE FALSE`))
    observed.privileges.push("INSERT");
  if (await allowed(`DELETE FROM ${name} WHERE FALSE`)) observed.privileges.push("DELETE");
  observed.privileges.sort();
  return observed;
}
