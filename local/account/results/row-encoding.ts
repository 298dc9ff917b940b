import type { ResultColumn, Value } from "../session/outcome.ts";
import { relaxedJson } from "../sql/relaxed-json.ts";
import { xmlToJson } from "../sql/xml.ts";
import { type DataType, hasFields } from "../types/data-type.ts";
import type { VariantDisplay } from "./marked-display.ts";
import { renderVariant } from "./render-variant.ts";

/** Text of one non-null value as a driver reads it from a JSON row set (result version 1). */
export type Encoder = (value: Exclude<Value, null>) => string;

export interface EncodingOptions {
  /** JSON_INDENT: spaces per level of displayed VARIANT; 0 is compact. */
  jsonIndent: number;
  /** How dates, times and binaries within a VARIANT show. */
  variant?: VariantDisplay;
}

const POWERS = Array.from({ length: 10 }, (_, n) => 10n ** BigInt(n));

/** Nanoseconds as seconds with `scale` decimals: `-1.500` is one and a half second before. */
export function secondsText(nanos: bigint, scale: number): string {
  const negative = nanos < 0n;
  const size = negative ? -nanos : nanos;
  const seconds = size / 1_000_000_000n;
  if (scale === 0) return `${negative && seconds !== 0n ? "-" : ""}${seconds}`;
  const sign = negative ? "-" : "";
  const fraction = (size % 1_000_000_000n) / POWERS[9 - scale]!;
  return `${sign}${seconds}.${fraction.toString().padStart(scale, "0")}`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

export const isZoned = (value: Value): value is { epochNanos: bigint; offsetMinutes: number } =>
  typeof value === "object" && value !== null && "epochNanos" in value;

export const nanosOf = (value: Value): bigint =>
  isZoned(value) ? value.epochNanos : typeof value === "bigint" ? value : BigInt(value as number | string);

export function encoderFor(type: DataType, options: EncodingOptions): Encoder {
  switch (type.kind) {
    case "BOOLEAN":
      return (value) => (value === true || value === "true" || value === "1" || value === 1 ? "1" : "0");
    case "FLOAT":
      return (value) => (typeof value === "number" ? floatText(value) : String(value));
    case "BINARY":
      return (value) =>
        value instanceof Uint8Array
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex").toUpperCase()
          : String(value);
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return (value) => secondsText(nanosOf(value), type.scale);
    case "TIMESTAMP_TZ":
      return (value) =>
        `${secondsText(nanosOf(value), type.scale)} ${(isZoned(value) ? value.offsetMinutes : 0) + 1440}`;
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return (value) => renderVariant(String(value), options.jsonIndent, options.variant, !hasFields(type));
    default:
      return (value) => String(value);
  }
}

/** One row as a JSON array of strings and nulls. */
export function rowEncoder(columns: ResultColumn[], options: EncodingOptions): (row: Value[]) => string {
  const encoders = columns.map((column) => encoderFor(column.type, options));
  // Digits, signs and dots need no JSON escaping.
  const plain = columns.map(
    ({ type }) => !["VARCHAR", "VARIANT", "OBJECT", "ARRAY", "MAP"].includes(type.kind),
  );
  const width = columns.length;
  return (row) => {
    let text = "[";
    for (let index = 0; index < width; index++) {
      if (index > 0) text += ",";
      const value = row[index];
      if (value === null || value === undefined) text += "null";
      else {
        const encoded = encoders[index]!(value);
        text += plain[index] ? `"${encoded}"` : JSON.stringify(encoded);
      }
    }
    return `${text}]`;
  };
}

/** A document as JSON again: XML and what is shown as `undefined` are none. */
export function documentFromText(text: string): string {
  if (text.startsWith("<")) return xmlToJson(text);
  return text.includes("undefined") ? (relaxedJson(text) ?? text) : text;
}

/** The inverse, for RESULT_SCAN: text from a stored row back to a value. */
export function decodeValue(text: string | null, type: DataType): Value {
  if (text === null) return null;
  switch (type.kind) {
    case "BOOLEAN":
      return text === "1";
    case "FLOAT":
      return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
    case "BINARY":
      return new Uint8Array(Buffer.from(text, "hex"));
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return documentFromText(text);
    case "DATE":
      return Number(text);
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return nanosFromText(text);
    case "TIMESTAMP_TZ": {
      const [seconds, offset] = text.split(" ");
      return { epochNanos: nanosFromText(seconds!), offsetMinutes: Number(offset) - 1440 };
    }
    default:
      return text;
  }
}

function nanosFromText(text: string): bigint {
  const negative = text.startsWith("-");
  const [whole, fraction = ""] = (negative ? text.slice(1) : text).split(".");
  const nanos = BigInt(whole!) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9) || "0");
  return negative ? -nanos : nanos;
}

/** A column as the wire's `rowtype` describes it. */
export function wireColumn(column: ResultColumn): Record<string, unknown> {
  const { type } = column;
  const base = {
    name: column.name,
    database: "",
    schema: "",
    table: "",
    nullable: column.nullable,
    type: "text",
    precision: null as number | null,
    scale: null as number | null,
    length: null as number | null,
    byteLength: null as number | null,
    collation: null,
  };
  switch (type.kind) {
    case "NUMBER":
      return { ...base, type: "fixed", precision: type.precision, scale: type.scale };
    case "FLOAT":
      return { ...base, type: "real" };
    case "VARCHAR":
      return {
        ...base,
        type: "text",
        length: type.length,
        byteLength: Math.min(type.length * 4, 16_777_216),
      };
    case "BINARY":
      return { ...base, type: "binary", length: type.length, byteLength: type.length };
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return { ...base, type: type.kind.toLowerCase(), precision: 0, scale: type.scale };
    case "VECTOR": {
      const field = {
        ...base,
        name: "",
        type: type.element === "INT" ? "fixed" : "real",
        precision: 38,
        scale: 0,
      };
      return { ...base, type: "vector", vectorDimension: type.dimension, fields: [field] };
    }
    case "MAP":
      // To clients that are not told otherwise a MAP is an OBJECT.
      return { ...base, type: "object" };
    default:
      return { ...base, type: type.kind.toLowerCase() };
  }
}
