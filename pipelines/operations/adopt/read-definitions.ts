/** Objects of an account that nobody declares, as definitions by which the program takes them over as they are. */
import type {
  AdoptedDefinitions,
  AdoptedParameters,
  AdoptedPrivileges,
} from "../../../infra/adopted/definitions.ts";
import { WAREHOUSE_SIZES, type WarehouseSize } from "../../../infra/config/schema.ts";
import type { ObjectKind } from "../../../infra/declared-objects.ts";
import { quoted } from "../../../infra/names.ts";
import { type Account, type Running, records } from "../account.ts";

type Row = Record<string, unknown>;

/** What is taken over, in words for its report; every other kind is named there. */
export const ADOPTED_KINDS = [
  "warehouse",
  "resource monitor",
  "database",
  "schema",
  "role",
  "user",
] as const satisfies readonly ObjectKind[];

export interface AdoptableAccount {
  definitions: AdoptedDefinitions;
  /** What was met and is left as it is, each with the reason. */
  left: { what: string; because: string }[];
}

/** Roles that are Snowflake's own hand out too much to be declared as somebody's (policy no-account-admin). */
const ABOVE_ALL = new Set(["ACCOUNTADMIN", "ORGADMIN", "GLOBALORGADMIN"]);

/** `foreign`: what nobody declares, by kind, as an inventory tells it; `self`: the user that deploys. */
export async function readDefinitions(
  foreign: Partial<Record<ObjectKind, readonly string[]>>,
  self: string,
  account: Account,
  { report, signal }: Running,
): Promise<AdoptableAccount> {
  const left: AdoptableAccount["left"] = [];
  const wanted = (kind: ObjectKind): Set<string> => new Set(foreign[kind] ?? []);
  const show = async (kind: (typeof ADOPTED_KINDS)[number], sql: string): Promise<Row[]> => {
    signal?.throwIfAborted();
    if (wanted(kind).size === 0) return [];
    report({ detail: `reading ${kind}s` });
    return records(account, sql);
  };
  const own = async (scope: string, name: string): Promise<AdoptedParameters> =>
    parametersOf(await records(account, `SHOW PARAMETERS IN ${scope} ${name}`), scope);

  const definitions: AdoptedDefinitions = {
    warehouses: {},
    monitors: {},
    databases: {},
    schemas: {},
    roles: {},
    users: {},
  };
  for (const row of await show("warehouse", "SHOW WAREHOUSES")) {
    const name = text(row["name"]);
    if (!wanted("warehouse").has(name)) continue;
    const why = notPlain(row);
    if (why !== undefined) left.push({ what: `warehouse ${name}`, because: why });
    else
      definitions.warehouses[name] = {
        ...warehouseOf(row),
        parameters: await own("WAREHOUSE", quoted(name)),
      };
  }
  for (const row of await show("resource monitor", "SHOW RESOURCE MONITORS")) {
    const name = text(row["name"]);
    if (!wanted("resource monitor").has(name)) continue;
    if (text(row["level"]) === "ACCOUNT")
      left.push({
        what: `resource monitor ${name}`,
        because: "it guards the account: name it in firn:accountMonitor",
      });
    else definitions.monitors[name] = monitorOf(row);
  }
  for (const row of await show("database", "SHOW DATABASES")) {
    const name = text(row["name"]);
    if (!wanted("database").has(name)) continue;
    if (text(row["kind"]) !== "STANDARD")
      left.push({
        what: `database ${name}`,
        because: `it is of kind ${text(row["kind"])}: its provider keeps it`,
      });
    else
      definitions.databases[name] = {
        transient: text(row["options"]).includes("TRANSIENT"),
        parameters: await own("DATABASE", quoted(name)),
        ...commentOf(row),
      };
  }
  for (const row of await show("schema", "SHOW SCHEMAS IN ACCOUNT")) {
    const [database, name] = [text(row["database_name"]), text(row["name"])];
    if (!wanted("schema").has(`${database}.${name}`)) continue;
    if (wanted("database").has(database) && definitions.databases[database] === undefined) continue;
    definitions.schemas[database] ??= {};
    definitions.schemas[database][name] = {
      managedAccess: text(row["options"]).includes("MANAGED ACCESS"),
      transient: text(row["options"]).includes("TRANSIENT"),
      parameters: await own("SCHEMA", quoted(database, name)),
      ...commentOf(row),
    };
  }
  for (const row of await show("user", "SHOW USERS")) {
    const name = text(row["name"]);
    if (!wanted("user").has(name)) continue;
    if (name === self) left.push({ what: `user ${name}`, because: "the deployment itself logs in as it" });
    else definitions.users[name] = { ...userOf(row), parameters: await own("USER", quoted(name)) };
  }
  for (const row of await show("role", "SHOW ROLES")) {
    const name = text(row["name"]);
    if (!wanted("role").has(name)) continue;
    definitions.roles[name] = {
      grantedTo: await holdersOf(name, self, account),
      privileges: await privilegesOf(name, account, left),
      ...commentOf(row),
    };
  }
  for (const name of ABOVE_ALL) {
    const held = (await holders(name, account)).filter(
      (one) => one.name !== self && definitions.users[one.name],
    );
    for (const one of held)
      left.push({
        what: `${name} of ${one.name}`,
        because: "no declaration hands out the account's highest roles",
      });
  }
  return { definitions, left };
}

