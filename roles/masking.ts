/**
 * Masking by tag: one tag marks every column with personal data, one policy for each data type hides the values from
 * sessions that hold no role which may see them. A tag needs one resource, however many columns carry it.
 * Sources: "Tag-based masking policies" (Enterprise edition; the policy whose type is the column's applies),
 * "IS_ROLE_IN_SESSION" (the primary and secondary roles with all that they hold).
 */
import type { Edition } from "../infra/config/schema.ts";
import type { Names, ObjectName, SchemaName } from "../infra/names.ts";
import { type PersonalInput, personalColumns } from "../infra/personal.ts";
import type { Column, Governance, MaskingPolicy, Table, View } from "../infra/platform.ts";

/** Whoever holds it sees personal data in clear text. It holds no privilege: the policies name it. */
export const PERSONAL_READ = "personal_read";
/** The one value of the tag. */
const TAG_VALUE = "personal";

/**
 * What is seen in place of a value. Text keeps that there is one, records keep the names of their fields: enough to
 * look into a rejected record. Everything else is NULL.
 */
const SEEN: Record<string, string> = {
  VARCHAR: "CASE WHEN VAL IS NOT NULL THEN '***' END",
  VARIANT: "CASE WHEN IS_OBJECT(VAL) THEN TO_VARIANT(OBJECT_KEYS(VAL)) END",
};

/** Data types that a column of unknown kind may have. Source: "Summary of data types". */
const ALL_TYPES = [
  "ARRAY",
  "BINARY",
  "BOOLEAN",
  "DATE",
  "FLOAT",
  "NUMBER",
  "OBJECT",
  "TIME",
  "TIMESTAMP_LTZ",
  "TIMESTAMP_NTZ",
  "TIMESTAMP_TZ",
  "VARCHAR",
  "VARIANT",
] as const;

export interface MaskingInput extends PersonalInput {
  edition: Edition;
  names: Names;
  /** Schemas whose tables something else makes: what is in them is not known, so all of it is hidden. */
  unknown: readonly SchemaName[];
}

export type MaskPlan = Pick<Governance, "masks" | "tags" | "associations">;

export interface Masking {
  governance: MaskPlan;
  /** As given, with `masking` on the columns that are masked. */
  tables: Table[];
  views: View[];
}

export function planMasking(input: MaskingInput): Masking {
  const { names, unknown } = input;
  const personal = personalColumns(input);
  const isPersonal = (logical: string, column: Column) =>
    personal.get(logical)?.has(column.name.toUpperCase()) === true;
  if (input.edition === "standard")
    return {
      governance: { masks: [], tags: [], associations: [] },
      tables: [...input.tables],
      views: [...input.views],
    };
  const unmasked = [names.clearTextRole()];
  const masking = (column: Column) => ({ policy: names.mask(typeName(column.type)).name, unmasked });
  // Views show what their tables show: a policy of a table holds for whoever reads it, through whatever view.
  const masked = <T extends Table | View>(relation: T): T => ({
    ...relation,
    columns: relation.columns.map((column) =>
      isPersonal(relation.logical, column) ? { ...column, masking: masking(column) } : column,
    ),
  });
  const tables = input.tables.map(masked);
  const columns = tables.flatMap((table) =>
    table.columns
      .filter((column) => column.masking !== undefined)
      .map((column) => ({
        type: typeName(column.type),
        path: [table.database, table.schema, table.name, column.name],
      })),
  );
  const types = unknown.length > 0 ? [...ALL_TYPES] : [...new Set(columns.map((one) => one.type))].sort();
  const masks = types.map((type) => maskOf(type, unmasked, names));
  return {
    governance: tagging(
      masks,
      columns.map((one) => one.path),
      unknown,
      names,
    ),
    tables,
    views: input.views.map(masked),
  };
}

/** Logical schemas with a masked column, in order of name. */
export const maskedSchemas = ({ tables, views }: Pick<Masking, "tables" | "views">): string[] =>
  [...tables, ...views]
    .filter((relation) => relation.columns.some((column) => column.masking !== undefined))
    .map((relation) => relation.logical.split(".").slice(0, 2).join("."))
    .filter((schema, index, all) => all.indexOf(schema) === index)
    .sort();

function tagging(
  masks: MaskingPolicy[],
  columns: string[][],
  unknown: readonly SchemaName[],
  names: Names,
): MaskPlan {
  if (masks.length === 0) return { masks, tags: [], associations: [] };
  const tag = names.personalTag();
  const association = (on: "column" | "schema", objects: string[][]) =>
    objects.length === 0 ? [] : [{ key: `personal:${on}s`, tag, value: TAG_VALUE, on, objects }];
  return {
    masks,
    tags: [
      {
        key: "personal",
        ...tag,
        allowedValues: [TAG_VALUE],
        masks: masks.map(({ database, schema, name }): ObjectName => ({ database, schema, name })),
        comment: "Personal data: masked for everybody who does not hold the role for it.",
      },
    ],
    associations: [
      ...association("column", columns),
      ...association(
        "schema",
        unknown.map((schema) => [schema.database, schema.schema]),
      ),
    ],
  };
}

const maskOf = (type: string, unmasked: string[], names: Names): MaskingPolicy => ({
  key: `mask:${type.toLowerCase()}`,
  ...names.mask(type),
  type,
  body: [
    `CASE WHEN ${unmasked.map((role) => `IS_ROLE_IN_SESSION('${role}')`).join(" OR ")} THEN VAL`,
    `ELSE ${SEEN[type] ?? "NULL"} END`,
  ].join(" "),
  unmasked,
  comment: `Hides ${type} values that are personal.`,
});

/** `NUMBER(38,0)` → NUMBER: a policy is bound by the type's name, whatever its size. */
const typeName = (type: string): string => type.split("(", 1)[0]!.trim().toUpperCase();
