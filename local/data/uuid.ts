import { hashOf } from "./random.ts";

/** A version 4 UUID that is a function of its parts. */
export function uuidOf(...parts: number[]): string {
  const hex = [1, 2, 3, 4]
    .map((n) =>
      hashOf(n, ...parts)
        .toString(16)
        .padStart(8, "0"),
    )
    .join("");
  const variant = "89ab"[Number.parseInt(hex[16]!, 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The bits of a UUID as four words, to derive others from without losing any. */
export function wordsOf(uuid: string): [number, number, number, number] {
  const hex = uuid.replaceAll("-", "");
  const word = (n: number) => Number.parseInt(hex.slice(8 * n, 8 * n + 8), 16);
  return [word(0), word(1), word(2), word(3)];
}
