import { SnowflakeError } from "../../errors.ts";
import { type Collation, type DataType, printDataType, varchar } from "../../types/data-type.ts";
import { duckType, isSemiStructured, isTimestamp } from "../../types/physical.ts";
import type { BinaryOperator } from "../parse/index.ts";
import { castTo, coerce, variantKey, variantText } from "./cast.ts";
import { collated, collationKey, collationOf, commonCollation } from "./collation.ts";
import { commonType } from "./common-type.ts";
import type { Env } from "./env.ts";
import { raise, type Typed, textConstant, typed } from "./typed.ts";

/**
 * Operators with Snowflake's result types. Source: Snowflake documentation, "Arithmetic operators" (precision and
 * scale of results), "Comparison operators", "Logical operators".
 */
export function binary(env: Env, op: BinaryOperator, left: Typed, right: Typed): Typed {
  switch (op) {
    case "AND":
    case "OR": {
      const l = castTo(env, left, { kind: "BOOLEAN" });
      const r = castTo(env, right, { kind: "BOOLEAN" });
      return typed(`(${l.sql} ${op} ${r.sql})`, { kind: "BOOLEAN" }, l.nullable || r.nullable);
    }
    case "||":
      return concat(env, [left, right]);
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(env, op, left, right);
    default:
      return arithmetic(env, op, left, right);
  }
}

export function concat(env: Env, parts: readonly Typed[]): Typed {
  if (parts.every((p) => p.type.kind === "BINARY" && !p.isNull))
    return typed(`(${parts.map((p) => p.sql).join(" || ")})`, { kind: "BINARY", length: 8_388_608 });
  if (parts.every((p) => p.constant?.kind === "string"))
    return textConstant(parts.map((p) => p.constant!.value).join(""));
  const texts = parts.map((p) => castTo(env, p, varchar()));
  const length = parts.reduce((sum, p) => sum + (p.type.kind === "VARCHAR" ? p.type.length : 16_777_216), 0);
  let collation: Collation | undefined;
  for (const { type } of parts) collation = commonCollation(collation, collationOf(type));
  const type = varchar(Math.min(16_777_216, length));
  return typed(
    `(${texts.map((t) => t.sql).join(" || ")})`,
    collation ? collated(type, collation.spec, collation.explicit) : type,
    parts.some((p) => p.nullable),
  );
}

/** Both sides as values that DuckDB compares as Snowflake would. */
export function comparable(env: Env, operands: readonly Typed[]): string[] {
  const concrete = operands.filter((o) => !o.isNull);
  const variants = concrete.filter((o) => isSemiStructured(o.type));
  if (variants.length > 0) {
    const other = concrete.find((o) => !isSemiStructured(o.type));
    if (!other) return operands.map((o) => (o.isNull ? "NULL" : variantKey(env, o.sql)));
    const to: DataType =
      other.type.kind === "NUMBER"
        ? { kind: "NUMBER", precision: 38, scale: Math.max(10, other.type.scale) }
        : other.type;
    return operands.map((o) => castTo(env, o, o.type.kind === "NUMBER" ? o.type : to).sql);
  }
  const texts = concrete.filter((o) => o.type.kind === "VARCHAR");
  if (texts.length > 0 && texts.length < concrete.length) {
    const other = concrete.find((o) => o.type.kind !== "VARCHAR")!;
    if (other.type.kind === "NUMBER" || other.type.kind === "FLOAT")
      return operands.map((o) => (o.type.kind === "VARCHAR" ? textAsNumber(env, o).sql : o.sql));
  }
  const common = commonType(operands);
  // With an offset in play the instants are compared.
  const to: DataType =
    common.kind === "TIMESTAMP_TZ" ? { kind: "TIMESTAMP_LTZ", scale: common.scale } : common;
  return operands.map((o) =>
    to.kind === "NUMBER" && o.type.kind === "NUMBER" ? o.sql : collationKey(coerce(env, o, to).sql, to),
  );
}

