import { errors, SnowflakeError } from "../../errors.ts";
import { sessionParameter } from "../../session/parameters.ts";
import { type DataType, isStructured, MAX_VARCHAR, printDataType, varchar } from "../../types/data-type.ts";
import { duckType, isSemiStructured, isTimestamp } from "../../types/physical.ts";
import { readTimestamp } from "../read-timestamp.ts";
import { commonCollation } from "./collation.ts";
import { formatPieces, parseFormat } from "./datetime-format.ts";
import type { Env } from "./env.ts";
import { marked, presentText, shownText, sortedJson, UNDEFINED_JSON, unmarked } from "./marked.ts";
import { needNative } from "./native.ts";
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

/** Offset at the end of a text after a time of day: `Z`, `+01`, `+0100`, `+01:00`, with or without a space. */
const OFFSET_PATTERN = "(?:[Zz]|\\s*[+-][0-9]{2}(?::?[0-9]{2})?)$";

function offsetMinutes(textSql: string): string {
  const tail = `regexp_extract(${textSql}, ':[0-9]{2}(?:\\.[0-9]+)?\\s*([Zz]|[+-][0-9]{2}:?(?:[0-9]{2})?)$', 1)`;
  const digits = `replace(${tail}, ':', '')`;
  return (
    `CASE WHEN ${tail} = '' THEN NULL WHEN upper(${tail}) = 'Z' THEN 0 ELSE ` +
    `(CASE WHEN ${tail}[1] = '-' THEN -1 ELSE 1 END) * (CAST(substr(${digits}, 2, 2) AS SMALLINT) * 60 + ` +
    `coalesce(TRY_CAST(substr(${digits}, 4, 2) AS SMALLINT), 0)) END`
  );
}

/** Seconds, milli-, micro- or nanoseconds by size, for integers in text. Source: TO_TIMESTAMP, "Usage notes". */
function epochText(textSql: string): string {
  const n = `TRY_CAST(${textSql} AS BIGINT)`;
  return (
    `make_timestamp(CASE WHEN abs(${n}) < 31536000000 THEN ${n} * 1000000 WHEN abs(${n}) < 31536000000000 ` +
    `THEN ${n} * 1000 WHEN abs(${n}) < 31536000000000000 THEN ${n} ELSE ${n} // 1000 END)`
  );
}

const isInteger = (textSql: string) => `regexp_full_match(${textSql}, '\\s*-?[0-9]+\\s*')`;

/** What the text is in ISO's form, with its offset if it has one; NULL where it is of none of the other formats. */
function otherFormats(env: Env, textSql: string): string {
  needNative(env, [{ name: "firn_read_timestamp", arity: 1, call: readTimestamp }]);
  return `firn_read_timestamp(${textSql})`;
}
/** Its wall clock: the first 26 characters. */
const otherWall = (env: Env, textSql: string): string => `left(${otherFormats(env, textSql)}, 26)`;

function unreadable(kind: "Date" | "Timestamp" | "Time", textSql: string, isTry: boolean): string {
  if (isTry) return "NULL";
  const code = { Date: "100040", Timestamp: "100035", Time: "100108" }[kind];
  return raise(code, "22007", `'${kind} ''' || ${textSql} || ''' is not recognized'`);
}

function guarded(textSql: string, attempts: string[], failure: string, type: string): string {
  return `CASE WHEN ${textSql} IS NOT NULL THEN coalesce(${attempts.join(", ")}, CAST(${failure} AS ${type})) END`;
}

/** Text read in the session's own input format, or null when that is AUTO. */
function inputFormat(env: Env, kind: "DATE" | "TIME" | "TIMESTAMP", textSql: string): string | null {
  const format = String(
    sessionParameter(env.ctx.services.catalog, env.ctx.session, `${kind}_INPUT_FORMAT`).value,
  );
  if (format.toUpperCase() === "AUTO") return null;
  return `try_strptime(${textSql}, ${quoteText(parseFormat(format).format)})`;
}

