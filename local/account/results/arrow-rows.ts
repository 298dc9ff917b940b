import {
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  type Vector,
} from "apache-arrow";
import type { ResultColumn, Value } from "../session/outcome.ts";
import { decimalText } from "../sql/run/values.ts";
import type { DataType } from "../types/data-type.ts";
import { arrowColumn } from "./arrow-columns.ts";
import { documentFromText, type EncodingOptions } from "./row-encoding.ts";
import type { RowsFormat, RowWriter } from "./rows-format.ts";
import { vectorText } from "./vector-text.ts";

/** Each chunk is one Arrow IPC stream of one record batch; within an answer it is base64. */
export const arrowRows: RowsFormat = {
  name: "arrow",
  writer(columns: ResultColumn[], options: EncodingOptions): RowWriter {
    let rows: Value[][] = [];
    let size = 0;
    return {
      add(row) {
        rows.push(row);
        for (const value of row) size += typeof value === "string" ? value.length + 4 : 12;
      },
      get rows() {
        return rows.length;
      },
      get size() {
        return size;
      },
      take() {
        const bytes = encode(columns, rows, options);
        rows = [];
        size = 0;
        return bytes;
      },
    };
  },
  inline: (body) => Buffer.from(body as Buffer).toString("base64"),
  fromInline: (text) => Buffer.from(text, "base64"),
  read: async (body, columns) => decode(Buffer.from(body as Buffer), columns),
};

/**
 * The library counts the padding after a buffer as part of it; nanoarrow, in the Python connector, then takes the zeros
 * after the last offset of a text column for an offset, and refuses.
 */
class ExactWriter extends RecordBatchStreamWriter {
  protected override _assembleRecordBatch(batch: RecordBatch | Vector) {
    const assembled = super._assembleRecordBatch(batch);
    assembled.bufferRegions.forEach((region, index) => {
      region.length = assembled.buffers[index]!.byteLength;
    });
    return assembled;
  }
}

function encode(columns: ResultColumn[], rows: Value[][], options: EncodingOptions): Buffer {
  const made = columns.map((column, index) => arrowColumn(column, index, rows, options));
  const fields = made.map(({ field }) => field);
  // The library makes one of columns that share a name, which results may have: it is given numbers, then the names.
  const numbered = fields.map((field, index) => field.clone({ name: `${index}` }));
  const data = makeData({
    type: new Struct(numbered),
    length: rows.length,
    nullCount: 0,
    children: made.map((column) => column.data),
  });
  const batch = new RecordBatch(new Schema(numbered), data);
  Reflect.set(batch, "schema", new Schema(fields));
  const writer = new ExactWriter();
  writer.write(batch);
  writer.finish();
  return Buffer.from(writer.toUint8Array(true));
}

function decode(bytes: Buffer, columns: ResultColumn[]): Value[][] {
  const [batch] = RecordBatchReader.from(bytes);
  if (batch === undefined) return [];
  const readers = columns.map(({ type }, index) => {
    const vector = batch.getChildAt(index)!;
    return (row: number): Value => {
      const value: unknown = vector.isValid(row) ? vector.get(row) : null;
      return value === null ? null : decodeCell(value, type);
    };
  });
  return Array.from({ length: batch.numRows }, (_, row) => readers.map((read) => read(row)));
}

/** What Arrow gives for a cell, as the value that the other layers know. */
function decodeCell(value: unknown, type: DataType): Value {
  switch (type.kind) {
    case "NUMBER": {
      const integer = typeof value === "bigint" ? value : integerOf(value as Uint32Array);
      return type.scale === 0 ? integer : decimalText(integer, type.scale);
    }
    case "DATE":
      return Math.round(Number(value) / 86_400_000);
    case "TIME":
      return (value as bigint) * 10n ** BigInt(9 - type.scale);
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ": {
      const { epoch, fraction, timezone } = value as { epoch: bigint; fraction: number; timezone?: number };
      const epochNanos = epoch * 1_000_000_000n + BigInt(fraction);
      return type.kind === "TIMESTAMP_TZ"
        ? { epochNanos, offsetMinutes: (timezone ?? 1440) - 1440 }
        : epochNanos;
    }
    case "VECTOR":
      return vectorText(value as Iterable<number>, type);
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return documentFromText(String(value));
    default:
      return value as Value;
  }
}

function integerOf(words: Uint32Array): bigint {
  let value = 0n;
  for (let word = 3; word >= 0; word--) value = (value << 32n) | BigInt(words[word]!);
  return BigInt.asIntN(128, value);
}
