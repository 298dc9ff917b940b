import type { CatalogObject } from "../../catalog/model.ts";
import type { Field } from "../../history/relation.ts";
import type { StatementContext } from "../../session/context.ts";
import { type Entry, entry, inDatabase, view } from "./information-schema.ts";

/** INFORMATION_SCHEMA.TABLE_CONSTRAINTS and REFERENTIAL_CONSTRAINTS. */
interface ConstraintEntry extends Entry<"TABLE"> {
  constraint: CatalogObject<"TABLE">["props"]["constraints"][number];
}
const CONSTRAINT_FIELDS: Field<ConstraintEntry>[] = [
  ["CONSTRAINT_CATALOG", "text", (e) => e.database],
  ["CONSTRAINT_SCHEMA", "text", (e) => e.schema],
  ["CONSTRAINT_NAME", "text", (e) => e.constraint.name],
  ["TABLE_CATALOG", "text", (e) => e.database],
  ["TABLE_SCHEMA", "text", (e) => e.schema],
  ["TABLE_NAME", "text", (e) => e.object.name],
  ["CONSTRAINT_TYPE", "text", (e) => e.constraint.kind],
  ["IS_DEFERRABLE", "text", () => "NO"],
  ["INITIALLY_DEFERRED", "text", () => "YES"],
  ["ENFORCED", "text", () => "NO"],
  ["COMMENT", "text", () => null],
  ["CREATED", "time", (e) => e.object.createdOn],
  ["LAST_ALTERED", "time", (e) => e.object.createdOn],
  ["RELY", "text", () => "NO"],
];

/** The primary or unique key that a foreign key means: the one over the columns that it names. */
const referred = ({ ctx, constraint }: ConstraintEntry) => {
  const table = ctx.services.catalog.getAs("TABLE", constraint.references?.tableId ?? -1);
  const columns = [...(constraint.references?.columns ?? [])].sort().join();
  const key = table?.props.constraints.find(
    (one) =>
      one.kind !== "FOREIGN KEY" &&
      (columns === "" ? one.kind === "PRIMARY KEY" : [...one.columns].sort().join() === columns),
  );
  return table && { ...entry(ctx, table), constraint: key };
};

/** Source: "REFERENTIAL_CONSTRAINTS view". Constraints match in full and take no action: others are not kept. */
const REFERENTIAL_FIELDS: Field<ConstraintEntry>[] = [
  ["CONSTRAINT_CATALOG", "text", (e) => e.database],
  ["CONSTRAINT_SCHEMA", "text", (e) => e.schema],
  ["CONSTRAINT_NAME", "text", (e) => e.constraint.name],
  ["UNIQUE_CONSTRAINT_CATALOG", "text", (e) => referred(e)?.database ?? null],
  ["UNIQUE_CONSTRAINT_SCHEMA", "text", (e) => referred(e)?.schema ?? null],
  ["UNIQUE_CONSTRAINT_NAME", "text", (e) => referred(e)?.constraint?.name ?? null],
  ["MATCH_OPTION", "text", () => "FULL"],
  ["UPDATE_RULE", "text", () => "NO ACTION"],
  ["DELETE_RULE", "text", () => "NO ACTION"],
  ["COMMENT", "text", () => null],
  ["CREATED", "time", (e) => e.object.createdOn],
  ["LAST_ALTERED", "time", (e) => e.object.createdOn],
];

const constraints = (ctx: StatementContext, id: number): ConstraintEntry[] =>
  inDatabase(ctx, "TABLE", id).flatMap((o) =>
    o.props.constraints.map((constraint) => ({ ...entry(ctx, o), constraint })),
  );

export function registerConstraintViews(): void {
  view("TABLE_CONSTRAINTS", CONSTRAINT_FIELDS, constraints);
  view("REFERENTIAL_CONSTRAINTS", REFERENTIAL_FIELDS, (ctx, id) =>
    constraints(ctx, id).filter(({ constraint }) => constraint.kind === "FOREIGN KEY"),
  );
}
