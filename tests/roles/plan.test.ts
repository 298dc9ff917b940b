import type { Grant, Platform } from "../../infra/platform.ts";
import { loadProject } from "../infra/sample.ts";

let platform: Platform;
beforeAll(() => {
  platform = loadProject("local");
});

/** Every role that a role's sessions have, itself included. */
function reach(role: string): Set<string> {
  const reached = new Set([role]);
  for (const one of reached)
    for (const grant of platform.roleGrants)
      if ("role" in grant.to && grant.to.role === one) reached.add(grant.role);
  return reached;
}
const grantsOf = (role: string): Grant[] => {
  const roles = reach(role);
  return platform.grants.filter((grant) => roles.has(grant.role));
};
/** `SELECT on TABLES in CORE.CUSTOMER` */
const printed = (role: string): string[] =>
  grantsOf(role).flatMap(({ privileges, target }) =>
    privileges.map((privilege) => {
      switch (target.on) {
        case "account":
          return `${privilege} on account`;
        case "schema":
          return `${privilege} on ${target.schema.database}.${target.schema.schema}`;
        case "future":
          return `${privilege} on ${target.objects} in ${target.schema.database}.${target.schema.schema}`;
        case "database":
        case "warehouse":
        case "integration":
          return `${privilege} on ${target.on} ${target.name}`;
        default:
          return `${privilege} on ${target.on} ${target.object.database}.${target.object.schema}.${target.object.name}`;
      }
    }),
  );

test("the connectors' role has its two tables and the way to them, and nothing else", () => {
  expect(printed("KAFKA_LOADER").sort()).toEqual([
    "INSERT on table RAW.PRODUCT.DEAD_LETTERS",
    "INSERT on table RAW.PRODUCT.EVENTS",
    "SELECT on table RAW.PRODUCT.DEAD_LETTERS",
    "SELECT on table RAW.PRODUCT.EVENTS",
    "USAGE on RAW.PRODUCT",
    "USAGE on database RAW",
  ]);
});

test("a department's people read their own mart, and what departments share", () => {
  expect(printed("ANALYST_SALES").sort()).toEqual([
    "SELECT on TABLES in MART.SALES",
    "SELECT on TABLES in MART.SHARED",
    "SELECT on VIEWS in MART.SALES",
    "SELECT on VIEWS in MART.SHARED",
    "USAGE on MART.SALES",
    "USAGE on MART.SHARED",
    "USAGE on database MART",
    "USAGE on database MART",
    "USAGE on warehouse BI",
  ]);
});

test("the transformer writes where models are, reads what they read, and runs tasks", () => {
  const has = printed("TRANSFORMER");
  expect(has).toEqual(
    expect.arrayContaining([
      "EXECUTE TASK on account",
      "CREATE STREAM on OPS.PIPELINE",
      "CREATE TASK on OPS.PIPELINE",
      "SELECT on TABLES in RAW.PRODUCT",
      "DELETE on TABLES in MART.SALES",
      "USAGE on warehouse TRANSFORM",
    ]),
  );
  expect(
    has.filter((one) => one.includes("RAW.") && !one.startsWith("SELECT") && !one.startsWith("USAGE")),
  ).toEqual([]);
});

test("the loader adds to raw schemas that files land in, and reads the stage", () => {
  const has = printed("LOADER");
  expect(has).toEqual(
    expect.arrayContaining([
      "CREATE PIPE on RAW.SALESFORCE",
      "INSERT on TABLES in RAW.SALESFORCE",
      "USAGE on stage RAW.LANDING.FILES",
      "USAGE on file format RAW.LANDING.LINES",
    ]),
  );
  expect(has.some((one) => one.includes("CORE") || one.includes("MART"))).toBe(false);
  expect(has.some((one) => one.startsWith("DELETE") || one.startsWith("UPDATE"))).toBe(false);
});

test("every functional role ends at SYSADMIN, so that nobody owns in the dark", () => {
  for (const role of platform.roles.filter((one) => one.kind === "functional"))
    expect(platform.roleGrants).toContainEqual(
      expect.objectContaining({ role: role.name, to: { role: "SYSADMIN" } }),
    );
});

test("access roles are held by somebody, and hold no role", () => {
  for (const role of platform.roles.filter((one) => one.kind === "access")) {
    expect(platform.roleGrants.some((grant) => grant.role === role.name)).toBe(true);
    expect(platform.roleGrants.some((grant) => "role" in grant.to && grant.to.role === role.name)).toBe(
      false,
    );
  }
});

test("users get roles only, and PUBLIC gets nothing", () => {
  const users = new Set(platform.users.map((user) => user.name));
  expect(
    platform.grants.filter(
      (grant) => users.has(grant.role) && !platform.roles.some((role) => role.name === grant.role),
    ),
  ).toEqual([]);
  expect([
    ...platform.grants.map((grant) => grant.role),
    ...platform.roleGrants.map((grant) => grant.role),
  ]).not.toContain("PUBLIC");
});

test("functional roles hold no privilege on data themselves, the connectors' and the ledger's apart", () => {
  const functional = new Set(
    platform.roles
      .filter((role) => role.kind === "functional" && role.key !== "kafka_loader")
      .map((role) => role.name),
  );
  const onData = (grant: Grant) =>
    grant.privileges.some((one) => ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"].includes(one));
  expect(
    platform.grants.filter((grant) => functional.has(grant.role) && onData(grant)).map((grant) => grant.key),
  ).toEqual(["activator:ledger"]);
});

test("no privilege is granted twice, and every key is one resource's", () => {
  const keys = [
    ...platform.grants.map((grant) => grant.key),
    ...platform.roleGrants.map((grant) => grant.key),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  const facts = platform.grants.flatMap((grant) =>
    grant.privileges.map((privilege) => JSON.stringify([grant.role, privilege, grant.target])),
  );
  expect(new Set(facts).size).toBe(facts.length);
});
