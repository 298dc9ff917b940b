/** What an account holds, beside what the program declares. */
import type { DeclaredObject, ObjectKind } from "../../../infra/declared-objects.ts";
import { type Account, records } from "../account.ts";

/** How the account lists a kind, and which columns of its answer make the name. */
const LISTINGS: Record<ObjectKind, { show: string; name: readonly string[] }> = {
  database: { show: "SHOW DATABASES", name: ["name"] },
  schema: { show: "SHOW SCHEMAS IN ACCOUNT", name: ["database_name", "name"] },
  warehouse: { show: "SHOW WAREHOUSES", name: ["name"] },
  "resource monitor": { show: "SHOW RESOURCE MONITORS", name: ["name"] },
  role: { show: "SHOW ROLES", name: ["name"] },
  user: { show: "SHOW USERS", name: ["name"] },
  integration: { show: "SHOW STORAGE INTEGRATIONS", name: ["name"] },
  "network rule": { show: "SHOW NETWORK RULES IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  "network policy": { show: "SHOW NETWORK POLICIES", name: ["name"] },
  "masking policy": {
    show: "SHOW MASKING POLICIES IN ACCOUNT",
    name: ["database_name", "schema_name", "name"],
  },
  "row access policy": {
    show: "SHOW ROW ACCESS POLICIES IN ACCOUNT",
    name: ["database_name", "schema_name", "name"],
  },
  "notification integration": { show: "SHOW NOTIFICATION INTEGRATIONS", name: ["name"] },
  secret: { show: "SHOW SECRETS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  tag: { show: "SHOW TAGS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  "file format": { show: "SHOW FILE FORMATS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  stage: { show: "SHOW STAGES IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  table: { show: "SHOW TABLES IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  view: { show: "SHOW VIEWS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  pipe: { show: "SHOW PIPES IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  stream: { show: "SHOW STREAMS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  task: { show: "SHOW TASKS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
  alert: { show: "SHOW ALERTS IN ACCOUNT", name: ["database_name", "schema_name", "name"] },
};

export interface AccountInventory {
  found: DeclaredObject[];
  missing: DeclaredObject[];
  /** Everything that is there, by kind; names with dots. */
  there: ReadonlyMap<ObjectKind, ReadonlySet<string>>;
  /** What the account holds and the program does not declare, by kind. */
  foreign: Partial<Record<ObjectKind, string[]>>;
}

const SYSTEM_ROLES = new Set([
  "ACCOUNTADMIN",
  "GLOBALORGADMIN",
  "ORGADMIN",
  "PUBLIC",
  "SECURITYADMIN",
  "SYSADMIN",
  "USERADMIN",
]);
const SHARED_DATABASES = new Set(["SNOWFLAKE", "SNOWFLAKE_SAMPLE_DATA"]);

const ACCOUNT_KINDS = new Set<ObjectKind>([
  "warehouse",
  "resource monitor",
  "integration",
  "network policy",
  "notification integration",
]);

/** What every account has by itself. */
function isSnowflakesOwn(kind: ObjectKind, name: string): boolean {
  const [database, schema] = name.split(".");
  if (kind === "role") return SYSTEM_ROLES.has(name);
  if (kind === "user") return name === "SNOWFLAKE";
  if (ACCOUNT_KINDS.has(kind)) return false;
  return SHARED_DATABASES.has(database!) || schema === "INFORMATION_SCHEMA";
}

export async function takeInventory(
  declared: readonly DeclaredObject[],
  account: Account,
): Promise<AccountInventory> {
  const there = new Map<ObjectKind, Set<string>>();
  const inventory: AccountInventory = { found: [], missing: [], there, foreign: {} };
  for (const [kind, listing] of Object.entries(LISTINGS) as [
    ObjectKind,
    { show: string; name: string[] },
  ][]) {
    const rows = await records(account, listing.show);
    there.set(kind, new Set(rows.map((row) => listing.name.map((column) => String(row[column])).join("."))));
  }
  for (const one of declared) {
    const exists = there.get(one.kind)!.has(one.name);
    (exists ? inventory.found : inventory.missing).push(one);
  }
  for (const [kind, names] of there) {
    const own = new Set(declared.filter((one) => one.kind === kind).map((one) => one.name));
    const foreign = [...names].filter((name) => !own.has(name) && !isSnowflakesOwn(kind, name)).sort();
    if (foreign.length > 0) inventory.foreign[kind] = foreign;
  }
  return inventory;
}
