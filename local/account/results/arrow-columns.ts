import {
  type DataType as ArrowType,
  Binary,
  Bool,
  type Data,
  DateDay,
  Decimal,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  Struct,
  Utf8,
} from "apache-arrow";
import type { ResultColumn, Value } from "../session/outcome.ts";
import { hasFields, printDataType } from "../types/data-type.ts";
import { renderVariant } from "./render-variant.ts";
import { type EncodingOptions, isZoned, nanosOf } from "./row-encoding.ts";

/** A column of a chunk: its field, with the metadata by which Snowflake's drivers tell their types, and its values. */
export interface ArrowColumn {
  field: Field;
  data: Data;
}

const SECOND = 1_000_000_000n;
const INT64_LEAST = -(2n ** 63n);
const INT64_MOST = 2n ** 63n - 1n;

/**
 * One column of the rows. NUMBER is an integer of 10^-scale: 64 bits wide where all values of the chunk fit, else a
 * decimal of 128 bits; TIME counts units of its scale; TIMESTAMP_* are whole seconds, nanoseconds and, with an offset,
 * minutes plus 1440 (as the drivers' Arrow converters read them).
 */
export function arrowColumn(
  { name, type, nullable }: ResultColumn,
  index: number,
  rows: readonly Value[][],
  options: EncodingOptions,
): ArrowColumn {
  const length = rows.length;
  const { nullBitmap, nullCount } = validity(rows, index);
  const column = (arrowType: ArrowType, metadata: Record<string, string>, parts: Partial<Buffers>) => ({
    field: new Field(
      name,
      arrowType,
      nullable,
      new Map(Object.entries({ logicalType: type.kind, precision: "0", scale: "0", ...metadata })),
    ),
    data: makeData({ type: arrowType, length, nullCount, nullBitmap, ...parts } as never) as Data,
  });
  const cell = (row: number): Value => rows[row]![index] ?? null;
  switch (type.kind) {
    case "NUMBER": {
      const metadata = { logicalType: "FIXED", precision: `${type.precision}`, scale: `${type.scale}` };
      const values = unscaledValues(rows, index, type.scale);
      return values instanceof BigInt64Array
        ? column(new Int64(), metadata, { data: values })
        : column(new Decimal(type.scale, 38, 128), metadata, { data: wordsOf(values) });
    }
    case "FLOAT": {
      const data = new Float64Array(length);
      for (let row = 0; row < length; row++) data[row] = Number(cell(row) ?? 0);
      return column(new Float64(), { logicalType: "REAL" }, { data });
    }
    case "BOOLEAN": {
      const data = new Uint8Array((length + 7) >> 3);
      for (let row = 0; row < length; row++) if (isTrue(cell(row))) data[row >> 3]! |= 1 << (row & 7);
      return column(new Bool(), {}, { data });
    }
    case "DATE": {
      const data = new Int32Array(length);
      for (let row = 0; row < length; row++) data[row] = Number(cell(row) ?? 0);
      return column(new DateDay(), {}, { data });
    }
    case "TIME": {
      const unit = 10n ** BigInt(9 - type.scale);
      const data = new BigInt64Array(length);
      for (let row = 0; row < length; row++) data[row] = nanosOf(cell(row) ?? 0n) / unit;
      return column(new Int64(), { scale: `${type.scale}` }, { data });
    }
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ": {
      const zoned = type.kind === "TIMESTAMP_TZ";
      const seconds = new BigInt64Array(length);
      const fraction = new Int32Array(length);
      const zone = new Int32Array(length);
      for (let row = 0; row < length; row++) {
        const value = cell(row);
        const nanos = nanosOf(value ?? 0n);
        const rest = ((nanos % SECOND) + SECOND) % SECOND;
        seconds[row] = (nanos - rest) / SECOND;
        fraction[row] = Number(rest);
        if (zoned) zone[row] = (isZoned(value) ? value.offsetMinutes : 0) + 1440;
      }
      const parts: [string, ArrowType, BigInt64Array | Int32Array][] = [
        ["epoch", new Int64(), seconds],
        ["fraction", new Int32(), fraction],
        ...(zoned ? [["timezone", new Int32(), zone] as [string, ArrowType, Int32Array]] : []),
      ];
      const fields = parts.map(([part, of]) => new Field(part, of, false));
      const children = parts.map(([, of, data]) => makeData({ type: of, length, data } as never) as Data);
      const metadata = { scale: `${type.scale}`, ...(zoned ? { byteLength: "16" } : {}) };
      return column(new Struct(fields), metadata, { children });
    }
    case "BINARY": {
      const bytes = rows.map((_, row) => asBytes(cell(row)));
      return column(new Binary(), lengths(type.length), joined(bytes));
    }
    case "VARCHAR":
      return column(
        new Utf8(),
        { logicalType: "TEXT", ...lengths(type.length) },
        joined(rows.map((_, row) => Buffer.from(String(cell(row) ?? "")))),
      );
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return column(
        new Utf8(),
        { ...(type.kind === "MAP" && { logicalType: "OBJECT" }), ...lengths(16_777_216) },
        joined(
          rows.map((_, row) => {
            const value = cell(row);
            return Buffer.from(
              value === null
                ? ""
                : renderVariant(String(value), options.jsonIndent, options.variant, !hasFields(type)),
            );
          }),
        ),
      );
    case "VECTOR": {
      const isFloat = type.element === "FLOAT";
      const { dimension } = type;
      const values = isFloat ? new Float32Array(length * dimension) : new Int32Array(length * dimension);
      for (let row = 0; row < length; row++)
        values.set(JSON.parse(String(cell(row) ?? "[]")) as number[], row * dimension);
      const of = isFloat ? new Float32() : new Int32();
      const child = makeData({ type: of, length: values.length, data: values } as never) as Data;
      return column(new FixedSizeList(dimension, new Field("item", of, false)), {}, { child });
    }
    default:
      throw new Error(`${printDataType(type)} has no Arrow form`);
  }
}

