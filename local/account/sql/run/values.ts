import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";
import { vectorText } from "../../results/vector-text.ts";
import type { ResultColumn, Value } from "../../session/outcome.ts";
import type { DataType } from "../../types/data-type.ts";

/** DuckDB's values as the account's (`Value`, session/outcome.ts), column by column. */
type Convert = (value: DuckDBValue) => Value;

interface DecimalLike {
  value: bigint;
  scale: number;
}

/** Exact decimal text of an integer of 10^-scale. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const at = digits.length - scale;
  return `${negative ? "-" : ""}${digits.slice(0, at)}.${digits.slice(at)}`;
}

function toNumber(type: Extract<DataType, { kind: "NUMBER" }>): Convert {
  return (value) => {
    if (typeof value === "bigint")
      return type.scale === 0 ? value : decimalText(value * 10n ** BigInt(type.scale), type.scale);
    if (typeof value === "number")
      return type.scale === 0
        ? BigInt(Math.round(value))
        : decimalText(BigInt(Math.round(value * 10 ** type.scale)), type.scale);
    if (typeof value === "object" && value !== null && "scale" in value) {
      const decimal = value as unknown as DecimalLike;
      let unscaled = decimal.value;
      if (decimal.scale < type.scale) unscaled *= 10n ** BigInt(type.scale - decimal.scale);
      else if (decimal.scale > type.scale) {
        const unit = 10n ** BigInt(decimal.scale - type.scale);
        const half = unit / 2n;
        unscaled = (unscaled + (unscaled < 0n ? -half : half)) / unit;
      }
      return type.scale === 0 ? unscaled : decimalText(unscaled, type.scale);
    }
    if (typeof value === "boolean") return value ? 1n : 0n;
    return String(value);
  };
}

const micros = (value: DuckDBValue): bigint => (value as unknown as { micros: bigint }).micros;

function converter(type: DataType): Convert {
  switch (type.kind) {
    case "NUMBER":
      return toNumber(type);
    case "FLOAT":
      return (v) => (typeof v === "number" ? v : Number(String(v)));
    case "VARCHAR":
      return (v) => (typeof v === "string" ? v : String(v));
    case "BOOLEAN":
      return (v) => Boolean(v);
    case "BINARY":
      return (v) => (v as unknown as { bytes: Uint8Array }).bytes;
    case "DATE":
      return (v) => (v as unknown as { days: number }).days;
    case "TIME":
      return (v) => micros(v) * 1000n;
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return (v) => micros(v) * 1000n;
    case "TIMESTAMP_TZ":
      return (v) => {
        const { t, o } = (v as unknown as { entries: { t: DuckDBValue; o: number } }).entries;
        if (t === null) return null;
        return { epochNanos: micros(t) * 1000n, offsetMinutes: Number(o) };
      };
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return (v) => (typeof v === "string" ? v : String(v));
    case "VECTOR":
      return (v) => {
        const { items } = v as unknown as { items: readonly number[] };
        return vectorText(items, type);
      };
  }
}

/** Turns chunks of a result into rows of values. */
export function rowConverter(columns: readonly ResultColumn[]): (chunk: DuckDBDataChunk) => Value[][] {
  const converters = columns.map((c) => converter(c.type));
  return (chunk) => {
    const count = chunk.rowCount;
    const rows: Value[][] = Array.from({ length: count }, () => new Array<Value>(columns.length));
    for (let c = 0; c < columns.length; c++) {
      const convert = converters[c]!;
      const values = chunk.getColumnValues(c);
      for (let r = 0; r < count; r++) {
        const value = values[r]!;
        rows[r]![c] = value === null || value === undefined ? null : convert(value);
      }
    }
    return rows;
  };
}

/** Runs SQL of DuckDB and reads every row: for what is known to be small. */
export async function resultRows(
  connection: DuckDBConnection,
  sql: string,
  columns: readonly ResultColumn[],
): Promise<Value[][]> {
  const convert = rowConverter(columns);
  const result = await connection.stream(sql);
  const rows: Value[][] = [];
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    rows.push(...convert(chunk));
  return rows;
}
