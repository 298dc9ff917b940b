import type { Field } from "../../history/relation.ts";
import { type DataType, printDataType } from "../../types/data-type.ts";
import { commentField, created, type Entry, entry, inDatabase, view } from "./information-schema.ts";

/** INFORMATION_SCHEMA.FUNCTIONS and PROCEDURES. Source: "FUNCTIONS view", "PROCEDURES view". */
type RoutineKind = "FUNCTION" | "PROCEDURE";
type RoutineEntry = Entry<RoutineKind>;

const props = (e: RoutineEntry) => e.object.props;
const returned = (e: RoutineEntry): DataType | null => props(e).returns;
const numeric = (e: RoutineEntry) => {
  const type = returned(e);
  return type?.kind === "NUMBER" ? type : null;
};

const fields = (prefix: RoutineKind): Field<RoutineEntry>[] => [
  [`${prefix}_CATALOG`, "text", (e) => e.database],
  [`${prefix}_SCHEMA`, "text", (e) => e.schema],
  [`${prefix}_NAME`, "text", (e) => props(e).routine],
  [`${prefix}_OWNER`, "text", (e) => e.owner],
  [
    "ARGUMENT_SIGNATURE",
    "text",
    (e) =>
      `(${props(e)
        .arguments.map((a) => `${a.name} ${printDataType(a.type).split("(")[0]}`)
        .join(", ")})`,
  ],
  [
    "DATA_TYPE",
    "text",
    (e) => {
      const table = props(e).returnsTable;
      const type = returned(e);
      if (table) return `TABLE (${table.map((c) => `${c.name} ${printDataType(c.type)}`).join(", ")})`;
      return type ? printDataType(type) : null;
    },
  ],
  [
    "CHARACTER_MAXIMUM_LENGTH",
    "number",
    (e) => {
      const type = returned(e);
      return type?.kind === "VARCHAR" ? type.length : null;
    },
  ],
  [
    "CHARACTER_OCTET_LENGTH",
    "number",
    (e) => {
      const type = returned(e);
      return type?.kind === "VARCHAR" ? Math.min(16_777_216, type.length * 4) : null;
    },
  ],
  ["NUMERIC_PRECISION", "number", (e) => numeric(e)?.precision ?? null],
  ["NUMERIC_PRECISION_RADIX", "number", (e) => (numeric(e) ? 10 : null)],
  ["NUMERIC_SCALE", "number", (e) => numeric(e)?.scale ?? null],
  [`${prefix}_LANGUAGE`, "text", (e) => props(e).language],
  [`${prefix}_DEFINITION`, "text", (e) => (props(e).secure ? null : props(e).body)],
];

const FUNCTION_FIELDS: Field<RoutineEntry>[] = [
  ...fields("FUNCTION"),
  ["VOLATILITY", "text", (e) => props(e).volatility ?? "VOLATILE"],
  ["IS_NULL_CALL", "text", (e) => (props(e).strict ? "NO" : "YES")],
  ["IS_SECURE", "text", (e) => (props(e).secure ? "YES" : "NO")],
  created(),
  created("LAST_ALTERED"),
  commentField(),
  ["IS_EXTERNAL", "text", () => "NO"],
  ["IS_MEMOIZABLE", "text", (e) => (props(e).memoizable ? "YES" : "NO")],
];
const PROCEDURE_FIELDS: Field<RoutineEntry>[] = [
  ...fields("PROCEDURE"),
  created(),
  created("LAST_ALTERED"),
  commentField(),
];

export function registerRoutineViews(): void {
  for (const [name, kind, columns] of [
    ["FUNCTIONS", "FUNCTION", FUNCTION_FIELDS],
    ["PROCEDURES", "PROCEDURE", PROCEDURE_FIELDS],
  ] as const)
    view(name, columns, (ctx, id) => inDatabase<RoutineKind>(ctx, kind, id).map((o) => entry(ctx, o)));
}