function toDate(env: Env, from: Typed, _to: DataType, isTry: boolean): string | null {
  switch (from.type.kind) {
    case "DATE":
      return from.sql;
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return `CAST(${from.sql} AS DATE)`;
    case "TIMESTAMP_TZ":
      return `CAST(${wallOf(from)} AS DATE)`;
    case "VARCHAR": {
      const x = from.sql;
      const own = inputFormat(env, "DATE", x);
      if (own) return guarded(x, [`CAST(${own} AS DATE)`], unreadable("Date", x, isTry), "DATE");
      const attempts = [
        `TRY_CAST(${x} AS DATE)`,
        `TRY_CAST(TRY_CAST(regexp_replace(${x}, '${OFFSET_PATTERN}', '') AS TIMESTAMP) AS DATE)`,
        `CASE WHEN ${isInteger(x)} THEN CAST(${epochText(x)} AS DATE) END`,
        `CAST(${otherWall(env, x)} AS DATE)`,
      ];
      return guarded(x, attempts, unreadable("Date", x, isTry), "DATE");
    }
    default:
      return null;
  }
}

/** The wall clock of a TIMESTAMP_TZ, as TIMESTAMP_NTZ. */
export const wallClock = (sql: string): string => `((${sql}).t + to_minutes((${sql}).o))`;
const wallOf = (from: Typed): string => from.zoned?.wall ?? wallClock(from.sql);
/** An instant (TIMESTAMP_LTZ) in UTC, as TIMESTAMP: the same count of microseconds, so that no calendar is needed. */
export const inUtc = (sql: string): string => `make_timestamp(epoch_us(${sql}))`;
/** Its instant, as TIMESTAMP_LTZ. */
export const instant = (sql: string): string => `timezone('UTC', (${sql}).t)`;
/** A TIMESTAMP_TZ of an instant (TIMESTAMP_LTZ) with the session's offset at that time. */
export const withSessionOffset = (sql: string): string =>
  `CASE WHEN ${sql} IS NOT NULL THEN {'t': timezone('UTC', ${sql}), 'o': CAST(date_diff('minute', timezone('UTC', ${sql}), CAST(${sql} AS TIMESTAMP)) AS SMALLINT)} END`;

function toNtz(env: Env, from: Typed, _to: DataType, isTry: boolean): string | null {
  const x = from.sql;
  switch (from.type.kind) {
    case "TIMESTAMP_NTZ":
      return x;
    case "DATE":
      return `CAST(${x} AS TIMESTAMP)`;
    case "TIMESTAMP_LTZ":
      return `CAST(${x} AS TIMESTAMP)`;
    case "TIMESTAMP_TZ":
      return wallOf(from);
    case "VARCHAR": {
      const own = inputFormat(env, "TIMESTAMP", x);
      const failure = unreadable("Timestamp", x, isTry);
      if (own) return guarded(x, [`CAST(${own} AS TIMESTAMP)`], failure, "TIMESTAMP");
      const attempts = [
        `TRY_CAST(${x} AS TIMESTAMP)`,
        `TRY_CAST(regexp_replace(${x}, '${OFFSET_PATTERN}', '') AS TIMESTAMP)`,
        `CASE WHEN ${isInteger(x)} THEN ${epochText(x)} END`,
        `CAST(${otherWall(env, x)} AS TIMESTAMP)`,
      ];
      return guarded(x, attempts, failure, "TIMESTAMP");
    }
    case "NUMBER":
      return epochNumber(x, 0);
    case "FLOAT":
      return epochNumber(`CAST(${x} AS DECIMAL(38,6))`, 0);
    default:
      return null;
  }
}

/** A number of seconds (scale 0), milliseconds (3), … since the epoch, as TIMESTAMP. */
export function epochNumber(sql: string, scale: number): string {
  const micros = scale <= 6 ? `${sql} * ${10 ** (6 - scale)}` : `${sql} / ${10 ** (scale - 6)}`;
  return `make_timestamp(CAST(trunc(${micros}) AS BIGINT))`;
}

