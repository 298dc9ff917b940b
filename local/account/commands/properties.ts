import { parseName } from "../access/index.ts";
import { errors } from "../errors.ts";
import type { Cursor } from "./cursor.ts";

/** Reads one property's value; the cursor stands after `=`. `key` is for messages. */
export type ValueReader<T> = (cursor: Cursor, key: string) => T;

/** The properties that a statement allows: key to reader. Keys are upper-case; order in the statement is free. */
export type PropertyTable = Record<string, ValueReader<unknown>>;

export type PropertyValues<T extends PropertyTable> = { [K in keyof T]?: ReturnType<T[K]> };

/**
 * Reads `KEY = value` pairs, with or without commas between, until a token that is no key of the table. A key given
 * twice is a syntax error. `=` may be left out where `WITH`-like keys allow it.
 */
export function readProperties<T extends PropertyTable>(cursor: Cursor, table: T): PropertyValues<T> {
  const values: Record<string, unknown> = {};
  for (;;) {
    const token = cursor.peek(cursor.seesSymbol(",") ? 1 : 0);
    if (token?.kind !== "WORD" || !Object.hasOwn(table, token.value)) break;
    if (Object.hasOwn(values, token.value)) throw cursor.syntaxError(token);
    cursor.acceptSymbol(",");
    cursor.at++;
    cursor.acceptSymbol("=");
    values[token.value] = table[token.value]!(cursor, token.value);
  }
  return values as PropertyValues<T>;
}

/** `UNSET KEY, KEY`: keys of the table. At least one; an unknown one is a syntax error. */
export function readKeys(cursor: Cursor, allowed: readonly string[]): string[] {
  return cursor.commaSeparated(() => {
    const token = cursor.peek();
    if (token?.kind !== "WORD" || !allowed.includes(token.value)) throw cursor.syntaxError();
    cursor.at++;
    return token.value;
  });
}

/** A string literal. */
export const text: ValueReader<string> = (cursor) => cursor.string();

/** A string literal, or a bare word as it was written. */
export const textOrWord: ValueReader<string> = (cursor) => {
  if (cursor.seesString) return cursor.string();
  const token = cursor.peek();
  if (token?.kind === "NUMBER") return cursor.numberText();
  if (token?.kind !== "WORD" && token?.kind !== "QUOTED") throw cursor.syntaxError();
  cursor.at++;
  return token.kind === "QUOTED" ? token.value : token.image;
};

/** One of the words, bare or in quotes, in any case; answered as listed. */
export function oneOf<const T extends string>(...allowed: readonly T[]): ValueReader<T> {
  return (cursor, key) => {
    const given = textOrWord(cursor, key);
    const found = allowed.find((value) => value.toUpperCase() === given.toUpperCase());
    if (found === undefined) throw errors.invalidValue(given, key);
    return found;
  };
}

/** Synonyms to what they mean: `{ XSMALL: 'X-Small', 'X-SMALL': 'X-Small' }`, bare or in quotes. */
export function mapped<T>(meanings: Record<string, T>): ValueReader<T> {
  return (cursor, key) => {
    const given = textOrWord(cursor, key);
    const found = meanings[given.toUpperCase()];
    if (found === undefined) throw errors.invalidValue(given, key);
    return found;
  };
}

export function integer(range: { min?: number; max?: number } = {}): ValueReader<number> {
  return (cursor, key) => {
    const value = cursor.seesString ? Number(cursor.string()) : cursor.integer();
    if (!Number.isInteger(value) || value < (range.min ?? -Infinity) || value > (range.max ?? Infinity))
      throw errors.invalidValue(String(value), key);
    return value;
  };
}

/** TRUE or FALSE, in quotes too. */
export const flag: ValueReader<boolean> = (cursor, key) => {
  const given = textOrWord(cursor, key).toUpperCase();
  if (given === "TRUE") return true;
  if (given === "FALSE") return false;
  throw errors.invalidValue(given, key);
};

/** The value, or null for a bare NULL. */
export function nullable<T>(reader: ValueReader<T>): ValueReader<T | null> {
  return (cursor, key) => (cursor.accept("NULL") ? null : reader(cursor, key));
}

/** A qualified name as stored parts; a name in quotes as text is read as identifiers. */
export const objectName: ValueReader<string[]> = (cursor) => cursor.name();

/** A name, or a text that holds one: `db.schema.rule` and `'db.schema.rule'` mean the same. */
export const objectNameOrText: ValueReader<string[]> = (cursor, key) => {
  if (!cursor.seesString) return cursor.name();
  const text = cursor.string();
  const parts = parseName(text);
  if (!parts) throw errors.invalidValue(text, key);
  return parts;
};

/** A single identifier, or a text that is taken as one identifier as it stands. */
export const identifierOrText: ValueReader<string> = (cursor) =>
  cursor.seesString ? cursor.string() : cursor.identifier();

/** `( item, item )`, or a single item without parentheses where the documentation allows it. */
export function listOf<T>(reader: ValueReader<T>, options: { bare?: boolean } = {}): ValueReader<T[]> {
  return (cursor, key) =>
    options.bare && !cursor.seesSymbol("(")
      ? [reader(cursor, key)]
      : cursor.parenthesized(() => reader(cursor, key));
}

/** `( KEY = value … )`. */
export function group<T extends PropertyTable>(table: T): ValueReader<PropertyValues<T>> {
  return (cursor) => {
    cursor.expectSymbol("(");
    const values = readProperties(cursor, table);
    cursor.expectSymbol(")");
    return values;
  };
}

/** Recognised, and refused by name: Snowflake has it, this account does not. */
export function unsupported(feature: string): ValueReader<never> {
  return () => {
    throw errors.unsupported(feature);
  };
}
