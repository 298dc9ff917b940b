import { errors } from "../../errors.ts";

/**
 * Snowflake date and time formats as DuckDB's. Source: Snowflake documentation, "Date and time input and output
 * formats", "About the elements used in input and output formats".
 */
const ELEMENTS: readonly (readonly [element: string, format: string, parse: string])[] = [
  ["YYYY", "%Y", "%Y"],
  ["YY", "%y", "%y"],
  ["MMMM", "%B", "%B"],
  ["MON", "%b", "%b"],
  ["MM", "%m", "%m"],
  ["DD", "%d", "%d"],
  ["DY", "%a", "%a"],
  ["HH24", "%H", "%H"],
  ["HH12", "%I", "%I"],
  ["AM", "%p", "%p"],
  ["PM", "%p", "%p"],
  ["MI", "%M", "%M"],
  ["SS", "%S", "%S"],
  ["FF0", "\ue100", ""],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`FF${n}`, String.fromCharCode(0xe100 + n), "%f"] as const),
  ["FF", "\ue109", "%f"],
  ["TZH:TZM", "\ue001", "%z"],
  ["TZHTZM", "\ue002", "%z"],
  ["TZH", "\ue003", "%z"],
  ["UUUU", "%Y", "%Y"],
];

function translate(format: string, column: 1 | 2): string {
  let out = "";
  let at = 0;
  const upper = format.toUpperCase();
  while (at < format.length) {
    if (format[at] === '"') {
      const end = format.indexOf('"', at + 1);
      if (end === -1) throw errors.invalidValue(format, "format");
      out += format.slice(at + 1, end).replaceAll("%", "%%");
      at = end + 1;
      continue;
    }
    const element = ELEMENTS.find(([name]) => upper.startsWith(name, at));
    if (element) {
      out += element[column];
      at += element[0].length;
    } else {
      out += format[at] === "%" ? "%%" : format[at];
      at++;
    }
  }
  return out;
}

export type FormatPiece = string | { offset: "colon" | "plain" | "hours" } | { fraction: number };

/** For strftime, cut at offsets (DuckDB cannot print a kept one) and at fractions of a number of digits. */
export function formatPieces(format: string): FormatPiece[] {
  const kinds = { "\ue001": "colon", "\ue002": "plain", "\ue003": "hours" } as const;
  return translate(format, 1)
    .split(/([\ue001-\ue003\ue100-\ue109])/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      const offset = kinds[piece as keyof typeof kinds];
      if (offset) return { offset };
      const code = piece.charCodeAt(0);
      return code >= 0xe100 && code <= 0xe109 ? { fraction: code - 0xe100 } : piece;
    });
}

/** For strptime; `hasOffset` tells that the text carries its own offset. */
export function parseFormat(format: string): { format: string; hasOffset: boolean } {
  const out = translate(format, 2);
  return { format: out, hasOffset: out.includes("%z") };
}
