/**
 * A VARIANT is JSON text; what JSON has no values for stands in it as a string that begins with this mark and a letter:
 * dates, times, timestamps and binaries keep their type, a missing element of an array is not JSON null. The mark is a
 * private-use character, so that it stands in no text of a user's. Source: "Semi-structured data types", "VARIANT".
 */
export const MARK = "\uf8f0";

export const LETTERS = {
  DATE: "D",
  TIME: "T",
  TIMESTAMP_NTZ: "N",
  TIMESTAMP_LTZ: "L",
  TIMESTAMP_TZ: "Z",
  BINARY: "B",
} as const;

export type MarkedKind = keyof typeof LETTERS;

const KINDS = new Map<string, MarkedKind>(
  (Object.keys(LETTERS) as MarkedKind[]).map((kind) => [LETTERS[kind], kind]),
);

/** The element that ARRAY_CONSTRUCT(NULL) makes, shown as `undefined`; as JSON text. */
export const UNDEFINED = `"${MARK}U"`;

/** The kind and the text behind the mark: instants in UTC, TIMESTAMP_TZ with its offset, six decimals. */
export function readMarked(text: string): { kind: MarkedKind; text: string } | null {
  if (!text.startsWith(MARK)) return null;
  const kind = KINDS.get(text[1] ?? "");
  return kind ? { kind, text: text.slice(2) } : null;
}
