import type { DataType } from "./data-type.ts";

/**
 * The DuckDB type that holds a Snowflake type. NUMBER of up to 18 digits without scale is a 64-bit integer, a longer
 * one a 128-bit integer (38 digits fit); one with scale is DECIMAL, 16 bytes at most as well. Timestamps keep
 * microseconds. TIMESTAMP_TZ keeps its instant (`t`, in UTC) and its offset in minutes (`o`).
 */
export function duckType(type: DataType): string {
  switch (type.kind) {
    case "NUMBER":
      if (type.scale > 0) return `DECIMAL(${type.precision},${type.scale})`;
      return type.precision <= 18 ? "BIGINT" : "HUGEINT";
    case "FLOAT":
      return "DOUBLE";
    case "VARCHAR":
      return "VARCHAR";
    case "BINARY":
      return "BLOB";
    case "BOOLEAN":
      return "BOOLEAN";
    case "DATE":
      return "DATE";
    case "TIME":
      return "TIME";
    case "TIMESTAMP_NTZ":
      return "TIMESTAMP";
    case "TIMESTAMP_LTZ":
      return "TIMESTAMP WITH TIME ZONE";
    case "TIMESTAMP_TZ":
      return "STRUCT(t TIMESTAMP, o SMALLINT)";
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return "JSON";
    case "VECTOR":
      return `${type.element === "INT" ? "INTEGER" : "FLOAT"}[${type.dimension}]`;
  }
}

/** Types that DuckDB holds as JSON. */
export const isSemiStructured = (type: DataType): boolean =>
  type.kind === "VARIANT" || type.kind === "OBJECT" || type.kind === "ARRAY" || type.kind === "MAP";

export const isTimestamp = (type: DataType): boolean =>
  type.kind === "TIMESTAMP_NTZ" || type.kind === "TIMESTAMP_LTZ" || type.kind === "TIMESTAMP_TZ";
