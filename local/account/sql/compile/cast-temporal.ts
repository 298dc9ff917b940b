/** Conversions to dates, times and timestamps. Source: the page of each TO_ function. */
import { sessionParameter } from "../../session/parameters.ts";
import type { DataType } from "../../types/data-type.ts";
import { readTimestamp } from "../read-timestamp.ts";
import { parseFormat } from "./datetime-format.ts";
import type { Env } from "./env.ts";
import { needNative } from "./native.ts";
import { quoteText, raise, type Typed } from "./typed.ts";

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

export function toDate(env: Env, from: Typed, _to: DataType, isTry: boolean): string | null {
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

export function toNtz(env: Env, from: Typed, _to: DataType, isTry: boolean): string | null {
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

export function toLtz(env: Env, from: Typed, to: DataType, isTry: boolean): string | null {
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

export function toTz(env: Env, from: Typed, to: DataType, isTry: boolean): string | null {
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

export function toTime(env: Env, from: Typed, _to: DataType, isTry: boolean): string | null {
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
