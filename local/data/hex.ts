/** All 16-bit words as four hexadecimal digits. */
export const HEX16: readonly string[] = Array.from({ length: 0x10000 }, (_, n) =>
  n.toString(16).padStart(4, "0"),
);

/** A 32-bit word as eight hexadecimal digits. */
export const hex32 = (word: number): string => HEX16[word >>> 16]! + HEX16[word & 0xffff]!;