function toLtz(env: Env, from: Typed, to: DataType, isTry: boolean): string | null {
  const x = from.sql;
  switch (from.type.kind) {
    case "TIMESTAMP_LTZ":
      return x;
    case "DATE":
    case "TIMESTAMP_NTZ":
      return `CAST(${x} AS TIMESTAMP WITH TIME ZONE)`;
    case "TIMESTAMP_TZ":
      return from.zoned?.instant ?? instant(x);
    case "VARCHAR": {
      const own = inputFormat(env, "TIMESTAMP", x);
      const failure = unreadable("Timestamp", x, isTry);
      if (own)
        return guarded(x, [`CAST(${own} AS TIMESTAMP WITH TIME ZONE)`], failure, "TIMESTAMP WITH TIME ZONE");
      const attempts = [
        `TRY_CAST(${x} AS TIMESTAMP WITH TIME ZONE)`,
        `TRY_CAST(regexp_replace(${x}, '\\s+([+-][0-9:]+)$', '\\1') AS TIMESTAMP WITH TIME ZONE)`,
        `CASE WHEN ${isInteger(x)} THEN timezone('UTC', ${epochText(x)}) END`,
        `CAST(${otherFormats(env, x)} AS TIMESTAMP WITH TIME ZONE)`,
      ];
      return guarded(x, attempts, failure, "TIMESTAMP WITH TIME ZONE");
    }
    default: {
      const ntz = toNtz(env, from, to, isTry);
      return ntz === null ? null : `timezone('UTC', ${ntz})`;
    }
  }
}

function toTz(env: Env, from: Typed, to: DataType, isTry: boolean): string | null {
  const x = from.sql;
  switch (from.type.kind) {
    case "TIMESTAMP_TZ":
      return x;
    case "VARCHAR": {
      const ltz = toLtz(env, from, to, isTry)!;
      const format = String(
        sessionParameter(env.ctx.services.catalog, env.ctx.session, "TIMESTAMP_INPUT_FORMAT").value,
      );
      const other =
        format.toUpperCase() === "AUTO"
          ? `CASE WHEN TRY_CAST(${x} AS TIMESTAMP WITH TIME ZONE) IS NULL THEN ${offsetMinutes(otherFormats(env, x))} END, `
          : "";
      const offset = `coalesce(${offsetMinutes(x)}, ${other}date_diff('minute', timezone('UTC', ${ltz}), CAST(${ltz} AS TIMESTAMP)))`;
      return `CASE WHEN ${ltz} IS NOT NULL THEN {'t': timezone('UTC', ${ltz}), 'o': CAST(${offset} AS SMALLINT)} END`;
    }
    case "NUMBER":
    case "FLOAT":
      return `{'t': ${toNtz(env, from, to, isTry)}, 'o': 0::SMALLINT}`;
    default: {
      const ltz = toLtz(env, from, to, isTry);
      return ltz === null ? null : withSessionOffset(ltz);
    }
  }
}

function toTime(env: Env, from: Typed, _to: DataType, isTry: boolean): string | null {
  switch (from.type.kind) {
    case "TIME":
      return from.sql;
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return `CAST(CAST(${from.sql} AS TIMESTAMP) AS TIME)`;
    case "TIMESTAMP_TZ":
      return `CAST(${wallOf(from)} AS TIME)`;
    case "VARCHAR": {
      const x = from.sql;
      const own = inputFormat(env, "TIME", x);
      if (own) return guarded(x, [`CAST(${own} AS TIME)`], unreadable("Time", x, isTry), "TIME");
      const attempts = [
        `CASE WHEN ${isInteger(x)} THEN CAST(${epochText(x)} AS TIME) END`,
        `TRY_CAST(${x} AS TIME)`,
        `TRY_CAST(${x} || ':00' AS TIME)`,
        `CAST(TRY_CAST(${x} AS TIMESTAMP) AS TIME)`,
        `CAST(try_strptime(${x}, ['%I:%M:%S %p', '%I:%M %p']) AS TIME)`,
      ];
      return guarded(x, attempts, unreadable("Time", x, isTry), "TIME");
    }
    default:
      return null;
  }
}

/** A FLOAT's text: no `.0`, exponents as Snowflake writes them. */
export const floatText = (x: string): string =>
  `CASE WHEN isnan(${x}) THEN 'NaN' WHEN isinf(${x}) THEN CASE WHEN ${x} > 0 THEN 'inf' ELSE '-inf' END ` +
  `WHEN abs(${x}) < 1e15 AND ${x} = trunc(${x}) THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${x} AS VARCHAR) END`;

