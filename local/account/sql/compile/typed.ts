import { quoteName, quoteText } from "../../storage/duck-text.ts";
import { type DataType, MAX_VARCHAR, varchar } from "../../types/data-type.ts";

/** A compiled expression: DuckDB SQL that can stand as an operand, and the Snowflake type of its value. */
export interface Typed {
  sql: string;
  type: DataType;
  nullable: boolean;
  /** The NULL constant: it takes any type. */
  isNull?: boolean;
  /** A constant, for functions that read it when compiling (formats, date parts, keys). */
  constant?: { kind: "string" | "number" | "boolean"; value: string };
  /** A path into a VARIANT, so that a cast can extract text at once. */
  extract?: { base: string; path: string; textAt?: (path: string) => string };
  /** SQL of the text at a path of this column, where paths are extracted together (lifted-paths.ts). */
  textAt?: (path: string) => string;
  /** Of a TIMESTAMP_TZ: its instant (LTZ), NULL where it is NULL, and its wall clock if that is simpler than from both parts. */
  zoned?: { instant: string; wall?: string };
  /** A number out of a VARIANT: FLOAT here, NUMBER or FLOAT there by its value. */
  ofVariant?: boolean;
  /** INTERVAL constant: added to dates with `+` and `-`. */
  interval?: { amount: string; unit: string }[];
  /** Is DEFAULT in a VALUES list or an assignment. */
  isDefault?: boolean;
}

export { quoteName, quoteText };

export const typed = (sql: string, type: DataType, nullable = true): Typed => ({ sql, type, nullable });

export const text = (sql: string, nullable = true): Typed => typed(sql, varchar(), nullable);

export function textConstant(value: string): Typed {
  return {
    sql: quoteText(value),
    type: varchar(Math.max(1, Math.min(MAX_VARCHAR, [...value].length))),
    nullable: false,
    constant: { kind: "string", value },
  };
}

export function nullConstant(type: DataType = varchar()): Typed {
  return { sql: "NULL", type, nullable: true, isNull: true };
}

/** A number as written: fixed-point with its digits, or FLOAT with an exponent. */
export function numberConstant(written: string): Typed {
  const constant = { kind: "number" as const, value: written };
  if (/[eE]/.test(written)) {
    const plain = withoutExponent(written);
    if (plain) return { ...numberConstant(plain), constant };
    return { sql: `${written}::DOUBLE`, type: { kind: "FLOAT" }, nullable: false, constant };
  }
  const [whole = "", fraction = ""] = written.split(".");
  const digits = whole.replace(/^0+/, "");
  const scale = fraction.length;
  const precision = Math.max(1, digits.length + scale);
  if (precision > 38)
    return { sql: `${written}::DOUBLE`, type: { kind: "FLOAT" }, nullable: false, constant };
  const plain = scale === 0 ? digits || "0" : `${digits || "0"}.${fraction}`;
  return {
    // DuckDB would take a small one for 32 bits wide, and overflow.
    sql:
      scale > 0
        ? `CAST(${quoteText(plain)} AS DECIMAL(${precision},${scale}))`
        : `${plain}::${precision <= 18 ? "BIGINT" : "HUGEINT"}`,
    type: { kind: "NUMBER", precision, scale },
    nullable: false,
    constant,
  };
}

/** `1.5e3` as `1500`, where 38 digits hold it. */
function withoutExponent(written: string): string | null {
  const [mantissa = "", power = ""] = written.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = Number(power);
  const digits = whole + fraction;
  if (digits.length + Math.abs(shift) > 38) return null;
  const point = whole.length + shift;
  const padded = "0".repeat(Math.max(0, 1 - point)) + digits + "0".repeat(Math.max(0, point - digits.length));
  const at = Math.max(1, point);
  const rest = padded.slice(at);
  return rest === "" ? padded.slice(0, at) : `${padded.slice(0, at)}.${rest}`;
}

export const booleanConstant = (value: boolean): Typed => ({
  sql: value ? "TRUE" : "FALSE",
  type: { kind: "BOOLEAN" },
  nullable: false,
  constant: { kind: "boolean", value: String(value) },
});

/**
 * SQL that raises a Snowflake error when it is evaluated; run/errors.ts reads the marker. A failing cast and not
 * error(), which counts as volatile: TRY refuses it and it hinders the optimizer. Its type is INTEGER: cast it.
 */
export function raise(code: string, sqlState: string, messageSql: string): string {
  return `CAST(concat('FIRN|${code}|${sqlState}|', ${messageSql}, '|NRIF') AS INTEGER)`;
}

/** The message of an error that one of our own functions throws, for run/errors.ts to read. */
export const raised = (code: string, sqlState: string, message: string): string =>
  `FIRN|${code}|${sqlState}|${message}|NRIF`;