/** Text compared or computed with a number: by its own digits when constant, else as FLOAT. */
export function textAsNumber(env: Env, operand: Typed): Typed {
  if (operand.constant?.kind === "string") {
    const match = /^\s*([+-]?)([0-9]*)\.?([0-9]*)\s*$/.exec(operand.constant.value);
    if (match && (match[2] !== "" || match[3] !== "")) {
      const scale = match[3]!.length;
      const precision = Math.min(38, Math.max(1, match[2]!.length + scale));
      return castTo(env, operand, { kind: "NUMBER", precision, scale: Math.min(scale, 37) });
    }
  }
  return castTo(env, operand, { kind: "FLOAT" });
}

export function compare(env: Env, op: string, left: Typed, right: Typed): Typed {
  const [l, r] = comparable(env, [left, right]);
  return typed(`(${l} ${op} ${r})`, { kind: "BOOLEAN" }, left.nullable || right.nullable);
}

export function distinctFrom(env: Env, left: Typed, right: Typed, not: boolean): Typed {
  const [l, r] = comparable(env, [left, right]);
  return typed(`(${l} IS ${not ? "NOT " : ""}DISTINCT FROM ${r})`, { kind: "BOOLEAN" }, false);
}

type NumberType = Extract<DataType, { kind: "NUMBER" }>;

const NULL_NUMBER: Typed = {
  sql: "CAST(NULL AS HUGEINT)",
  type: { kind: "NUMBER", precision: 38, scale: 0 },
  nullable: true,
  isNull: true,
};

/** Operand of arithmetic: NUMBER or FLOAT. */
export function numeric(env: Env, operand: Typed): Typed {
  switch (operand.type.kind) {
    case "NUMBER":
    case "FLOAT":
      return operand.isNull ? NULL_NUMBER : operand;
    case "VARCHAR":
      return operand.isNull ? NULL_NUMBER : textAsNumber(env, operand);
    case "BOOLEAN":
      return castTo(env, operand, { kind: "NUMBER", precision: 1, scale: 0 });
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return { ...typed(`CAST(${variantText(operand)} AS DOUBLE)`, { kind: "FLOAT" }), ofVariant: true };
    default:
      throw invalidArguments("arithmetic", [operand]);
  }
}

export function invalidArguments(name: string, args: readonly Typed[]): SnowflakeError {
  const types = args.map((a) => printDataType(a.type)).join(", ");
  return new SnowflakeError(
    "001044",
    "42P13",
    `SQL compilation error: error line 0 at position -1\nInvalid argument types for function '${name}': (${types})`,
  );
}

export function arithmetic(env: Env, op: BinaryOperator, left: Typed, right: Typed): Typed {
  const dated = dateArithmetic(env, op, left, right);
  if (dated) return dated;
  const l = numeric(env, left);
  const r = numeric(env, right);
  const nullable = l.nullable || r.nullable;
  if (l.type.kind !== "NUMBER" || r.type.kind !== "NUMBER") {
    const type: DataType = { kind: "FLOAT" };
    const a = castTo(env, l, type).sql;
    const b = castTo(env, r, type).sql;
    const exact = (t: Typed) => t.ofVariant || t.type.kind === "NUMBER";
    const divisor = op === "/" || op === "%" ? nonZero(b, r, "DOUBLE") : b;
    return { ...typed(`(${a} ${op} ${divisor})`, type, nullable), ofVariant: exact(l) && exact(r) };
  }
  if (op === "/") return divide(l, r);
  const type = resultType(op, l.type, r.type);
  const [a, b] = [widened(l, type), widened(r, type)];
  if (op === "%") return typed(`(${a} % ${nonZero(b, r, duckType(type))})`, type, nullable);
  if (type.scale === 0) return typed(`(${a} ${op} ${b})`, type, nullable);
  return typed(decimal(op, { sql: a, type: l.type }, { sql: b, type: r.type }, type), type, nullable);
}

