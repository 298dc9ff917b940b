import { errors } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import {
  flag,
  integer,
  listOf,
  oneOf,
  type PropertyTable,
  readProperties,
  text,
  textOrWord,
  type ValueReader,
} from "./properties.ts";

export const FORMAT_TYPES = ["CSV", "JSON", "AVRO", "ORC", "PARQUET", "XML"] as const;
export type FormatType = (typeof FORMAT_TYPES)[number];

/** A text, or NONE. */
const textOrNone: ValueReader<string> = (cursor, key) => {
  const value = textOrWord(cursor, key);
  return value.toUpperCase() === "NONE" ? "NONE" : value;
};
const autoOr: ValueReader<string> = (cursor, key) => {
  const value = textOrWord(cursor, key);
  return value.toUpperCase() === "AUTO" ? "AUTO" : value;
};
const METHODS = ["AUTO", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE"] as const;
/** GZIP is what the Python connector's write_pandas says unless told: its files are read whatever is said. */
const PARQUET_METHODS = ["AUTO", "GZIP", "LZO", "SNAPPY", "NONE"] as const;
const COMPRESSION = oneOf(...METHODS);
const PARQUET_COMPRESSION = oneOf(...PARQUET_METHODS);
const BINARY = oneOf("HEX", "BASE64", "UTF8", "UTF-8");
const nullIf = listOf(text);

interface FormatOption {
  read: ValueReader<unknown>;
  byDefault: unknown;
  type: "String" | "Integer" | "Boolean" | "List";
}
const option = (
  read: ValueReader<unknown>,
  byDefault: unknown,
  type: FormatOption["type"],
): FormatOption => ({
  read,
  byDefault,
  type,
});

const COMMON_TEXT = {
  DATE_FORMAT: option(autoOr, "AUTO", "String"),
  TIME_FORMAT: option(autoOr, "AUTO", "String"),
  TIMESTAMP_FORMAT: option(autoOr, "AUTO", "String"),
  BINARY_FORMAT: option(BINARY, "HEX", "String"),
};

/** Options of each file format type with their defaults, in the order of DESCRIBE. Source: "CREATE FILE FORMAT". */
export const FORMAT_OPTIONS: Record<FormatType, Record<string, FormatOption>> = {
  CSV: {
    RECORD_DELIMITER: option(textOrNone, "\n", "String"),
    FIELD_DELIMITER: option(textOrNone, ",", "String"),
    FILE_EXTENSION: option(textOrWord, null, "String"),
    SKIP_HEADER: option(integer({ min: 0 }), 0, "Integer"),
    PARSE_HEADER: option(flag, false, "Boolean"),
    ...COMMON_TEXT,
    ESCAPE: option(textOrNone, "NONE", "String"),
    ESCAPE_UNENCLOSED_FIELD: option(textOrNone, "\\", "String"),
    TRIM_SPACE: option(flag, false, "Boolean"),
    FIELD_OPTIONALLY_ENCLOSED_BY: option(textOrNone, "NONE", "String"),
    NULL_IF: option(nullIf, ["\\N"], "List"),
    COMPRESSION: option(COMPRESSION, "AUTO", "String"),
    ERROR_ON_COLUMN_COUNT_MISMATCH: option(flag, true, "Boolean"),
    VALIDATE_UTF8: option(flag, true, "Boolean"),
    SKIP_BLANK_LINES: option(flag, false, "Boolean"),
    REPLACE_INVALID_CHARACTERS: option(flag, false, "Boolean"),
    EMPTY_FIELD_AS_NULL: option(flag, true, "Boolean"),
    SKIP_BYTE_ORDER_MARK: option(flag, true, "Boolean"),
    ENCODING: option(textOrWord, "UTF8", "String"),
    MULTI_LINE: option(flag, true, "Boolean"),
  },
  JSON: {
    FILE_EXTENSION: option(textOrWord, null, "String"),
    ...COMMON_TEXT,
    TRIM_SPACE: option(flag, false, "Boolean"),
    NULL_IF: option(nullIf, [], "List"),
    COMPRESSION: option(COMPRESSION, "AUTO", "String"),
    ENABLE_OCTAL: option(flag, false, "Boolean"),
    ALLOW_DUPLICATE: option(flag, false, "Boolean"),
    STRIP_OUTER_ARRAY: option(flag, false, "Boolean"),
    STRIP_NULL_VALUES: option(flag, false, "Boolean"),
    IGNORE_UTF8_ERRORS: option(flag, false, "Boolean"),
    REPLACE_INVALID_CHARACTERS: option(flag, false, "Boolean"),
    SKIP_BYTE_ORDER_MARK: option(flag, true, "Boolean"),
    MULTI_LINE: option(flag, true, "Boolean"),
  },
  AVRO: {
    TRIM_SPACE: option(flag, false, "Boolean"),
    NULL_IF: option(nullIf, ["\\N"], "List"),
    COMPRESSION: option(COMPRESSION, "AUTO", "String"),
    REPLACE_INVALID_CHARACTERS: option(flag, false, "Boolean"),
  },
  ORC: {
    TRIM_SPACE: option(flag, false, "Boolean"),
    NULL_IF: option(nullIf, ["\\N"], "List"),
    REPLACE_INVALID_CHARACTERS: option(flag, false, "Boolean"),
  },
  PARQUET: {
    TRIM_SPACE: option(flag, false, "Boolean"),
    NULL_IF: option(nullIf, ["\\N"], "List"),
    COMPRESSION: option(PARQUET_COMPRESSION, "AUTO", "String"),
    SNAPPY_COMPRESSION: option(flag, true, "Boolean"),
    BINARY_AS_TEXT: option(flag, true, "Boolean"),
    USE_LOGICAL_TYPE: option(flag, false, "Boolean"),
    USE_VECTORIZED_SCANNER: option(flag, false, "Boolean"),
    REPLACE_INVALID_CHARACTERS: option(flag, false, "Boolean"),
  },
  XML: {
    COMPRESSION: option(COMPRESSION, "AUTO", "String"),
    IGNORE_UTF8_ERRORS: option(flag, false, "Boolean"),
    PRESERVE_SPACE: option(flag, false, "Boolean"),
    STRIP_OUTER_ELEMENT: option(flag, false, "Boolean"),
    DISABLE_SNOWFLAKE_DATA: option(flag, false, "Boolean"),
    DISABLE_AUTO_CONVERT: option(flag, false, "Boolean"),
    REPLACE_INVALID_CHARACTERS: option(flag, false, "Boolean"),
    SKIP_BYTE_ORDER_MARK: option(flag, true, "Boolean"),
  },
};

/** Every option of any type. */
function anyTable(): PropertyTable {
  const table: PropertyTable = {};
  for (const options of Object.values(FORMAT_OPTIONS))
    for (const [key, { read }] of Object.entries(options)) table[key] ??= read;
  return table;
}
/** What is read before the type is known: a method of any. */
const ANY: PropertyTable = { ...anyTable(), COMPRESSION: oneOf(...METHODS, ...PARQUET_METHODS) };

const ofType = (type: FormatType): PropertyTable =>
  Object.fromEntries(Object.entries(FORMAT_OPTIONS[type]).map(([key, { read }]) => [key, read]));

export interface FileFormat {
  type: FormatType;
  /** Options that were given, upper-case keys. */
  options: Record<string, unknown>;
}

/**
 * `TYPE = CSV KEY = value …`. An option that the type does not have is an error; TYPE is CSV when left out.
 */
export function readFileFormat(
  cursor: Cursor,
  more: PropertyTable = {},
): FileFormat & { rest: Record<string, unknown> } {
  const table = { TYPE: oneOf(...FORMAT_TYPES), ...ANY, ...more };
  const start = cursor.at;
  const { TYPE: type = "CSV" } = readProperties(cursor, table) as { TYPE?: FormatType };
  // Again, now that the type is known: it may stand behind its options.
  cursor.at = start;
  const { TYPE: _, ...given }: Record<string, unknown> = readProperties(cursor, {
    ...table,
    ...ofType(type),
    ...more,
  });
  const options: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (Object.hasOwn(more, key)) rest[key] = value;
    else if (Object.hasOwn(FORMAT_OPTIONS[type], key)) options[key] = value;
    else
      throw errors.compilation(
        "001008",
        "22023",
        `invalid parameter '${key}' for file format type '${type}'`,
      );
  }
  return { type, options, rest };
}

/** All options of the type with those that were given. */
export function withDefaults(format: {
  type: FormatType;
  options: Record<string, unknown>;
}): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const [key, { byDefault }] of Object.entries(FORMAT_OPTIONS[format.type]))
    all[key] = format.options[key] ?? byDefault;
  return all;
}

/** A value as DESCRIBE prints it: lists in brackets, line ends escaped. */
export function printOption(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return `[${value.map((v) => String(v).replaceAll("\\", "\\\\")).join(", ")}]`;
  return String(value)
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
}
