import { HEX16, hex32 } from "./hex.ts";
import { hashOf } from "./random.ts";

/** A version 4 UUID that is a function of its parts. */
export function uuidOf(...parts: number[]): string {
  const second = hashOf(2, ...parts);
  const third = hashOf(3, ...parts);
  const version = 0x4000 | (second & 0x0fff);
  const variant = 0x8000 | ((third >>> 16) & 0x3fff);
  return `${hex32(hashOf(1, ...parts))}-${HEX16[second >>> 16]}-${HEX16[version]}-${HEX16[variant]}-${HEX16[third & 0xffff]}${hex32(hashOf(4, ...parts))}`;
}

/** The bits of a UUID as four words, to derive others from without losing any. */
export function wordsOf(uuid: string): [number, number, number, number] {
  const word = (from: number, to: number) => Number.parseInt(uuid.slice(from, to).replace("-", ""), 16);
  return [word(0, 8), word(9, 18), word(19, 28), word(28, 36)];
}
