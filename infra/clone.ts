/**
 * A stack's platform as a developer's clone of another: the tables, views, streams, tasks and roles of its own names, and
 * nothing that brings data in or sends them out. Personal data stay as hidden as they are in the other stack, whose tag
 * and policies hold here too: clones of tables keep them. Sources: "Cloning considerations", "Object Tagging".
 */
import { FirnError } from "./errors.ts";
import { quotedSchema, type SchemaName } from "./names.ts";
import type { Grant, Landing, Platform } from "./platform.ts";

/** What a clone has no use for: it loads nothing, and who sees personal data is the other stack's matter. */
const LEFT_OUT = ["loader", "personal_read", "pii_reader"];

/** `clearTextRole` is the other stack's role that sees personal data: who computes from them must hold it. */
export function asClone(platform: Platform, clearTextRole: string): Platform {
  const { landing: _landing, ...kept } = platform;
  const tasks = platform.tasks
    .filter((task) => task.checks !== "platform")
    // Where they do not run by themselves, a root that is started by hand still runs what is behind it.
    .map((task) => ({ ...task, started: task.schedule === undefined || platform.clone?.started === true }));
  const schemas = platform.schemas.filter(isIn([...platform.tables, ...platform.views, ...tasks]));
  const roles = platform.roles.filter((role) => !LEFT_OUT.includes(role.key));
  const own = new Set(roles.map((role) => role.name));
  const roleGrants = platform.roleGrants.filter(
    ({ role, to }) =>
      (own.has(role) || role === clearTextRole) &&
      "role" in to &&
      (own.has(to.role) || to.role === platform.automation.objects),
  );
  // Access roles that only those held which are left out are nobody's.
  const held = new Set(roleGrants.map(({ role }) => role));
  const isThere = isIn(schemas);
  return {
    ...kept,
    roles: roles.filter((role) => held.has(role.name)),
    roleGrants,
    grants: platform.grants.filter(
      (grant) => own.has(grant.role) && held.has(grant.role) && isKept(grant, isThere),
    ),
    schemas,
    governance: {
      masks: [],
      tags: [],
      associations: platform.governance.associations.filter((one) => one.on === "column"),
      rowPolicies: [],
      networkRules: [],
      networkPolicies: [],
    },
    users: [],
    fileFormats: [],
    stages: [],
    integrations: [],
    pipes: [],
    pauses: [],
    // What its tables hold, the other stack's tasks have seen.
    streams: platform.streams.map((stream) => ({ ...stream, initialRows: false })),
    tasks,
  };
}

function isIn(places: readonly SchemaName[]): (name: SchemaName) => boolean {
  const names = new Set(places.map(quotedSchema));
  return (name) => names.has(quotedSchema(name));
}

function isKept({ target }: Grant, isThere: (name: SchemaName) => boolean): boolean {
  switch (target.on) {
    case "account":
    case "database":
    case "warehouse":
      return true;
    case "schema":
    case "future":
      return isThere(target.schema);
    default:
      // On single objects: those of what loads, sends and deletes.
      return false;
  }
}

/** Where the stack's files land; refused for a clone, to which nothing comes. */
export function landingOf({ landing, stack, clone }: Platform): Landing {
  if (landing !== undefined) return landing;
  throw new FirnError([
    {
      code: "CONFIG_CONFLICT",
      file: `Pulumi.${stack}.yaml`,
      path: "firn:clone",
      message: "is a copy of what another stack loaded: it has no landing zone of its own",
      hint: `Name the stack that loads: --stack ${clone?.of}.`,
    },
  ]);
}
