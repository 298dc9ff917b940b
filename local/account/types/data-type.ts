/** How texts of a type compare. */
export interface Collation {
  spec: string;
  /** Said by COLLATE in the statement, which wins over a column's own. */
  explicit: boolean;
}

/**
 * Snowflake's data types as data. Source: Snowflake documentation, "Summary of data types".
 * Synonyms (INT, STRING, DATETIME …) are folded into these when they are parsed.
 */
export type DataType =
  | { kind: "NUMBER"; precision: number; scale: number }
  | { kind: "FLOAT" }
  | { kind: "VARCHAR"; length: number; collation?: Collation }
  | { kind: "BINARY"; length: number }
  | { kind: "BOOLEAN" }
  | { kind: "DATE" }
  | { kind: "TIME"; scale: number }
  | { kind: "TIMESTAMP_NTZ"; scale: number }
  | { kind: "TIMESTAMP_LTZ"; scale: number }
  | { kind: "TIMESTAMP_TZ"; scale: number }
  | { kind: "VARIANT" }
  | { kind: "OBJECT" }
  | { kind: "ARRAY" }
  | { kind: "VECTOR"; element: "INT" | "FLOAT"; dimension: number };

export const MAX_VARCHAR = 16_777_216;
export const MAX_BINARY = 8_388_608;

export const number = (precision = 38, scale = 0): DataType => ({ kind: "NUMBER", precision, scale });
export const varchar = (length = MAX_VARCHAR): DataType => ({ kind: "VARCHAR", length });
export const timestamp = (kind: "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ", scale = 9): DataType => ({
  kind,
  scale,
});

/** As SHOW COLUMNS, DESCRIBE and GET_DDL print it: `NUMBER(38,0)`, `VARCHAR(16777216)`, `TIMESTAMP_NTZ(9)`. */
export function printDataType(type: DataType): string {
  switch (type.kind) {
    case "NUMBER":
      return `NUMBER(${type.precision},${type.scale})`;
    case "VARCHAR":
    case "BINARY":
      return `${type.kind}(${type.length})`;
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return `${type.kind}(${type.scale})`;
    case "VECTOR":
      return `VECTOR(${type.element}, ${type.dimension})`;
    default:
      return type.kind;
  }
}