interface Decimal {
  sql: string;
  type: NumberType;
}

/**
 * `+`, `-` and `*` of DECIMALs. DuckDB keeps a result of two operands of up to 18 digits to 18 digits, so one of them is
 * made wider; a product of more than 38 digits is put together from the right side's whole and fractional parts.
 */
function decimal(op: BinaryOperator, l: Decimal, r: Decimal, type: NumberType): string {
  const narrow = l.type.precision <= 18 && r.type.precision <= 18;
  const digits = op === "*" ? l.type.precision + r.type.precision : type.precision;
  const left = narrow && digits > 18 ? `CAST(${l.sql} AS DECIMAL(19,${l.type.scale}))` : l.sql;
  if (op !== "*" || l.type.scale + r.type.scale === type.scale) return `(${left} ${op} ${r.sql})`;
  const target = duckType(type);
  if (digits <= 38) return `CAST(${left} * ${r.sql} AS ${target})`;
  const whole = `CAST(trunc(${r.sql}) AS DECIMAL(${r.type.precision - r.type.scale || 1},0))`;
  const wide = `DECIMAL(38,${type.scale})`;
  return `CAST(CAST(${left} * ${whole} AS ${wide}) + CAST(${left} * (${r.sql} - ${whole}) AS ${wide}) AS ${target})`;
}

/** Integers whose result needs 128 bits are widened first; DECIMAL widens by itself. */
function widened(operand: Typed, result: NumberType): string {
  if (operand.isNull) return `CAST(NULL AS ${duckType(result)})`;
  const own = operand.type as NumberType;
  if (result.scale > 0 && own.scale === 0 && operand.constant === undefined)
    return `CAST(${operand.sql} AS DECIMAL(${Math.max(own.precision, 1)},0))`;
  if (result.scale > 0 && own.scale === 0) return `CAST(${operand.sql} AS DECIMAL(${own.precision},0))`;
  if (result.scale === 0 && duckType(result) === "HUGEINT" && duckType(own) === "BIGINT")
    return `CAST(${operand.sql} AS HUGEINT)`;
  return operand.sql;
}

function resultType(op: BinaryOperator, l: NumberType, r: NumberType): NumberType {
  const whole = (t: NumberType) => t.precision - t.scale;
  switch (op) {
    case "*": {
      const scale = Math.min(l.scale + r.scale, Math.max(l.scale, r.scale, 12));
      return { kind: "NUMBER", precision: Math.min(38, whole(l) + whole(r) + scale), scale };
    }
    case "%": {
      const scale = Math.max(l.scale, r.scale);
      return { kind: "NUMBER", precision: Math.min(38, Math.max(whole(l), whole(r)) + scale), scale };
    }
    default: {
      const scale = Math.max(l.scale, r.scale);
      return { kind: "NUMBER", precision: Math.min(38, Math.max(whole(l), whole(r)) + 1 + scale), scale };
    }
  }
}

function nonZero(sql: string, operand: Typed, type: string): string {
  if (operand.constant && !/^[0.]+$/.test(operand.constant.value)) return sql;
  return `CASE WHEN ${sql} = 0 THEN CAST(${raise("100051", "22012", "'Division by zero'")} AS ${type}) ELSE ${sql} END`;
}

/** Scale of a quotient: the dividend's plus 6, at most 12, at least the dividend's. */
export function quotientType(l: NumberType, r: NumberType): NumberType {
  const scale = Math.max(l.scale, Math.min(l.scale + 6, 12));
  return { kind: "NUMBER", precision: Math.min(38, l.precision - l.scale + r.scale + scale), scale };
}

