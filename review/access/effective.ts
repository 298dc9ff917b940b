import type { Grant, GrantTarget, ObjectName, Platform } from "../../infra/platform.ts";
import { type ColumnSight, sightOf } from "./columns.ts";

/** Why a principal has a privilege: the roles on the way and the grant at its end. */
export interface Path {
  roles: string[];
  grant: string;
}

/** What a principal can do to one thing, after inheritance, future grants and ownership. */
export interface EffectiveAccess {
  principal: string;
  principalKind: "role" | "user" | "public";
  /** `table MART.SALES.KPI`, `warehouse REPORTING`, `account`. */
  object: string;
  objectKind: string;
  /** Privileges with the shortest way to each. */
  privileges: Record<string, Path>;
  /** Columns it can read, for tables and views where it has SELECT or OWNERSHIP. */
  columns: Record<string, ColumnSight>;
  /** Of what is behind a row access policy: the values whose rows it sees. Absent where it sees all rows. */
  rows?: string[];
}

const READS = new Set(["SELECT", "OWNERSHIP", "ALL", "ALL PRIVILEGES"]);
const OBJECT_LISTS = ["tables", "views", "pipes", "streams", "tasks", "stages"] as const;

interface SchemaObject {
  kind: string;
  futureKind: string;
  name: string;
  database: string;
  schema: string;
  logical?: string;
}

/** Effective privileges of functional roles, service users and PUBLIC. System roles inherit them and are left out. */
export function effectiveAccess(platform: Platform): EffectiveAccess[] {
  const parents = inheritance(platform);
  const grantsByRole = Map.groupBy(platform.grants, (grant) => grant.role);
  const sight = sightOf(platform);
  const rows = rowsOf(platform);
  const objects = schemaObjects(platform);
  const owned = ownedByRole(platform);
  const byPlace = Map.groupBy(objects, (object) => `${object.database}.${object.schema}`);
  return principals(platform).flatMap(({ name, kind, roles }) => {
    const held = heldRoles(roles, parents);
    const found = new Map<string, EffectiveAccess>();
    const give = (objectKind: string, object: string, privilege: string, path: Path): EffectiveAccess => {
      const id = objectKind === "account" ? "account" : `${objectKind} ${object}`;
      const known = found.get(id) ?? {
        principal: name,
        principalKind: kind,
        object: id,
        objectKind,
        privileges: {},
        columns: {},
      };
      const shortest = known.privileges[privilege];
      if (!shortest || path.roles.length < shortest.roles.length) known.privileges[privilege] = path;
      found.set(id, known);
      return known;
    };
    const usable = usableSchemas(held, grantsByRole);
    for (const [role, way] of held)
      for (const grant of grantsByRole.get(role) ?? [])
        for (const privilege of grant.privileges) {
          const path = { roles: way, grant: grant.key };
          for (const target of targetsOf(grant, byPlace)) {
            if (target.place && !usable.has(target.place)) continue;
            const access = give(target.kind, target.name, privilege, path);
            if (target.logical && READS.has(privilege))
              Object.assign(access, {
                columns: sight(target.logical, [...held.keys()]),
                ...rows(target.logical, held),
              });
          }
        }
    for (const [role, way] of held)
      for (const object of owned.get(role) ?? [])
        give(object.kind, full(object), "OWNERSHIP", { roles: way, grant: `made by ${role}` });
    return [...found.values()];
  });
}

/** A function that says which rows someone with the given roles sees of a table or view. */
function rowsOf(platform: Platform): (logical: string, held: Map<string, string[]>) => { rows?: string[] } {
  const named = (name: ObjectName) => `${name.database}.${name.schema}.${name.name}`;
  const policies = new Map(platform.governance.rowPolicies.map((policy) => [named(policy), policy]));
  const behind = new Map(
    platform.views.flatMap(({ logical, rowAccess }) =>
      rowAccess ? [[logical, rowAccess.policy] as const] : [],
    ),
  );
  return (logical, held) => {
    const name = behind.get(logical);
    const policy = name && policies.get(named(name));
    if (!policy || policy.all.some((role) => held.has(role))) return {};
    return { rows: policy.own.filter(({ role }) => held.has(role)).map(({ value }) => value) };
  };
}

/** Who makes a thing owns it: pipes are made as the loader, streams and tasks as the transformer. Everything else is made by system roles. */
function ownedByRole(platform: Platform): Map<string, SchemaObject[]> {
  const makers = {
    pipe: platform.automation.loader,
    stream: platform.automation.transformer,
    task: platform.automation.transformer,
  };
  return Map.groupBy(
    schemaObjects(platform).filter((object) => object.kind in makers),
    (object) => makers[object.kind as keyof typeof makers] ?? "",
  );
}

