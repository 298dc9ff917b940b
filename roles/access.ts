/**
 * Access roles: one for reading and one for writing a schema, made only where some functional role needs it.
 * They hold the privileges, on tables that exist later too.
 */
import type { Names, ObjectName } from "../infra/names.ts";
import type { Grant, Role, Schema } from "../infra/platform.ts";

export type AccessLevel = "read" | "write";

export const accessRoleKey = (schema: string, level: AccessLevel): string => `${schema}.${level}`;

export function accessRole(schema: Schema, level: AccessLevel, names: Names): Role {
  const [, name] = schema.logical.split(".");
  return {
    key: accessRoleKey(schema.logical, level),
    name: names.accessRole(schema.databaseKey, name!, level),
    kind: "access",
    comment: `May ${level} ${schema.logical}.`,
  };
}

/** Raw rows are added and never changed. */
const writePrivileges = (schema: Schema): string[] =>
  schema.databaseKey === "raw" ? ["INSERT", "SELECT"] : ["DELETE", "INSERT", "SELECT", "TRUNCATE", "UPDATE"];

/** The way to the schema: USAGE on its database and on itself. */
export function usageGrants(
  key: string,
  role: string,
  schema: Schema,
  database: string,
  because: string,
): Grant[] {
  return [
    {
      key: `${key}:usage:${schema.databaseKey}`,
      role,
      privileges: ["USAGE"],
      target: { on: "database", name: database },
      because,
    },
    {
      key: `${key}:usage:${schema.logical}`,
      role,
      privileges: ["USAGE"],
      target: { on: "schema", schema: { database: schema.database, schema: schema.schema } },
      because,
    },
  ];
}

export function accessGrants(schema: Schema, level: AccessLevel, names: Names): Grant[] {
  const role = accessRole(schema, level, names);
  const inSchema = { database: schema.database, schema: schema.schema };
  const because = `${level} ${schema.logical}`;
  const future = (objects: "TABLES" | "VIEWS", privileges: string[]): Grant => ({
    key: `${role.key}:future-${objects.toLowerCase()}`,
    role: role.name,
    privileges,
    target: { on: "future", objects, schema: inSchema },
    because,
  });
  return [
    ...usageGrants(role.key, role.name, schema, names.database(schema.databaseKey), because),
    future("TABLES", level === "read" ? ["SELECT"] : writePrivileges(schema)),
    ...(level === "read" ? [future("VIEWS", ["SELECT"])] : []),
  ];
}

/** USAGE on one stage or file format. */
export const objectUsage = (
  role: Role,
  on: "stage" | "file format",
  object: ObjectName,
  because: string,
): Grant => ({
  key: `${role.key}:${on.replace(" ", "-")}:${object.name.toLowerCase()}`,
  role: role.name,
  privileges: ["USAGE"],
  target: { on, object },
  because,
});
