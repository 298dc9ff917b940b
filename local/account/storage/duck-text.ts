/** Texts and names written into DuckDB's SQL: quotes are doubled; a backslash stands for itself. */

/** A text; NUL, which no constant of DuckDB's can hold, is put in between. */
export const quoteText = (value: string): string => {
  const quoted = (part: string) => `'${part.replaceAll("'", "''")}'`;
  return value.includes("\0") ? `(${value.split("\0").map(quoted).join(" || chr(0) || ")})` : quoted(value);
};

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const textOrNull = (value: string | null): string => (value === null ? "NULL" : quoteText(value));
