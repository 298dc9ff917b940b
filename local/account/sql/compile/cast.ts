import { errors, SnowflakeError } from "../../errors.ts";
import { sessionParameter } from "../../session/parameters.ts";
import { type DataType, isStructured, MAX_VARCHAR, printDataType, varchar } from "../../types/data-type.ts";
import { duckType, isSemiStructured, isTimestamp } from "../../types/physical.ts";
import { toDate, toLtz, toNtz, toTime, toTz } from "./cast-temporal.ts";
import type { Env } from "./env.ts";
import { presentText, shownText, sortedJson, unmarked } from "./marked.ts";
import { formatTemporal, outputFormat } from "./temporal-text.ts";
import { floatText, toJson, unsupportedCast } from "./to-json.ts";
import { quoteText, raise, type Typed, typed } from "./typed.ts";

/**
 * Conversions between types, explicit (`::`, CAST, TRY_CAST) and implicit. Source: Snowflake documentation, "Data
 * type conversion" and the page of each TO_ function.
 */
export function castTo(env: Env, from: Typed, to: DataType, isTry = false): Typed {
  const nullable = from.nullable || isTry;
  if (from.isNull) return { sql: `CAST(NULL AS ${duckType(to)})`, type: to, nullable: true, isNull: true };
  if (isStructured(to)) return typed(hooks.castStructured(env, from, to, isTry), to, nullable);
  if (isStructured(from.type) && isSemiStructured(to) && !(from.type.kind === "MAP" && to.kind === "ARRAY"))
    return { ...from, type: to };
  if (isSemiStructured(from.type)) return { ...fromVariant(env, from, to, isTry), type: to, nullable: true };
  // Source: "Vector data types", vector conversion.
  const sql =
    from.type.kind === "VECTOR" && to.kind === "ARRAY"
      ? `to_json(${from.sql})`
      : from.type.kind === "VECTOR" && to.kind !== "VECTOR"
        ? null
        : CASTS[to.kind](env, from, to, isTry);
  if (sql === null)
    throw new SnowflakeError(
      "002262",
      "22000",
      `SQL compilation error:\nFunction CAST cannot be used with arguments of types ${printDataType(from.type)} and ${printDataType(to)}`,
    );
  if (sql === from.sql && from.type.kind === to.kind) {
    if (losesFraction(from.type, to)) return { sql: withScale(sql, to), type: to, nullable };
    return { ...from, type: to, nullable };
  }
  if (losesFraction(from.type, to)) return { sql: withScale(sql, to), type: to, nullable };
  const whole =
    from.type.kind === "NUMBER" && from.type.scale === 0 && to.kind === "NUMBER" && to.scale === 0;
  if (whole && from.constant) return { sql, type: to, nullable, constant: from.constant };
  if (to.kind === "TIMESTAMP_TZ" && from.type.kind === "VARCHAR")
    return { sql, type: to, nullable, zoned: { instant: toLtz(env, from, to, isTry)! } };
  return { sql, type: to, nullable };
}

/** Structured types convert their elements by castTo: structured.ts puts its function here. */
export const hooks: { castStructured: (env: Env, from: Typed, to: DataType, isTry: boolean) => string } = {
  castStructured: () => {
    throw errors.internal("structured types are not loaded");
  },
};

