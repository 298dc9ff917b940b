import { printDataType } from "../types/data-type.ts";
import { parseDataType } from "../types/parse-data-type.ts";
import type { Cursor } from "./cursor.ts";

/** Reads one data type: `NUMBER(10, 2)`, `TIMESTAMP WITH TIME ZONE`, `DOUBLE PRECISION`. Returns its text. */
export function readTypeText(cursor: Cursor): string {
  const start = cursor.at;
  cursor.identifier();
  for (const tail of ["PRECISION", "VARYING"]) cursor.accept(tail);
  if (cursor.seesSymbol("(")) cursor.balanced();
  for (const tail of ["WITH LOCAL TIME ZONE", "WITH TIME ZONE", "WITHOUT TIME ZONE"])
    cursor.acceptPhrase(tail);
  return cursor.textSince(start);
}

/** A type's name as signatures print it: without length or precision. */
export function signatureType(text: string): string {
  return printDataType(parseDataType(text)).split("(")[0]!;
}

/** `(NUMBER, VARCHAR)` as it identifies a routine. */
export function readSignature(cursor: Cursor): string[] {
  return cursor.parenthesized(() => signatureType(readTypeText(cursor)));
}