export function outputFormat(env: Env, kind: DataType["kind"]): string {
  const session = env.ctx.session;
  const value = (name: string) => String(sessionParameter(env.ctx.services.catalog, session, name).value);
  switch (kind) {
    case "DATE":
      return value("DATE_OUTPUT_FORMAT");
    case "TIME":
      return value("TIME_OUTPUT_FORMAT");
    default:
      return value(`${kind}_OUTPUT_FORMAT`) || value("TIMESTAMP_OUTPUT_FORMAT");
  }
}

/** A date, time or timestamp as text in a Snowflake format. */
export function formatTemporal(from: Typed, format: string): string {
  const kind = from.type.kind;
  const x = from.sql;
  const wall =
    kind === "TIMESTAMP_TZ"
      ? wallClock(x)
      : kind === "TIMESTAMP_LTZ"
        ? `CAST(${x} AS TIMESTAMP)`
        : kind === "TIME"
          ? `(DATE '1970-01-01' + ${x})`
          : x;
  const minutes =
    kind === "TIMESTAMP_TZ"
      ? `CAST((${x}).o AS INTEGER)`
      : kind === "TIMESTAMP_LTZ"
        ? `date_diff('minute', timezone('UTC', ${x}), CAST(${x} AS TIMESTAMP))`
        : "0";
  const two = (sql: string) => `lpad(CAST(${sql} AS VARCHAR), 2, '0')`;
  const sign = `CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END`;
  const pieces = formatPieces(format).map((piece) => {
    if (typeof piece === "string") return `strftime(${wall}, ${quoteText(piece)})`;
    if ("fraction" in piece) return `left(strftime(${wall}, '%n'), ${piece.fraction})`;
    if (kind === "TIMESTAMP_NTZ" || kind === "DATE" || kind === "TIME")
      return piece.offset === "colon" ? "'Z'" : piece.offset === "hours" ? "'Z'" : "'Z'";
    const hours = two(`abs(${minutes}) // 60`);
    if (piece.offset === "hours") return `${sign} || ${hours}`;
    return `${sign} || ${hours} || ${piece.offset === "colon" ? "':' || " : ""}${two(`abs(${minutes}) % 60`)}`;
  });
  return pieces.length === 0 ? "''" : `(${pieces.join(" || ")})`;
}

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

/** A value as JSON: what TO_VARIANT makes, and what array and object functions hold. */
export function toJson(from: Typed): string {
  if (from.isNull) return "CAST(NULL AS JSON)";
  switch (from.type.kind) {
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return from.sql;
    case "NUMBER":
      return from.type.scale === 0 && duckType(from.type) === "BIGINT"
        ? `to_json(${from.sql})`
        : `CAST(${numberJson(from)} AS JSON)`;
    case "FLOAT":
      return from.ofVariant ? `CAST(${floatText(from.sql)} AS JSON)` : floatJson(from.sql);
    case "BOOLEAN":
    case "VARCHAR":
      return `to_json(${from.sql})`;
    case "VECTOR":
      throw unsupportedCast(from.type, { kind: "VARIANT" });
    case "BINARY":
      return marked("BINARY", `hex(${from.sql})`);
    case "TIMESTAMP_LTZ":
      return marked("TIMESTAMP_LTZ", `CAST(${inUtc(from.sql)} AS VARCHAR)`);
    case "TIMESTAMP_TZ":
      return marked("TIMESTAMP_TZ", formatTemporal(from, "YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM"));
    case "DATE":
    case "TIME":
    case "TIMESTAMP_NTZ":
      return marked(from.type.kind, `CAST(${from.sql} AS VARCHAR)`);
  }
}

/** An element of an array: NULL is a missing one, shown as `undefined`. Source: "ARRAY_CONSTRUCT". */
export const elementJson = (from: Typed): string => {
  const json = toJson(from);
  return from.nullable ? `coalesce(${json}, ${UNDEFINED_JSON})` : json;
};

/** JSON of an array. DuckDB's constructor would write a FLOAT without its exponent. */
export function arrayJson(items: readonly Typed[]): string {
  if (items.length === 0) return "CAST('[]' AS JSON)";
  const elements = items.map((item) => elementJson(item));
  if (items.every((item) => item.type.kind !== "FLOAT" && !isSemiStructured(item.type)))
    return `json_array(${elements.join(", ")})`;
  return `CAST('[' || ${elements.map((json) => `CAST(${json} AS VARCHAR)`).join(" || ',' || ")} || ']' AS JSON)`;
}