type Temporal = Extract<DataType, { kind: "TIME" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" }>;
const isTemporal = (type: DataType): type is Temporal => type.kind === "TIME" || isTimestamp(type);

/** Will digits of the seconds' fraction be cut? What has none (a DATE) loses none. */
const losesFraction = (from: DataType, to: DataType): boolean =>
  isTemporal(to) && to.scale < 6 && from.kind !== "DATE" && !(isTemporal(from) && from.scale <= to.scale);

/** A time or timestamp cut to its type's digits. Source: "Date & time data types", "Fractional seconds". */
function withScale(sql: string, to: DataType): string {
  const unit = 10 ** (6 - ("scale" in to ? to.scale : 6));
  const cut = (micros: string) => `((${micros}) // ${unit}) * ${unit}`;
  switch (to.kind) {
    case "TIME":
      return `(TIME '00:00:00' + to_microseconds(${cut(`epoch_us(DATE '1970-01-01' + ${sql})`)}))`;
    case "TIMESTAMP_TZ":
      return `CASE WHEN ${sql} IS NOT NULL THEN {'t': make_timestamp(${cut(`epoch_us((${sql}).t)`)}), 'o': (${sql}).o} END`;
    case "TIMESTAMP_LTZ":
      return `timezone('UTC', make_timestamp(${cut(`epoch_us(timezone('UTC', ${sql}))`)}))`;
    default:
      return `make_timestamp(${cut(`epoch_us(${sql})`)})`;
  }
}

type Emit = (env: Env, from: Typed, to: DataType, isTry: boolean) => string | null;

const cast = (isTry: boolean) => (isTry ? "TRY_CAST" : "CAST");

/** The text of a VARIANT's scalar without quotes, or its compact JSON; NULL for JSON null. */
export function variantText(from: Typed): string {
  if (!from.extract) return `(${from.sql} ->> '$')`;
  const { base, path, textAt } = from.extract;
  return textAt ? textAt(path) : `(${base} ->> ${quoteText(path)})`;
}

/** The text of a VARIANT's number, as it was written where it stands alone: without an exponent, no zeros at its end. */
const numberText = (json: string): string => {
  const raw = `CAST(${json} AS VARCHAR)`;
  const whole = (sql: string) => `rtrim(rtrim(${sql}, '0'), '.')`;
  return `CASE WHEN contains(lower(${raw}), 'e') THEN CASE WHEN contains(${json} ->> '$', 'e') THEN ${json} ->> '$' ELSE ${whole(`(${json} ->> '$')`)} END WHEN contains(${raw}, '.') THEN ${whole(raw)} ELSE ${raw} END`;
};

/** A VARIANT's JSON, spelt alike for equal numbers: what elements of arrays are compared by. */
export const elementKey = (json: string): string =>
  `CASE WHEN json_type(${json}) = 'DOUBLE' THEN ${numberText(json)} ELSE CAST(${json} AS VARCHAR) END`;

/**
 * What tells two VARIANTs apart and puts them in order: numbers by their value, before all others, whatever their
 * spelling; objects and arrays by their entries in order.
 */
export function variantKey(env: Env, json: string): string {
  const isNumber = `json_type(${json}) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')`;
  const value = `CASE WHEN ${isNumber} THEN CAST(CAST(${json} AS VARCHAR) AS DOUBLE) END`;
  const spelt = `CASE json_type(${json}) WHEN 'DOUBLE' THEN ${numberText(json)} WHEN 'OBJECT' THEN ${sortedJson(env, json)} WHEN 'ARRAY' THEN ${sortedJson(env, json)} ELSE CAST(${json} AS VARCHAR) END`;
  return `CASE WHEN ${json} IS NOT NULL THEN {'k': NOT (${isNumber}), 'n': ${value}, 't': ${spelt}} END`;
}

/** A VARIANT's text as NUMBER or FLOAT; true and false are 1 and 0. Source: "Data type conversion". */
function variantNumber(env: Env, from: Typed, asText: Typed, to: DataType, isTry: boolean): string {
  const emit = (text: Typed, attempt: boolean) => CASTS[to.kind](env, text, to, attempt)!;
  const type = duckType(to);
  const name = to.kind === "NUMBER" ? "FIXED" : "REAL";
  const wrong = isTry
    ? `CAST(NULL AS ${type})`
    : `CAST(${raise("100071", "22000", `'Failed to cast variant value ' || CAST(${from.sql} AS VARCHAR) || ' to ${name}'`)} AS ${type})`;
  const rest = `WHEN json_type(${from.sql}) = 'BOOLEAN' THEN CAST(${asText.sql} = 'true' AS ${type}) ELSE ${wrong}`;
  return `coalesce(${emit(asText, true)}, CASE WHEN ${asText.sql} IS NULL THEN NULL ${rest} END)`;
}

function fromVariant(env: Env, from: Typed, to: DataType, isTry: boolean): Typed {
  const whole = variantText(from);
  const asText = typed(
    from.extract?.path.endsWith("]") && to.kind !== "VARCHAR" ? presentText(whole) : whole,
    varchar(),
  );
  switch (to.kind) {
    case "VARIANT":
      return from;
    case "OBJECT":
    case "ARRAY": {
      const one = to.kind;
      if (from.type.kind === one) return from;
      const wrong =
        one === "ARRAY" && !isTry
          ? `json_array(${from.sql})`
          : isTry
            ? "NULL"
            : raise(
                "100071",
                "22000",
                `'Failed to cast variant value ' || CAST(${from.sql} AS VARCHAR) || ' to ${one}'`,
              );
      return typed(
        `CASE json_type(${from.sql}) WHEN '${one}' THEN ${from.sql} WHEN 'NULL' THEN NULL ELSE CASE WHEN ${from.sql} IS NOT NULL THEN CAST(${wrong} AS JSON) END END`,
        to,
      );
    }
    case "VARCHAR": {
      if (from.extract)
        return typed(CASTS.VARCHAR(env, typed(shownText(env, asText.sql), varchar()), to, isTry)!, to);
      const nested = typed(sortedJson(env, from.sql), varchar());
      const whole =
        from.type.kind === "VARIANT"
          ? `CASE WHEN left(CAST(${from.sql} AS VARCHAR), 1) IN ('{', '[') THEN ${nested.sql} WHEN json_type(${from.sql}) IN ('DOUBLE', 'HUGEINT') THEN ${numberText(from.sql)} ELSE ${shownText(env, asText.sql)} END`
          : nested.sql;
      return typed(CASTS.VARCHAR(env, typed(whole, varchar()), to, isTry)!, to);
    }
    case "VECTOR":
      if (from.type.kind !== "ARRAY") throw unsupportedCast(from.type, to);
      return typed(
        `CASE WHEN json_array_length(${from.sql}) = ${to.dimension} THEN ${cast(isTry)}(${from.sql} AS ${duckType(to)}) WHEN ${from.sql} IS NOT NULL THEN CAST(CAST(${raise("100069", "22000", `'Array-like value being cast to a vector has incorrect dimension'`)} AS VARCHAR) AS ${duckType(to)}) END`,
        to,
      );
    case "BINARY": {
      return typed(
        unmarked(env, asText.sql, false, (exact) => `unhex(${exact})`, fromHex(asText.sql, isTry)),
        to,
      );
    }
    case "NUMBER":
    case "FLOAT":
      return typed(variantNumber(env, from, asText, to, isTry), to);
    case "BOOLEAN":
      return castTo(env, asText, to, isTry);
    default: {
      const zoned = to.kind === "TIMESTAMP_LTZ" || to.kind === "TIMESTAMP_TZ";
      const ofMarked = (exact: string) =>
        to.kind === "TIMESTAMP_TZ"
          ? castTo(env, typed(exact, varchar()), to, isTry).sql
          : `${cast(isTry)}(${exact} AS ${duckType(to)})`;
      return typed(unmarked(env, asText.sql, zoned, ofMarked, castTo(env, asText, to, isTry).sql), to);
    }
  }
}

function toNumber(_env: Env, from: Typed, to: DataType, isTry: boolean): string | null {
  if (to.kind !== "NUMBER") return null;
  const target = duckType(to);
  const bounded = to.scale > 0 || to.precision === 38 ? target : `DECIMAL(${to.precision},0)`;
  const finish = (sql: string) =>
    bounded === target
      ? `${cast(isTry)}(${sql} AS ${target})`
      : `CAST(${cast(isTry)}(${sql} AS ${bounded}) AS ${target})`;
  switch (from.type.kind) {
    case "NUMBER": {
      if (isTry) break;
      const fits = from.type.precision - from.type.scale <= to.precision - to.scale;
      if (fits && from.type.scale === to.scale)
        return duckType(from.type) === target ? from.sql : `CAST(${from.sql} AS ${target})`;
      if (fits && to.scale === 0) return `CAST(${from.sql} AS ${target})`;
      return finish(from.sql);
    }
    case "FLOAT":
      return finish(to.scale === 0 ? `round(${from.sql})` : `round(${from.sql}, ${to.scale})`);
    case "BOOLEAN":
      return `CAST(CAST(${from.sql} AS INTEGER) AS ${target})`;
    case "VARCHAR":
      return finish(from.sql);
    default:
      return null;
  }
  return finish(from.sql);
}

const BOOLEAN_TEXTS =
  "WHEN 'true' THEN TRUE WHEN 't' THEN TRUE WHEN 'yes' THEN TRUE WHEN 'y' THEN TRUE WHEN 'on' THEN TRUE WHEN '1' THEN TRUE " +
  "WHEN 'false' THEN FALSE WHEN 'f' THEN FALSE WHEN 'no' THEN FALSE WHEN 'n' THEN FALSE WHEN 'off' THEN FALSE WHEN '0' THEN FALSE";

function toText(env: Env, from: Typed, to: DataType, isTry: boolean): string | null {
  const x = from.sql;
  const plain = (): string => {
    switch (from.type.kind) {
      case "VARCHAR":
        return x;
      case "FLOAT":
        return floatText(x);
      case "BINARY": {
        const format = sessionParameter(env.ctx.services.catalog, env.ctx.session, "BINARY_OUTPUT_FORMAT");
        return String(format.value).toUpperCase() === "BASE64" ? `base64(${x})` : `hex(${x})`;
      }
      case "DATE":
      case "TIME":
      case "TIMESTAMP_NTZ":
      case "TIMESTAMP_LTZ":
      case "TIMESTAMP_TZ": {
        const format = outputFormat(env, from.type.kind);
        if (from.type.kind === "DATE" && format === "YYYY-MM-DD") return `CAST(${x} AS VARCHAR)`;
        return formatTemporal(from, format);
      }
      default:
        return `CAST(${x} AS VARCHAR)`;
    }
  };
  if (to.kind !== "VARCHAR") return null;
  const sql = plain();
  if (to.length >= MAX_VARCHAR || (from.type.kind === "VARCHAR" && from.type.length <= to.length)) return sql;
  // An explicit cast to a shorter VARCHAR truncates; TRY_CAST gives NULL. Source: "TRY_CAST".
  return isTry ? `CASE WHEN length(${sql}) <= ${to.length} THEN ${sql} END` : `left(${sql}, ${to.length})`;
}

/** Bytes of hexadecimal digits, two each. Source: "TO_BINARY". */
export function fromHex(textSql: string, isTry: boolean): string {
  const wrong = isTry
    ? "NULL"
    : raise(
        "100115",
        "22000",
        `'The following string is not a legal hex-encoded value: ''' || ${textSql} || ''''`,
      );
  return `CASE WHEN regexp_full_match(${textSql}, '([0-9A-Fa-f]{2})*') THEN unhex(${textSql}) WHEN ${textSql} IS NOT NULL THEN CAST(CAST(${wrong} AS VARCHAR) AS BLOB) END`;
}

const CASTS: Record<DataType["kind"], Emit> = {
  VECTOR: (_env, from, to) => (printDataType(from.type) === printDataType(to) ? from.sql : null),
  NUMBER: toNumber,
  FLOAT: (_env, from, _to, isTry) => {
    switch (from.type.kind) {
      case "FLOAT":
        return from.sql;
      case "NUMBER":
      case "VARCHAR":
        return `${cast(isTry)}(${from.sql} AS DOUBLE)`;
      case "BOOLEAN":
        return `CAST(CAST(${from.sql} AS INTEGER) AS DOUBLE)`;
      default:
        return null;
    }
  },
  VARCHAR: toText,
  BINARY: (_env, from, _to, isTry) => {
    if (from.type.kind === "BINARY") return from.sql;
    if (from.type.kind !== "VARCHAR") return null;
    return fromHex(from.sql, isTry);
  },
  BOOLEAN: (_env, from, _to, isTry) => {
    switch (from.type.kind) {
      case "BOOLEAN":
        return from.sql;
      case "NUMBER":
      case "FLOAT":
        return `(${from.sql} <> 0)`;
      case "VARCHAR": {
        const failure = isTry
          ? "NULL"
          : raise("100037", "22018", `'Boolean value ''' || ${from.sql} || ''' is not recognized'`);
        return `CASE WHEN ${from.sql} IS NOT NULL THEN CASE lower(${from.sql}) ${BOOLEAN_TEXTS} ELSE CAST(${failure} AS BOOLEAN) END END`;
      }
      default:
        return null;
    }
  },
  DATE: toDate,
  TIME: toTime,
  TIMESTAMP_NTZ: toNtz,
  TIMESTAMP_LTZ: toLtz,
  TIMESTAMP_TZ: toTz,
  VARIANT: (_env, from) => toJson(from),
  OBJECT: () => null,
  ARRAY: () => null,
  MAP: () => null,
};

/** Converts only where the value's form differs: the same kind stays as it is, whatever its length or scale. */
export function coerce(env: Env, from: Typed, to: DataType): Typed {
  if (from.isNull) return { ...castTo(env, from, to), isNull: true };
  if (from.type.kind === to.kind) {
    if (to.kind !== "NUMBER" || from.type.kind !== "NUMBER") return { ...from, type: to };
    if (duckType(from.type) === duckType(to)) return { ...from, type: to };
    return { sql: `CAST(${from.sql} AS ${duckType(to)})`, type: to, nullable: from.nullable };
  }
  return castTo(env, from, to);
}
