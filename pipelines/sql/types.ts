/** Snowflake's data types as text in canonical form, and the families that decide whether a value fits a column. */

export type Family =
  | "VARCHAR"
  | "NUMBER"
  | "FLOAT"
  | "BOOLEAN"
  | "DATE"
  | "TIME"
  | "TIMESTAMP_NTZ"
  | "TIMESTAMP_LTZ"
  | "TIMESTAMP_TZ"
  | "VARIANT"
  | "OBJECT"
  | "ARRAY"
  | "BINARY";

/** Names and synonyms. Source: Snowflake documentation, Summary of data types. */
const NAMES: Record<string, { family: Family; args: number[] }> = {
  VARCHAR: { family: "VARCHAR", args: [16_777_216] },
  STRING: { family: "VARCHAR", args: [16_777_216] },
  TEXT: { family: "VARCHAR", args: [16_777_216] },
  CHAR: { family: "VARCHAR", args: [1] },
  NUMBER: { family: "NUMBER", args: [38, 0] },
  DECIMAL: { family: "NUMBER", args: [38, 0] },
  NUMERIC: { family: "NUMBER", args: [38, 0] },
  INT: { family: "NUMBER", args: [38, 0] },
  INTEGER: { family: "NUMBER", args: [38, 0] },
  BIGINT: { family: "NUMBER", args: [38, 0] },
  FLOAT: { family: "FLOAT", args: [] },
  DOUBLE: { family: "FLOAT", args: [] },
  BOOLEAN: { family: "BOOLEAN", args: [] },
  DATE: { family: "DATE", args: [] },
  TIME: { family: "TIME", args: [9] },
  TIMESTAMP_NTZ: { family: "TIMESTAMP_NTZ", args: [9] },
  TIMESTAMP_LTZ: { family: "TIMESTAMP_LTZ", args: [9] },
  TIMESTAMP_TZ: { family: "TIMESTAMP_TZ", args: [9] },
  VARIANT: { family: "VARIANT", args: [] },
  OBJECT: { family: "OBJECT", args: [] },
  ARRAY: { family: "ARRAY", args: [] },
  BINARY: { family: "BINARY", args: [8_388_608] },
};

export const TYPE_NAMES = [
  "varchar",
  "number",
  "float",
  "boolean",
  "date",
  "time",
  "timestamp_ntz",
  "timestamp_ltz",
  "timestamp_tz",
  "variant",
  "object",
  "array",
  "binary",
] as const;

export interface DataType {
  family: Family;
  /** As DESCRIBE TABLE prints it, e.g. `NUMBER(18,2)`. */
  text: string;
}

/** Parses `number(18, 2)`, `string`, `timestamp_ntz`; undefined where it is no type of Snowflake's. */
export function parseType(text: string): DataType | undefined {
  const open = text.indexOf("(");
  const name = (open < 0 ? text : text.slice(0, open)).trim().toUpperCase();
  const known = Object.hasOwn(NAMES, name) ? NAMES[name]! : undefined;
  if (known === undefined) return undefined;
  let args = known.args;
  if (open >= 0) {
    if (!text.trimEnd().endsWith(")")) return undefined;
    const given = text
      .trimEnd()
      .slice(open + 1, -1)
      .split(",")
      .map((part) => Number(part.trim()));
    if (given.length > args.length || given.some((one) => !Number.isInteger(one) || one < 0))
      return undefined;
    args = args.map(
      (standard, index) => given[index] ?? (known.family === "NUMBER" && index === 1 ? 0 : standard),
    );
  }
  const printed = args.length === 0 ? known.family : `${known.family}(${args.join(",")})`;
  return { family: known.family, text: printed };
}

/** Whether a value of one family is stored in a column of another without a cast and without a loss. */
export function fits(value: Family, column: Family): boolean {
  if (value === column) return true;
  if (column === "FLOAT") return value === "NUMBER";
  // An OBJECT or ARRAY is a VARIANT already; nothing else becomes one by itself.
  return column === "VARIANT" && (value === "OBJECT" || value === "ARRAY");
}