async function holders(role: string, account: Account): Promise<{ kind: string; name: string }[]> {
  try {
    const rows = await records(account, `SHOW GRANTS OF ROLE ${quoted(role)}`);
    return rows.map((row) => ({ kind: text(row["granted_to"]), name: text(row["grantee_name"]) }));
  } catch {
    // Not every account has every role of Snowflake's.
    return [];
  }
}

async function holdersOf(role: string, self: string, account: Account) {
  const all = await holders(role, account);
  const of = (kind: string) =>
    all
      .filter((one) => one.kind === kind)
      .map((one) => one.name)
      .sort();
  return { roles: of("ROLE"), users: of("USER").filter((name) => name !== self) };
}

const GRANTED_ON = ["warehouse", "database", "schema", "table", "view"] as const;

/** What a role may do; ownership stays with it. What cannot be declared alike is told. */
async function privilegesOf(
  role: string,
  account: Account,
  left: AdoptableAccount["left"],
): Promise<AdoptedPrivileges[]> {
  const found = new Map<string, AdoptedPrivileges>();
  for (const row of await records(account, `SHOW GRANTS TO ROLE ${quoted(role)}`)) {
    const [privilege, grantedOn, name] = [row["privilege"], row["granted_on"], row["name"]].map(text);
    if (privilege === "OWNERSHIP" || grantedOn === "ROLE") continue;
    const on = GRANTED_ON.find((kind) => kind === grantedOn!.toLowerCase());
    const object = identifierParts(name!);
    const why =
      on === undefined
        ? "privileges on its kind are not taken over"
        : is(row["grant_option"])
          ? "it may be granted on"
          : object[0] === "SNOWFLAKE"
            ? "it is a share of Snowflake's"
            : undefined;
    if (why !== undefined || on === undefined) {
      left.push({ what: `${privilege} on ${grantedOn!.toLowerCase()} ${name} of ${role}`, because: why! });
      continue;
    }
    const key = `${on} ${name}`;
    const known = found.get(key) ?? { on, object, privileges: [] };
    found.set(key, { ...known, privileges: [...known.privileges, privilege!].sort() });
  }
  return [...found.values()];
}

/** `LEGACY."a.b"` → `LEGACY`, `a.b`. */
export function identifierParts(name: string): string[] {
  const parts: string[] = [];
  let part = "";
  let inQuotes = false;
  for (let at = 0; at < name.length; at++) {
    const character = name[at]!;
    if (character === '"' && inQuotes && name[at + 1] === '"') part += name[++at]!;
    else if (character === '"') inQuotes = !inQuotes;
    else if (character === "." && !inQuotes) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part];
}

