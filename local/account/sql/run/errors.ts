import { SnowflakeError } from "../../errors.ts";

/**
 * DuckDB's errors as Snowflake's. The only place where texts of DuckDB are read; physical names never leave it.
 */
type Rule = [pattern: RegExp, make: (match: RegExpExecArray) => SnowflakeError];

const RULES: Rule[] = [
  [/FIRN\|([0-9]+)\|([0-9A-Z]+)\|([\s\S]*?)\|NRIF/, (m) => new SnowflakeError(m[1]!, m[2]!, m[3]!)],
  [
    /Malformed JSON at byte [0-9]+ of input: ([^\n]*?)\.? {2}Input: "/,
    (m) => new SnowflakeError("100069", "22P02", `Error parsing JSON: ${m[1]}`),
  ],
  [
    /Current transaction is aborted/,
    () =>
      new SnowflakeError(
        "000603",
        "XX000",
        "SQL execution internal error: the transaction was aborted by an earlier statement's error. Roll back and begin it again.",
      ),
  ],
  [/INTERRUPT/i, () => new SnowflakeError("000604", "57014", "SQL execution canceled")],
  [
    /(?:Could not convert string|Failed to cast value: Could not convert string) ['"]?([\s\S]*?)['"]? to (?:U?INT\d+|HUGEINT|DECIMAL|DOUBLE|FLOAT|BIGINT|INTEGER)/,
    (m) => new SnowflakeError("100038", "22018", `Numeric value '${m[1]}' is not recognized`),
  ],
  [
    /Could not convert string "([\s\S]*?)" to DECIMAL/,
    (m) => new SnowflakeError("100038", "22018", `Numeric value '${m[1]}' is not recognized`),
  ],
  [
    /(?:Casting value|Could not cast value|Type \w+ with value) "?(-?[0-9.eE+]+)"? (?:to|can't)[\s\S]*/,
    (m) => new SnowflakeError("100039", "22003", `Numeric value '${m[1]}' is out of range`),
  ],
  [
    /Out of Range Error|Overflow in|out of range/,
    () => new SnowflakeError("100046", "22003", "Number out of representable range"),
  ],
  [
    /More than one row returned by a subquery/,
    () => new SnowflakeError("090150", "22000", "Single-row subquery returns more than one row."),
  ],
  [
    /column "?([^"\n]*?)"? must appear in (?:the )?GROUP BY clause/,
    (m) =>
      new SnowflakeError(
        "000979",
        "42601",
        `SQL compilation error:\n[${m[1]}] is not a valid group by expression`,
      ),
  ],
  [
    /window functions are not allowed in window definitions/,
    () =>
      new SnowflakeError(
        "002040",
        "0A000",
        "SQL compilation error:\nUnsupported feature 'SEQ or a seeded RANDOM in the window of this function'.",
      ),
  ],
  [
    /(WHERE|GROUP BY) clause cannot contain (aggregates|window functions)/,
    (m) =>
      new SnowflakeError(
        "002035",
        "42601",
        `SQL compilation error:\nInvalid ${m[2] === "aggregates" ? "aggregate" : "window"} function in ${m[1]!.toLowerCase()} clause`,
      ),
  ],
  [
    /aggregate function calls cannot be nested|cannot be nested/,
    () =>
      new SnowflakeError(
        "002035",
        "42601",
        "SQL compilation error:\nAggregate functions cannot be nested: an aggregate inside another one.",
      ),
  ],
  [
    /(?:unhex|hex).*(?:invalid|not a valid)|Invalid input for hex digit|hex/i,
    () => new SnowflakeError("100115", "22000", "The text is not legal hexadecimal."),
  ],
  [
    /is undefined outside|cannot take (?:square root|logarithm)/i,
    () =>
      new SnowflakeError("100045", "22023", "Invalid floating point operation: argument out of its domain"),
  ],
  [/as base64/, () => new SnowflakeError("100116", "22000", "The text is not legal base64.")],
  [
    /could not convert blob to UTF8/,
    () => new SnowflakeError("100144", "22000", "Invalid UTF8 detected while decoding"),
  ],
  [
    /GROUPING statement cannot be used without groups/,
    () =>
      new SnowflakeError(
        "002077",
        "42601",
        "SQL compilation error:\nGROUPING function needs a GROUP BY clause.",
      ),
  ],
  [
    /Invalid Input Error: ((?:missing|unexpected|invalid|no argument|bad|trailing)[^:\n]*): ([^\n]*)/,
    (m) => new SnowflakeError("100048", "2201B", `Invalid regular expression: '${m[2]}', ${m[1]}`),
  ],
  [/key cannot be NULL/, () => new SnowflakeError("100087", "22000", "NULL key in an object")],
  [
    /Unknown TimeZone '?([^'!\n]*)/i,
    (m) => new SnowflakeError("100109", "22023", `Invalid timezone '${m[1]}'`),
  ],
];

/** Any error while a statement ran, as the client may see it. */
export function translateError(error: unknown): Error {
  if (error instanceof SnowflakeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  for (const [pattern, make] of RULES) {
    const match = pattern.exec(message);
    if (match) return withCause(make(match), error);
  }
  const first = message
    .split("\n")[0]!
    .replace(/\b[a-z]\d+\./g, "")
    .replace(/\bdata\.t\d+\b/g, "the table");
  return withCause(new SnowflakeError("000603", "XX000", `SQL execution internal error: ${first}`), error);
}

function withCause(made: SnowflakeError, cause: unknown): SnowflakeError {
  Object.defineProperty(made, "cause", { value: cause, enumerable: false });
  return made;
}