/** A FLOAT stays one in JSON by its exponent. */
function floatJson(x: string): string {
  const digits = `CAST(${x} AS VARCHAR)`;
  return `CAST(CASE WHEN isfinite(${x}) THEN ${digits} || CASE WHEN contains(${digits}, 'e') THEN '' ELSE 'e0' END ELSE ${floatText(x)} END AS JSON)`;
}

/** Decimal digits without trailing zeros, as Snowflake keeps numbers in a VARIANT. */
function numberJson(from: Typed): string {
  if (from.type.kind !== "NUMBER" || from.type.scale === 0) return `CAST(${from.sql} AS VARCHAR)`;
  return `rtrim(rtrim(CAST(${from.sql} AS VARCHAR), '0'), '.')`;
}

/** The type that values of several types have in common (CASE, COALESCE, UNION, comparisons). */
export function commonType(types: readonly Typed[]): DataType {
  let result: DataType | null = null;
  for (const one of types) {
    if (one.isNull) continue;
    result = result === null ? one.type : commonOfTwo(result, one.type);
  }
  return result ?? types[0]?.type ?? varchar();
}

export function commonOfTwo(a: DataType, b: DataType): DataType {
  if (a.kind === b.kind) {
    if (a.kind === "NUMBER" && b.kind === "NUMBER") {
      const scale = Math.max(a.scale, b.scale);
      const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
      return { kind: "NUMBER", precision: Math.min(38, whole + scale), scale };
    }
    if (a.kind === "VARCHAR" && b.kind === "VARCHAR") {
      const collation = commonCollation(a.collation, b.collation);
      return { kind: a.kind, length: Math.max(a.length, b.length), ...(collation && { collation }) };
    }
    if (a.kind === "BINARY" && b.kind === "BINARY")
      return { kind: a.kind, length: Math.max(a.length, b.length) };
    if ("scale" in a && "scale" in b) return a.scale >= b.scale ? a : b;
    // ARRAY, OBJECT and MAP of types that differ have their unstructured form in common.
    if (isStructured(a) || isStructured(b))
      return printDataType(a) === printDataType(b) ? a : { kind: a.kind === "ARRAY" ? "ARRAY" : "OBJECT" };
    return a;
  }
  if (isSemiStructured(a) || isSemiStructured(b)) return { kind: "VARIANT" };
  const kinds = new Set([a.kind, b.kind]);
  const pick = (kind: DataType["kind"]) => (a.kind === kind ? a : b);
  if (kinds.has("VARCHAR")) {
    const other = a.kind === "VARCHAR" ? b : a;
    // Text converts to the other type; its digits after the point are not known beforehand.
    return other.kind === "NUMBER" && other.scale === 0 ? { kind: "NUMBER", precision: 38, scale: 0 } : other;
  }
  if (kinds.has("FLOAT") && kinds.has("NUMBER")) return { kind: "FLOAT" };
  if (kinds.has("BOOLEAN") && (kinds.has("NUMBER") || kinds.has("FLOAT"))) return { kind: "BOOLEAN" };
  if (
    kinds.has("TIMESTAMP_TZ") &&
    (isTimestamp(a) || a.kind === "DATE") &&
    (isTimestamp(b) || b.kind === "DATE")
  )
    return pick("TIMESTAMP_TZ");
  if (
    kinds.has("TIMESTAMP_LTZ") &&
    (isTimestamp(a) || a.kind === "DATE") &&
    (isTimestamp(b) || b.kind === "DATE")
  )
    return pick("TIMESTAMP_LTZ");
  if (kinds.has("DATE") && kinds.has("TIMESTAMP_NTZ")) return pick("TIMESTAMP_NTZ");
  throw new SnowflakeError(
    "001007",
    "22023",
    `SQL compilation error:\ninvalid type [${printDataType(b)}] for parameter '${printDataType(a)}'`,
  );
}

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

export function unsupportedCast(from: DataType, to: DataType): Error {
  return errors.unsupported(`conversion of ${from.kind} to ${to.kind}`);
}