const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
const given = (value: unknown): string | undefined => {
  const plain = text(value);
  return plain === "" || plain === "null" ? undefined : plain;
};
const is = (value: unknown): boolean => /^(true|y|yes|on)$/i.test(text(value));
const commentOf = (row: Row) =>
  given(row["comment"]) === undefined ? {} : { comment: text(row["comment"]) };

/** Why a warehouse cannot be declared as the others are. */
function notPlain(row: Row): string | undefined {
  const type = text(row["type"]);
  if (type !== "STANDARD") return `it is of type ${type}`;
  return sizeOf(row["size"]) === undefined ? `its size ${text(row["size"])} is not known here` : undefined;
}

/** `X-Small` and `2X-Large` as CREATE WAREHOUSE takes them. */
function sizeOf(value: unknown): WarehouseSize | undefined {
  const plain = text(value)
    .toUpperCase()
    .replace("-", "")
    .replace("2XLARGE", "XXLARGE")
    .replace("3XLARGE", "XXXLARGE");
  const size = plain.replace(/^([456])XLARGE$/, "X$1LARGE");
  return WAREHOUSE_SIZES.find((one) => one === size);
}

function warehouseOf(row: Row): Omit<AdoptedDefinitions["warehouses"][string], "parameters"> {
  const accelerates = is(row["enable_query_acceleration"]);
  return {
    size: sizeOf(row["size"])!,
    autoSuspend: Number(row["auto_suspend"] ?? 0),
    autoResume: is(row["auto_resume"]),
    minClusters: Number(row["min_cluster_count"] ?? 1),
    maxClusters: Number(row["max_cluster_count"] ?? 1),
    scalingPolicy: text(row["scaling_policy"]) === "ECONOMY" ? "ECONOMY" : "STANDARD",
    ...(accelerates
      ? { queryAcceleration: { maxScaleFactor: Number(row["query_acceleration_max_scale_factor"]) } }
      : {}),
    ...(given(row["resource_monitor"]) === undefined ? {} : { monitor: text(row["resource_monitor"]) }),
    ...commentOf(row),
  };
}

/** `50%,75%` → [50, 75]. */
const percentages = (value: unknown): number[] =>
  (given(value) ?? "")
    .split(",")
    .map((one) => Number.parseInt(one, 10))
    .filter((one) => one > 0);

function monitorOf(row: Row): AdoptedDefinitions["monitors"][string] {
  const [suspend] = percentages(row["suspend_at"]);
  const [suspendImmediate] = percentages(row["suspend_immediately_at"]);
  return {
    credits: Number(row["credit_quota"]),
    frequency: text(row["frequency"]) as AdoptedDefinitions["monitors"][string]["frequency"],
    notify: percentages(row["notify_at"]),
    ...(suspend === undefined ? {} : { suspend }),
    ...(suspendImmediate === undefined ? {} : { suspendImmediate }),
  };
}

/** Names, addresses and keys of people stay on the account: the program neither holds nor changes them. */
function userOf(row: Row): Omit<AdoptedDefinitions["users"][string], "parameters"> {
  const type = given(row["type"]) ?? "PERSON";
  const kept = {
    defaultRole: "default_role",
    defaultWarehouse: "default_warehouse",
    defaultNamespace: "default_namespace",
  };
  return {
    type: type as AdoptedDefinitions["users"][string]["type"],
    disabled: is(row["disabled"]),
    ...Object.fromEntries(
      Object.entries(kept).flatMap(([key, column]) =>
        given(row[column]) === undefined ? [] : [[key, text(row[column])]],
      ),
    ),
    ...commentOf(row),
  };
}

/** Parameters set on the object itself: those that it inherits have another level. */
function parametersOf(rows: readonly Row[], scope: string): AdoptedParameters {
  return Object.fromEntries(
    rows
      .filter((row) => text(row["level"]) === scope)
      .map((row) => [text(row["key"]), typed(text(row["value"]), text(row["type"]))]),
  );
}

const typed = (value: string, type: string): string | number | boolean =>
  type === "BOOLEAN" ? value.toLowerCase() === "true" : type === "NUMBER" ? Number(value) : value;
