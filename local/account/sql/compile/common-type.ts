import { SnowflakeError } from "../../errors.ts";
import { type DataType, isStructured, printDataType, varchar } from "../../types/data-type.ts";
import { isSemiStructured, isTimestamp } from "../../types/physical.ts";
import { commonCollation } from "./collation.ts";
import type { Typed } from "./typed.ts";

/** The type that values of several types have in common (CASE, COALESCE, UNION, comparisons). */
export function commonType(types: readonly Typed[]): DataType {
  let result: DataType | null = null;
  for (const one of types) {
    if (one.isNull) continue;
    result = result === null ? one.type : commonOfTwo(result, one.type);
  }
  return result ?? types[0]?.type ?? varchar();
}

export function commonOfTwo(a: DataType, b: DataType): DataType {
  if (a.kind === b.kind) {
    if (a.kind === "NUMBER" && b.kind === "NUMBER") {
      const scale = Math.max(a.scale, b.scale);
      const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
      return { kind: "NUMBER", precision: Math.min(38, whole + scale), scale };
    }
    if (a.kind === "VARCHAR" && b.kind === "VARCHAR") {
      const collation = commonCollation(a.collation, b.collation);
      return { kind: a.kind, length: Math.max(a.length, b.length), ...(collation && { collation }) };
    }
    if (a.kind === "BINARY" && b.kind === "BINARY")
      return { kind: a.kind, length: Math.max(a.length, b.length) };
    if ("scale" in a && "scale" in b) return a.scale >= b.scale ? a : b;
    // ARRAY, OBJECT and MAP of types that differ have their unstructured form in common.
    if (isStructured(a) || isStructured(b))
      return printDataType(a) === printDataType(b) ? a : { kind: a.kind === "ARRAY" ? "ARRAY" : "OBJECT" };
    return a;
  }
  if (isSemiStructured(a) || isSemiStructured(b)) return { kind: "VARIANT" };
  const kinds = new Set([a.kind, b.kind]);
  const pick = (kind: DataType["kind"]) => (a.kind === kind ? a : b);
  if (kinds.has("VARCHAR")) {
    const other = a.kind === "VARCHAR" ? b : a;
    // Text converts to the other type; its digits after the point are not known beforehand.
    return other.kind === "NUMBER" && other.scale === 0 ? { kind: "NUMBER", precision: 38, scale: 0 } : other;
  }
  if (kinds.has("FLOAT") && kinds.has("NUMBER")) return { kind: "FLOAT" };
  if (kinds.has("BOOLEAN") && (kinds.has("NUMBER") || kinds.has("FLOAT"))) return { kind: "BOOLEAN" };
  if (
    kinds.has("TIMESTAMP_TZ") &&
    (isTimestamp(a) || a.kind === "DATE") &&
    (isTimestamp(b) || b.kind === "DATE")
  )
    return pick("TIMESTAMP_TZ");
  if (
    kinds.has("TIMESTAMP_LTZ") &&
    (isTimestamp(a) || a.kind === "DATE") &&
    (isTimestamp(b) || b.kind === "DATE")
  )
    return pick("TIMESTAMP_LTZ");
  if (kinds.has("DATE") && kinds.has("TIMESTAMP_NTZ")) return pick("TIMESTAMP_NTZ");
  throw new SnowflakeError(
    "001007",
    "22023",
    `SQL compilation error:\ninvalid type [${printDataType(b)}] for parameter '${printDataType(a)}'`,
  );
}
