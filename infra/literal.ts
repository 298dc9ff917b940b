/** Values written into statements. Source: Snowflake documentation, "String & binary data types", escape sequences. */

/** A string literal: quotes and backslashes are doubled. */
export const literal = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

export const constant = (value: string | number | boolean): string =>
  typeof value === "string" ? literal(value) : String(value);
