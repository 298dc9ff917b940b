/**
 * What all departments share, each seeing its own rows: secure views in MART.SHARED behind one row access policy. A row
 * belongs to the department that its column DEPARTMENT names; that department's people see it, and so do those who look
 * after data for all. Sources: "Understanding row access policies" (Enterprise edition), "Working with Secure Views".
 */

import type { Edition } from "../infra/config/schema.ts";
import { literal } from "../infra/literal.ts";
import { type Names, type ObjectName, quoted, quotedObject } from "../infra/names.ts";
import type { Column, RowAccessPolicy, SourcePlan, Table, View } from "../infra/platform.ts";
import { analystKey, REPORTER, SHARED_MART, STEWARD } from "./functional.ts";

const SHARED_SCHEMA = SHARED_MART.slice("mart.".length);
const DEPARTMENT = "DEPARTMENT";

export interface SharedInput {
  edition: Edition;
  names: Names;
  /** Departments that have a mart, and so a role. */
  departments: readonly string[];
  sources: readonly SourcePlan[];
  /** Tables of the platform; those that are shared are taken from them. */
  tables: readonly Table[];
}

export interface Shared {
  views: View[];
  policies: RowAccessPolicy[];
}

/** No policies in the standard edition, and so nothing that departments could share. */
export function planShared({ edition, names, departments, sources, tables }: SharedInput): Shared {
  if (edition === "standard" || departments.length === 0) return { views: [], policies: [] };
  const policy = policyOf(departments, names);
  const view = (table: Table | undefined, name: string, department: string, comment: string): View[] =>
    table === undefined ? [] : [sharedView(table, name, department, comment, policy, names)];
  const find = (logical: string) => tables.find((table) => table.logical === logical);
  return {
    policies: [policy],
    views: [
      ...view(
        find("ops.quality.rejected_record"),
        "rejected_record",
        ownerOfSource(sources),
        "Records of a department's own sources that were refused, and why.",
      ),
      ...view(
        find("ops.quality.check_result"),
        "check_result",
        quoted("OWNER"),
        "What the checks of a department's own models found.",
      ),
    ],
  };
}

function policyOf(departments: readonly string[], names: Names): RowAccessPolicy {
  const all = [STEWARD, REPORTER].map((key) => names.role(key));
  const own = [...departments]
    .sort()
    .map((department) => ({ value: department, role: names.role(analystKey(department)) }));
  return {
    key: "rows:department",
    ...names.rowsByDepartment(),
    argument: { name: DEPARTMENT, type: "VARCHAR" },
    all,
    own,
    body: [
      ...all.map((role) => `IS_ROLE_IN_SESSION(${literal(role)})`),
      ...own.map(
        ({ value, role }) => `(${DEPARTMENT} = ${literal(value)} AND IS_ROLE_IN_SESSION(${literal(role)}))`,
      ),
    ].join(" OR "),
    comment: "Rows of a department are seen by its own people.",
  };
}

function sharedView(
  table: Table,
  name: string,
  department: string,
  comment: string,
  policy: RowAccessPolicy,
  names: Names,
): View {
  const columns: Column[] = [
    {
      name: DEPARTMENT,
      type: "VARCHAR(16777216)",
      nullable: true,
      description: "Department whose people see the row.",
      tags: [],
    },
    ...table.columns.map((column) => ({ ...column, nullable: true })),
  ];
  return {
    key: `mart.${SHARED_SCHEMA}.${name}`,
    logical: `mart.${SHARED_SCHEMA}.${name}`,
    ...names.object({ database: "mart", schema: SHARED_SCHEMA, name }),
    columns,
    statement: [
      `SELECT ${department} AS ${quoted(DEPARTMENT)}, ${table.columns.map((column) => quoted(column.name)).join(", ")}`,
      `FROM ${quotedObject(table)}`,
    ].join("\n"),
    comment,
    secure: true,
    reads: [table.logical],
    rowAccess: { policy: place(policy), on: [DEPARTMENT] },
  };
}

/** Source and object of a rejected record → the department that answers for the source. */
function ownerOfSource(sources: readonly SourcePlan[]): string {
  const whens = sources.flatMap(({ owner, objects }) =>
    objects.map(({ label }) => `WHEN ${literal(label)} THEN ${literal(owner)}`),
  );
  return whens.length === 0 ? "NULL" : `CASE ${quoted("SOURCE")} ${whens.join(" ")} END`;
}

const place = ({ database, schema, name }: ObjectName): ObjectName => ({ database, schema, name });