/** Exact decimal division, rounded half away from zero, in 128-bit integers. */
export function divide(l: Typed, r: Typed, onZero: "raise" | "null" = "raise"): Typed {
  const lt = l.type as NumberType;
  const rt = r.type as NumberType;
  const type = quotientType(lt, rt);
  // l / r at scale s: (l·10^lscale · 10^(s − lscale + rscale)) / (r·10^rscale)
  const shift = type.scale - lt.scale + rt.scale;
  const units = (t: Typed, scale: number) =>
    scale === 0 ? `CAST(${t.sql} AS HUGEINT)` : `CAST(${t.sql} * ${power(scale)} AS HUGEINT)`;
  const n = `(${units(l, lt.scale)} * ${power(shift)})`;
  const d = units(r, rt.scale);
  const quotient = `((2 * ${n} + CASE WHEN (${n} < 0) = (${d} < 0) THEN ${d} ELSE -${d} END) // (2 * ${d}))`;
  const value = type.scale === 0 ? quotient : unscaled(quotient, type);
  const isConstant = r.constant && !/^[0.]+$/.test(r.constant.value);
  const zero = onZero === "null" ? "NULL" : raise("100051", "22012", "'Division by zero'");
  const nothing = l.nullable ? ` AND ${l.sql} IS NOT NULL` : "";
  const sql = isConstant
    ? value
    : `CASE WHEN ${r.sql} = 0${nothing} THEN CAST(${zero} AS ${duckType(type)}) ELSE ${value} END`;
  return typed(`(${sql})`, type, l.nullable || r.nullable || onZero === "null");
}

const power = (n: number): string => `1${"0".repeat(n)}::HUGEINT`;

/** An integer count of 10^-scale as DECIMAL of that scale, exactly. */
function unscaled(sql: string, type: NumberType): string {
  return `CAST(CAST(${sql} AS DECIMAL(38,0)) * CAST('0.${"0".repeat(type.scale - 1)}1' AS DECIMAL(${type.scale + 1},${type.scale})) AS ${duckType(type)})`;
}

const UNITS: Record<string, string> = {
  Y: "year",
  YY: "year",
  YYY: "year",
  YYYY: "year",
  YR: "year",
  YEAR: "year",
  YEARS: "year",
  Q: "quarter",
  QTR: "quarter",
  QTRS: "quarter",
  QUARTER: "quarter",
  QUARTERS: "quarter",
  MM: "month",
  MON: "month",
  MONS: "month",
  MONTH: "month",
  MONTHS: "month",
  W: "week",
  WK: "week",
  WEEK: "week",
  WEEKS: "week",
  WEEKOFYEAR: "week",
  WOY: "week",
  WY: "week",
  D: "day",
  DD: "day",
  DAY: "day",
  DAYS: "day",
  DAYOFMONTH: "day",
  H: "hour",
  HH: "hour",
  HR: "hour",
  HRS: "hour",
  HOUR: "hour",
  HOURS: "hour",
  M: "minute",
  MI: "minute",
  MIN: "minute",
  MINS: "minute",
  MINUTE: "minute",
  MINUTES: "minute",
  S: "second",
  SEC: "second",
  SECS: "second",
  SECOND: "second",
  SECONDS: "second",
  MS: "millisecond",
  MSEC: "millisecond",
  MILLISECOND: "millisecond",
  MILLISECONDS: "millisecond",
  US: "microsecond",
  USEC: "microsecond",
  MICROSECOND: "microsecond",
  MICROSECONDS: "microsecond",
  NS: "nanosecond",
  NSEC: "nanosecond",
  NANOSEC: "nanosecond",
  NSECOND: "nanosecond",
  NANOSECOND: "nanosecond",
  NANOSECONDS: "nanosecond",
};

/** A date part or its abbreviation as DuckDB's unit. Source: "Supported date and time parts". */
export const unitOf = (part: string): string | undefined => UNITS[part.toUpperCase()];

const FINE = new Set(["hour", "minute", "second", "millisecond", "microsecond", "nanosecond"]);

