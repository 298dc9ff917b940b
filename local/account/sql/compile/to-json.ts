/** Values of every type as the JSON that VARIANTs, arrays and objects are held as. */
import { errors } from "../../errors.ts";
import type { DataType } from "../../types/data-type.ts";
import { duckType, isSemiStructured } from "../../types/physical.ts";
import { inUtc } from "./cast-temporal.ts";
import { marked, UNDEFINED_JSON } from "./marked.ts";
import { formatTemporal } from "./temporal-text.ts";
import type { Typed } from "./typed.ts";

/** A FLOAT's text: no `.0`, exponents as Snowflake writes them. */
export const floatText = (x: string): string =>
  `CASE WHEN isnan(${x}) THEN 'NaN' WHEN isinf(${x}) THEN CASE WHEN ${x} > 0 THEN 'inf' ELSE '-inf' END ` +
  `WHEN abs(${x}) < 1e15 AND ${x} = trunc(${x}) THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${x} AS VARCHAR) END`;

/** A value as JSON: what TO_VARIANT makes, and what array and object functions hold. */
export function toJson(from: Typed): string {
  if (from.isNull) return "CAST(NULL AS JSON)";
  switch (from.type.kind) {
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return from.sql;
    case "NUMBER":
      return from.type.scale === 0 && duckType(from.type) === "BIGINT"
        ? `to_json(${from.sql})`
        : `CAST(${numberJson(from)} AS JSON)`;
    case "FLOAT":
      return from.ofVariant ? `CAST(${floatText(from.sql)} AS JSON)` : floatJson(from.sql);
    case "BOOLEAN":
    case "VARCHAR":
      return `to_json(${from.sql})`;
    case "VECTOR":
      throw unsupportedCast(from.type, { kind: "VARIANT" });
    case "BINARY":
      return marked("BINARY", `hex(${from.sql})`);
    case "TIMESTAMP_LTZ":
      return marked("TIMESTAMP_LTZ", `CAST(${inUtc(from.sql)} AS VARCHAR)`);
    case "TIMESTAMP_TZ":
      return marked("TIMESTAMP_TZ", formatTemporal(from, "YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM"));
    case "DATE":
    case "TIME":
    case "TIMESTAMP_NTZ":
      return marked(from.type.kind, `CAST(${from.sql} AS VARCHAR)`);
  }
}

/** An element of an array: NULL is a missing one, shown as `undefined`. Source: "ARRAY_CONSTRUCT". */
export const elementJson = (from: Typed): string => {
  const json = toJson(from);
  return from.nullable ? `coalesce(${json}, ${UNDEFINED_JSON})` : json;
};

/** JSON of an array. DuckDB's constructor would write a FLOAT without its exponent. */
export function arrayJson(items: readonly Typed[]): string {
  if (items.length === 0) return "CAST('[]' AS JSON)";
  const elements = items.map((item) => elementJson(item));
  if (items.every((item) => item.type.kind !== "FLOAT" && !isSemiStructured(item.type)))
    return `json_array(${elements.join(", ")})`;
  return `CAST('[' || ${elements.map((json) => `CAST(${json} AS VARCHAR)`).join(" || ',' || ")} || ']' AS JSON)`;
}

/** A FLOAT stays one in JSON by its exponent. */
function floatJson(x: string): string {
  const digits = `CAST(${x} AS VARCHAR)`;
  return `CAST(CASE WHEN isfinite(${x}) THEN ${digits} || CASE WHEN contains(${digits}, 'e') THEN '' ELSE 'e0' END ELSE ${floatText(x)} END AS JSON)`;
}

/** Decimal digits without trailing zeros, as Snowflake keeps numbers in a VARIANT. */
function numberJson(from: Typed): string {
  if (from.type.kind !== "NUMBER" || from.type.scale === 0) return `CAST(${from.sql} AS VARCHAR)`;
  return `rtrim(rtrim(CAST(${from.sql} AS VARCHAR), '0'), '.')`;
}

export function unsupportedCast(from: DataType, to: DataType): Error {
  return errors.unsupported(`conversion of ${from.kind} to ${to.kind}`);
}
