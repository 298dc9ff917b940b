/**
 * What of a preview's creations is on the account already, and under which id. Objects are looked up in the inventory,
 * grants on the account itself; AWS's and Kafka's parts are asked for by the engine, which says what it does not find.
 */
import { adoptionId } from "../../../infra/adoption-ids.ts";
import type { ObjectKind } from "../../../infra/declared-objects.ts";
import { quoted } from "../../../infra/names.ts";
import type { Platform } from "../../../infra/platform.ts";
import { type Account, type Running, records } from "../account.ts";
import type { AccountInventory } from "../inventory/look-up.ts";
import type { PlannedResource } from "./import-file.ts";

/** Stands in a preview for what is known only after it. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface OnAccount {
  /** Ids for `pulumi import`, by URN. */
  ids: Map<string, string>;
  /** What an import cannot bring and what is in effect all the same: ids that the provider would give. */
  inEffect: Map<string, string>;
}

export async function findOnAccount(
  planned: readonly PlannedResource[],
  platform: Platform,
  inventory: AccountInventory,
  account: Account,
  uuid: () => string,
  { report, signal }: Running,
): Promise<OnAccount> {
  const found: OnAccount = { ids: new Map(), inEffect: new Map() };
  const objects = new Map(inventory.found.map((one) => [`${one.type} ${one.id}`, one]));
  const declared = new Set([...inventory.found, ...inventory.missing].map((one) => one.type));
  const held = new Map<string, Set<string>>();
  const exists = (kind: ObjectKind, name: string): boolean => inventory.there.get(kind)?.has(name) === true;
  for (const resource of planned) {
    if (resource.op !== "create" || !resource.custom || resource.type.startsWith("pulumi:")) continue;
    signal?.throwIfAborted();
    const { urn, type, inputs } = resource;
    if (type === EXECUTE) {
      if (await isInEffect(resource, platform, exists, account)) found.inEffect.set(urn, uuid());
      continue;
    }
    const id = adoptionId(type, inputs);
    if (id === undefined || id.includes(UNKNOWN)) continue;
    if (type === TAGS) {
      if (exists("tag", plain(String(inputs["tagId"])))) found.inEffect.set(urn, id);
    } else if (type === MEMBERSHIP) {
      report({ detail: "reading who holds which role" });
      if (await isHeld(inputs, exists, held, account)) found.ids.set(urn, id);
    } else if (type === PRIVILEGES) {
      if (isRole(String(inputs["accountRoleName"]), exists) && targetExists(inputs, exists))
        found.ids.set(urn, id);
    } else if (declared.has(type)) {
      if (objects.has(`${type} ${id}`)) found.ids.set(urn, id);
    } else if (!type.startsWith("snowflake:")) found.ids.set(urn, id);
  }
  return found;
}

const EXECUTE = "snowflake:index/execute:Execute";
const TAGS = "snowflake:index/tagAssociation:TagAssociation";
const MEMBERSHIP = "snowflake:index/grantAccountRole:GrantAccountRole";
const PRIVILEGES = "snowflake:index/grantPrivilegesToAccountRole:GrantPrivilegesToAccountRole";

type Exists = (kind: ObjectKind, name: string) => boolean;

/** `"A"."B"` → `A.B`, as the inventory has names. */
const plain = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('"."', ".").replaceAll('""', '"') : name;

const SYSTEM_ROLES = new Set(["ACCOUNTADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN", "USERADMIN"]);
const isRole = (name: string, exists: Exists): boolean => SYSTEM_ROLES.has(name) || exists("role", name);

async function isHeld(
  inputs: Record<string, unknown>,
  exists: Exists,
  held: Map<string, Set<string>>,
  account: Account,
): Promise<boolean> {
  const role = String(inputs["roleName"]);
  if (!isRole(role, exists)) return false;
  let holders = held.get(role);
  if (holders === undefined) {
    const rows = await records(account, `SHOW GRANTS OF ROLE ${quoted(role)}`);
    holders = new Set(rows.map((row) => `${row["granted_to"]} ${row["grantee_name"]}`));
    held.set(role, holders);
  }
  const user = inputs["userName"];
  return holders.has(user === undefined ? `ROLE ${inputs["parentRoleName"]}` : `USER ${user}`);
}

/** A privilege that is not granted on what is there is found by the preview after the import. */
function targetExists(inputs: Record<string, unknown>, exists: Exists): boolean {
  const of = (key: string, from: Record<string, unknown> = inputs) =>
    from[key] as Record<string, unknown> | undefined;
  const onObject = of("onAccountObject");
  if (onObject !== undefined) {
    const name = plain(String(onObject["objectName"]));
    const kind = String(onObject["objectType"]).toLowerCase() as ObjectKind;
    return exists(kind, name) || (String(kind) === "integration" && exists("notification integration", name));
  }
  const onSchema = of("onSchema");
  if (onSchema !== undefined) return exists("schema", plain(String(onSchema["schemaName"])));
  const inSchema = of("onSchemaObject");
  if (inSchema === undefined) return inputs["onAccount"] === true;
  const future = of("future", inSchema);
  if (future !== undefined) return exists("schema", plain(String(future["inSchema"])));
  return exists(
    String(inSchema["objectType"]).toLowerCase() as ObjectKind,
    plain(String(inSchema["objectName"])),
  );
}

/** Statements that the program runs where the provider has no resource. */
async function isInEffect(
  { urn }: PlannedResource,
  { monitors, notifications, pauses }: Platform,
  exists: Exists,
  account: Account,
): Promise<boolean> {
  const key = urn.split("::").slice(3).join("::");
  const webhook = notifications.find((one) => one.key === key);
  if (webhook !== undefined) return exists("notification integration", webhook.name);
  const guard = monitors.find((monitor) => monitor.account);
  if (key === "account-monitor" && guard !== undefined) {
    const rows = await records(account, "SHOW RESOURCE MONITORS");
    return rows.some((row) => row["name"] === guard.name && row["level"] === "ACCOUNT");
  }
  const paused = pauses.find((pause) => pause.key === key)?.pipe;
  if (paused === undefined || !exists("pipe", `${paused.database}.${paused.schema}.${paused.name}`))
    return false;
  const [status] = (
    await account.query(`SELECT SYSTEM$PIPE_STATUS('${quoted(paused.database, paused.schema, paused.name)}')`)
  ).rows;
  return (JSON.parse(String(status?.[0])) as { executionState?: string }).executionState === "PAUSED";
}