/** Roles that a role holds by being granted them: parent → granted roles. */
function inheritance(platform: Platform): Map<string, string[]> {
  const granted = new Map<string, string[]>();
  for (const grant of platform.roleGrants)
    if ("role" in grant.to) granted.set(grant.to.role, [...(granted.get(grant.to.role) ?? []), grant.role]);
  return granted;
}

/** Every role reached from the given ones, with the shortest way to it. Cycles end. */
function heldRoles(roles: string[], granted: Map<string, string[]>): Map<string, string[]> {
  const held = new Map(roles.map((role) => [role, [role]]));
  const queue = [...roles];
  for (let role = queue.shift(); role !== undefined; role = queue.shift())
    for (const inner of granted.get(role) ?? [])
      if (!held.has(inner)) {
        held.set(inner, [...(held.get(role) ?? []), inner]);
        queue.push(inner);
      }
  return held;
}

function principals(
  platform: Platform,
): { name: string; kind: EffectiveAccess["principalKind"]; roles: string[] }[] {
  const toUser = Map.groupBy(
    platform.roleGrants.filter((grant) => "user" in grant.to),
    (grant) => ("user" in grant.to ? grant.to.user : ""),
  );
  return [
    ...platform.roles
      .filter((role) => role.kind === "functional")
      .map((role) => ({ name: role.name, kind: "role" as const, roles: [role.name, "PUBLIC"] })),
    ...[...toUser].map(([user, grants]) => ({
      name: user,
      kind: "user" as const,
      roles: [...grants.map((grant) => grant.role), "PUBLIC"],
    })),
    { name: "PUBLIC", kind: "public" as const, roles: ["PUBLIC"] },
  ];
}

/** A table can be used only with some privilege on its database and on its schema. */
function usableSchemas(held: Map<string, string[]>, grantsByRole: Map<string, Grant[]>): Set<string> {
  const databases = new Set<string>();
  const schemas = new Set<string>();
  for (const role of held.keys())
    for (const { target } of grantsByRole.get(role) ?? []) {
      if (target.on === "database") databases.add(target.name);
      if (target.on === "schema") schemas.add(`${target.schema.database}.${target.schema.schema}`);
    }
  return new Set([...schemas].filter((schema) => databases.has(schema.slice(0, schema.indexOf(".")))));
}

interface Target {
  kind: string;
  name: string;
  /** The schema that must be usable for the privilege to count. */
  place?: string;
  logical?: string;
}

function targetsOf(grant: Grant, byPlace: Map<string, SchemaObject[]>): Target[] {
  const target: GrantTarget = grant.target;
  switch (target.on) {
    case "account":
      return [{ kind: "account", name: "account" }];
    case "database":
    case "warehouse":
    case "integration":
      return [{ kind: target.on, name: target.name }];
    case "schema":
      return [{ kind: "schema", name: `${target.schema.database}.${target.schema.schema}` }];
    case "future": {
      const place = `${target.schema.database}.${target.schema.schema}`;
      return [
        { kind: `future ${target.objects.toLowerCase()} in`, name: place, place },
        ...(byPlace.get(place) ?? [])
          .filter((object) => object.futureKind === target.objects)
          .map((object) => ({ kind: object.kind, name: full(object), place, logical: object.logical })),
      ];
    }
    case "table":
    case "view":
    case "stage":
    case "file format":
    case "tag":
    case "row access policy": {
      const place = `${target.object.database}.${target.object.schema}`;
      const named = byPlace
        .get(place)
        ?.find((object) => object.kind === target.on && object.name === target.object.name);
      return [{ kind: target.on, name: full(target.object), place, logical: named?.logical }];
    }
    default:
      return [{ kind: String((target as { on: string }).on), name: JSON.stringify(target) }];
  }
}

function schemaObjects(platform: Platform): SchemaObject[] {
  return OBJECT_LISTS.flatMap((list) =>
    platform[list].map((object) => ({
      kind: list.slice(0, -1),
      futureKind: list.toUpperCase(),
      name: object.name,
      database: object.database,
      schema: object.schema,
      logical: "logical" in object ? object.logical : undefined,
    })),
  );
}

const full = (object: { database: string; schema: string; name: string }): string =>
  `${object.database}.${object.schema}.${object.name}`;
