import { errors, SnowflakeError } from "../../../errors.ts";
import type { DataType } from "../../../types/data-type.ts";
import { quoteText, type Typed, typed } from "../typed.ts";

/**
 * String functions over BINARY: they count bytes, which are two hexadecimal digits each. Source: the pages of the
 * functions, "String & binary functions".
 */
const BINARY: DataType = { kind: "BINARY", length: 8_388_608 };

/** Are all of these binary? A mixture of text and binary is refused. */
export function areBinary(name: string, args: readonly (Typed | undefined)[]): boolean {
  const given = args.filter((a): a is Typed => a !== undefined && !a.isNull);
  const binary = given.filter((a) => a.type.kind === "BINARY");
  if (binary.length > 0 && binary.length < given.length)
    throw new SnowflakeError(
      "001044",
      "42P13",
      `SQL compilation error: error line 0 at position -1\nInvalid argument types for function '${name}': (${given.map((a) => a.type.kind).join(", ")})`,
    );
  return binary.length > 0;
}

const hex = (a: Typed): string => `hex(${a.sql})`;
const anyNull = (args: readonly (Typed | undefined)[]): boolean => args.some((a) => a?.nullable);
const binary = (hexSql: string, args: readonly (Typed | undefined)[]): Typed =>
  typed(`unhex(${hexSql})`, BINARY, anyNull(args));

/** Bytes parted by spaces, so that a byte is never found across two. */
const parted = (a: Typed): string => `regexp_replace(${hex(a)}, '(..)', '\\1 ', 'g')`;

/** Place of the first occurrence, from 1, as a text function gives it over parted bytes. */
export const positionOfBytes = (needle: Typed, hay: Typed, start: Typed | undefined): string => {
  const from = start ? `greatest(${start.sql}, 1) - 1` : "0";
  const found = `strpos(substring(${parted(hay)}, (${from}) * 3 + 1), ${parted(needle)})`;
  return `CASE WHEN ${found} = 0 THEN 0 ELSE (${found} - 1) // 3 + 1 + ${from} END`;
};

export const containsBytes = (hay: Typed, needle: Typed): string =>
  `contains(${parted(hay)}, ${parted(needle)})`;

export const reversedBytes = (a: Typed): Typed =>
  binary(`array_to_string(list_reverse(regexp_extract_all(${hex(a)}, '..')), '')`, [a]);

export function paddedBytes(fn: "lpad" | "rpad", value: Typed, length: Typed, pad: Typed | undefined): Typed {
  if (!pad)
    throw new SnowflakeError(
      "000938",
      "22023",
      `SQL compilation error:\nnot enough arguments for function [${fn.toUpperCase()}], expected 3, got 2`,
    );
  const size = `CAST(2 * CASE WHEN ${length.sql} < 0 THEN 0 ELSE ${length.sql} END AS INTEGER)`;
  return binary(`${fn}(${hex(value)}, ${size}, ${hex(pad)})`, [value, length, pad]);
}

export const insertedBytes = (base: Typed, at: Typed, count: Typed, added: Typed): Typed =>
  binary(
    `left(${hex(base)}, 2 * (${at.sql} - 1)) || ${hex(added)} || substring(${hex(base)}, 2 * (${at.sql} + ${count.sql}) - 1)`,
    [base, at, count, added],
  );

/** BITAND and its like over BINARY: of one length, or padded with zeros on a side. Source: "BITAND". */
export function bitwiseBytes(
  name: string,
  operator: string,
  a: Typed,
  b: Typed,
  side: Typed | undefined,
): Typed {
  const where = side?.constant?.value.toUpperCase();
  if (side && where !== "LEFT" && where !== "RIGHT") throw errors.invalidValue(where ?? side.sql, "padside");
  const size = `CAST(greatest(length(${hex(a)}), length(${hex(b)})) AS INTEGER)`;
  const bits = (one: Typed) =>
    `CAST(${where ? `unhex(${where === "LEFT" ? "lpad" : "rpad"}(${hex(one)}, ${size}, ${quoteText("0")}))` : one.sql} AS BIT)`;
  const combined = operator === "xor" ? `xor(${bits(a)}, ${bits(b)})` : `(${bits(a)} ${operator} ${bits(b)})`;
  if (areBinary(name, [a, b]) === false) throw errors.internal("no binary values");
  return typed(`CAST(${combined} AS BLOB)`, BINARY, anyNull([a, b]));
}