/** DATEADD: a date plus hours is a timestamp; months clip to the month's end. */
export function dateAdd(env: Env, unit: string, amount: Typed, date: Typed): Typed {
  const base =
    date.type.kind === "VARCHAR" || isSemiStructured(date.type)
      ? castTo(env, date, { kind: "TIMESTAMP_NTZ", scale: 9 })
      : date;
  const n = castTo(env, numeric(env, amount), { kind: "NUMBER", precision: 18, scale: 0 }).sql;
  const nullable = amount.nullable || base.nullable;
  if (base.type.kind === "DATE" && !FINE.has(unit))
    return typed(`CAST(${added(base.sql, unit, n)} AS DATE)`, { kind: "DATE" }, nullable);
  if (base.type.kind === "DATE")
    return typed(
      added(`CAST(${base.sql} AS TIMESTAMP)`, unit, n),
      { kind: "TIMESTAMP_NTZ", scale: 9 },
      nullable,
    );
  if (base.type.kind === "TIMESTAMP_TZ")
    return typed(
      `CASE WHEN ${base.sql} IS NOT NULL THEN {'t': ${added(`((${base.sql}).t + to_minutes((${base.sql}).o))`, unit, n)} - to_minutes((${base.sql}).o), 'o': (${base.sql}).o} END`,
      base.type,
      nullable,
    );
  if (base.type.kind === "TIME" && !FINE.has(unit)) throw invalidArguments("DATEADD", [amount, date]);
  return typed(added(base.sql, unit, n), base.type, nullable);
}

function added(base: string, unit: string, n: string): string {
  switch (unit) {
    case "quarter":
      return `(${base} + to_months(CAST(${n} * 3 AS INTEGER)))`;
    case "month":
      return `(${base} + to_months(CAST(${n} AS INTEGER)))`;
    case "year":
      return `(${base} + to_years(CAST(${n} AS INTEGER)))`;
    case "week":
      return `(${base} + to_days(CAST(${n} * 7 AS INTEGER)))`;
    case "day":
      return `(${base} + to_days(CAST(${n} AS INTEGER)))`;
    case "nanosecond":
      return `(${base} + to_microseconds(${n} // 1000))`;
    default:
      return `(${base} + to_${unit}s(${n}))`;
  }
}

function dateArithmetic(env: Env, op: BinaryOperator, left: Typed, right: Typed): Typed | null {
  const isDated = (t: Typed) => t.type.kind === "DATE" || isTimestamp(t.type) || t.type.kind === "TIME";
  if (right.interval && (op === "+" || op === "-")) return addInterval(env, left, right.interval, op === "-");
  if (left.interval && op === "+") return addInterval(env, right, left.interval, false);
  if (op === "-" && left.type.kind === "DATE" && right.type.kind === "DATE" && !left.isNull && !right.isNull)
    return typed(
      `CAST(date_diff('day', ${right.sql}, ${left.sql}) AS BIGINT)`,
      { kind: "NUMBER", precision: 9, scale: 0 },
      left.nullable || right.nullable,
    );
  if (left.type.kind === "DATE" && !isDated(right) && (op === "+" || op === "-")) {
    const days =
      op === "-"
        ? arithmetic(env, "-", typed("0", { kind: "NUMBER", precision: 1, scale: 0 }, false), right)
        : right;
    return dateAdd(env, "day", days, left);
  }
  if (right.type.kind === "DATE" && !isDated(left) && op === "+") return dateAdd(env, "day", left, right);
  return null;
}

function addInterval(
  env: Env,
  date: Typed,
  parts: { amount: string; unit: string }[],
  negate: boolean,
): Typed {
  let result = date;
  for (const part of parts) {
    const unit = unitOf(part.unit);
    if (!unit) throw invalidArguments("INTERVAL", [date]);
    const amount = negate ? -Number(part.amount) : Number(part.amount);
    const n = typed(String(amount), { kind: "NUMBER", precision: 18, scale: 0 }, false);
    result = dateAdd(env, unit, n, result);
  }
  return result;
}
