import type { ResultColumn, Value } from "../session/outcome.ts";
import { decodeValue, type EncodingOptions, rowEncoder } from "./row-encoding.ts";
import type { RowsFormat, RowWriter } from "./rows-format.ts";

/** Rows as JSON arrays of texts, joined by commas, without outer brackets: what every driver reads. */
export const jsonRows: RowsFormat = {
  name: "json",
  writer(columns: ResultColumn[], options: EncodingOptions): RowWriter {
    const encode = rowEncoder(columns, options);
    let parts: string[] = [];
    let size = 0;
    return {
      add(row) {
        const text = encode(row);
        parts.push(text);
        size += text.length + 1;
      },
      get rows() {
        return parts.length;
      },
      get size() {
        return size;
      },
      take() {
        const text = parts.join(",");
        parts = [];
        size = 0;
        return text;
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
