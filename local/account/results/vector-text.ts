import type { DataType } from "../types/data-type.ts";

/** The shortest text of a number of 32 bits. */
function singleText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

/** A vector's value, as the layers hand it on: `[1,2.5]`. */
export const vectorText = (
  items: Iterable<number>,
  { element }: Extract<DataType, { kind: "VECTOR" }>,
): string => `[${Array.from(items, element === "INT" ? String : singleText).join(",")}]`;