interface Buffers {
  data: unknown;
  valueOffsets: Int32Array;
  children: Data[];
  child: Data;
}

const lengths = (length: number) => ({ charLength: `${length}`, byteLength: `${length}` });

function validity(rows: readonly Value[][], index: number): { nullBitmap?: Uint8Array; nullCount: number } {
  let nullCount = 0;
  const nullBitmap = new Uint8Array((rows.length + 7) >> 3);
  for (let row = 0; row < rows.length; row++) {
    const value = rows[row]![index];
    if (value === null || value === undefined) nullCount++;
    else nullBitmap[row >> 3]! |= 1 << (row & 7);
  }
  return nullCount === 0 ? { nullCount } : { nullBitmap, nullCount };
}

/** Integers of 10^-scale; of 64 bits where all fit. */
function unscaledValues(rows: readonly Value[][], index: number, scale: number): BigInt64Array | bigint[] {
  const narrow = new BigInt64Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const value = unscaled(rows[row]![index] ?? null, scale);
    if (value < INT64_LEAST || value > INT64_MOST)
      return rows.map((each) => unscaled(each[index] ?? null, scale));
    narrow[row] = value;
  }
  return narrow;
}

/** `12.5` of scale 2 is 1250. */
export function unscaled(value: Value, scale: number): bigint {
  if (value === null) return 0n;
  if (typeof value === "bigint") return value * 10n ** BigInt(scale);
  const [whole = "0", fraction = ""] = String(value).split(".");
  return BigInt(whole + fraction.padEnd(scale, "0").slice(0, scale));
}

/** Two's complement of 128 bits, as four words each, the lowest first. */
function wordsOf(values: readonly bigint[]): Uint32Array {
  const words = new Uint32Array(values.length * 4);
  values.forEach((value, row) => {
    let rest = BigInt.asUintN(128, value);
    for (let word = 0; word < 4; word++) {
      words[row * 4 + word] = Number(rest & 0xffff_ffffn);
      rest >>= 32n;
    }
  });
  return words;
}

function joined(parts: readonly Uint8Array[]): { data: Uint8Array; valueOffsets: Int32Array } {
  const valueOffsets = new Int32Array(parts.length + 1);
  parts.forEach((part, row) => {
    valueOffsets[row + 1] = valueOffsets[row]! + part.length;
  });
  return { data: Buffer.concat(parts), valueOffsets };
}

const isTrue = (value: Value): boolean =>
  value === true || value === "true" || value === "1" || value === 1 || value === 1n;
const asBytes = (value: Value): Uint8Array =>
  value instanceof Uint8Array ? value : Buffer.from(value === null ? "" : String(value));
