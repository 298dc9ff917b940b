import type { ResultColumn, Value } from "../session/outcome.ts";
import { decodeValue, type EncodingOptions, rowEncoder } from "./row-encoding.ts";
import type { RowsFormat, RowWriter } from "./rows-format.ts";

/** Characters after which text becomes bytes: a string that grows to megabytes holds all its pieces. */
const PART = 32_768;

/** Rows as JSON arrays of texts, joined by commas, without outer brackets: what every driver reads. */
export const jsonRows: RowsFormat = {
  name: "json",
  writer(columns: ResultColumn[], options: EncodingOptions): RowWriter {
    const encode = rowEncoder(columns, options);
    let parts: Buffer[] = [];
    let pending = "";
    let rows = 0;
    let size = 0;
    return {
      add(row) {
        const text = encode(row);
        pending += rows > 0 ? `,${text}` : text;
        rows++;
        size += text.length + 1;
        if (pending.length < PART) return;
        parts.push(Buffer.from(pending));
        pending = "";
      },
      get rows() {
        return rows;
      },
      get size() {
        return size;
      },
      take() {
        const body = parts.length === 0 ? pending : Buffer.concat([...parts, Buffer.from(pending)]);
        parts = [];
        pending = "";
        rows = 0;
        size = 0;
        return body;
      },
    };
  },
  inline: (body) => body.toString(),
  fromInline: (text) => text,
  read: async (body, columns): Promise<Value[][]> =>
    (JSON.parse(`[${body.toString()}]`) as (string | null)[][]).map((row) =>
      row.map((cell, index) => decodeValue(cell, columns[index]!.type)),
    ),
};
