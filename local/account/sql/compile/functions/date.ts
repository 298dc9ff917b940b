import { errors, SnowflakeError } from "../../../errors.ts";
import { sessionParameter } from "../../../session/parameters.ts";
import { mappedType } from "../../../session/timestamp-type.ts";
import { type DataType, number, varchar } from "../../../types/data-type.ts";
import type { Expr } from "../../parse/index.ts";
import { castTo } from "../cast.ts";
import { inUtc, wallClock, withSessionOffset } from "../cast-temporal.ts";
import type { Env } from "../env.ts";
import { dateAdd, unitOf } from "../operators.ts";
import { formatTemporal } from "../temporal-text.ts";
import { type Typed, text, typed } from "../typed.ts";
import { type CallContext, convertArgument, define, defineRaw } from "./registry.ts";

/** Date and time functions. Source: Snowflake documentation, "Date & time functions". */
const DATE: DataType = { kind: "DATE" };
const NTZ: DataType = { kind: "TIMESTAMP_NTZ", scale: 9 };
const LTZ: DataType = { kind: "TIMESTAMP_LTZ", scale: 9 };
const TZ: DataType = { kind: "TIMESTAMP_TZ", scale: 9 };
const any = (args: Typed[]) => args.some((a) => a.nullable);

/** A date part argument: a bare word, a quoted word or a string. */
function partOf(expr: Expr | undefined): string {
  if (expr?.type === "column" && expr.parts.length === 1) return expr.parts[0]!.name;
  if (expr?.type === "literal" && expr.kind === "string") return expr.value.toUpperCase();
  // `second(…)`-like words parse as calls only with parentheses; anything else is no date part.
  throw errors.unsupported("computed date part");
}

function unitArgument(expr: Expr | undefined): string {
  const part = partOf(expr);
  const unit = unitOf(part);
  if (!unit)
    throw new SnowflakeError(
      "001023",
      "22023",
      `SQL compilation error:\n'${part}' is not a valid date/time component.`,
    );
  return unit;
}

const argument = ({ call, compile }: CallContext, i: number): Typed => {
  const expr = call.args[i];
  if (!expr)
    throw new SnowflakeError(
      "000938",
      "22023",
      `SQL compilation error:\nnot enough arguments for function [${call.name.at(-1)!.name}], expected ${i + 1}, got ${call.args.length}`,
    );
  return compile(expr);
};

defineRaw("date", "DATEADD TIMEADD TIMESTAMPADD", (c) =>
  dateAdd(c.env, unitArgument(c.call.args[0]), argument(c, 1), argument(c, 2)),
);
define("date", "ADD_MONTHS", ["any", "number"], (a, { env }) => {
  const date = convertArgument(env, a[0]!, "date");
  const result = dateAdd(env, "month", a[1]!, date);
  // The last day of a month stays the last day.
  const last = `last_day(CAST(${result.sql} AS DATE))`;
  if (date.type.kind !== "DATE") return result;
  return typed(
    `CASE WHEN ${date.sql} = last_day(${date.sql}) THEN ${last} ELSE ${result.sql} END`,
    DATE,
    any(a),
  );
});

/** DATEDIFF counts boundaries crossed; weeks begin on WEEK_START's day, Monday by default. */
defineRaw("date", "DATEDIFF TIMEDIFF TIMESTAMPDIFF", (c) =>
  dateDiff(c.env, unitArgument(c.call.args[0]), argument(c, 1), argument(c, 2)),
);
export function dateDiff(env: Env, unit: string, from: Typed, to: Typed): Typed {
  const wall = (t: Typed): string => {
    const d = convertArgument(env, t, "date");
    return d.type.kind === "TIMESTAMP_TZ"
      ? wallClock(d.sql)
      : d.type.kind === "TIME"
        ? `(DATE '1970-01-01' + ${d.sql})`
        : `CAST(${d.sql} AS TIMESTAMP)`;
  };
  const [a, b] = [wall(from), wall(to)];
  const nullable = from.nullable || to.nullable;
  if (unit === "week") {
    const start = weekStart(env);
    const monday = (x: string) => `date_trunc('week', ${x} - to_days(${start}))`;
    return typed(`CAST(date_diff('day', ${monday(a)}, ${monday(b)}) // 7 AS BIGINT)`, number(9), nullable);
  }
  if (unit === "nanosecond")
    return typed(`(CAST(date_diff('microsecond', ${a}, ${b}) AS HUGEINT) * 1000)`, number(38), nullable);
  return typed(`date_diff('${unit}', ${a}, ${b})`, number(9), nullable);
}

/**
 * A week's number and year by the session's parameters; null where that is ISO's. WEEK_OF_YEAR_POLICY 1: the week of
 * the first of January is the first; 0: the first with four of its days in the year. Source: "WEEK_OF_YEAR_POLICY".
 */
function weekOfYear(env: Env, wall: string): { week: string; year: string } | null {
  const policy = Number(
    sessionParameter(env.ctx.services.catalog, env.ctx.session, "WEEK_OF_YEAR_POLICY").value,
  );
  const start = weekStart(env);
  if (policy === 0 && start === 0) return null;
  const startOf = (d: string) => `(date_trunc('week', ${d} - to_days(${start})) + to_days(${start}))`;
  const day = `CAST(${wall} AS TIMESTAMP)`;
  if (policy === 1)
    return {
      week: `(date_diff('day', ${startOf(`date_trunc('year', ${day})`)}, ${startOf(day)}) // 7 + 1)`,
      year: `year(${day})`,
    };
  // The week belongs to the year of its fourth day.
  const fourth = `(${startOf(day)} + to_days(3))`;
  return { week: `((dayofyear(${fourth}) - 1) // 7 + 1)`, year: `year(${fourth})` };
}

/** Days by which the week starts after Monday: WEEK_START 0 and 1 are Monday, 7 is Sunday. */
function weekStart(env: Env): number {
  const value = Number(sessionParameter(env.ctx.services.catalog, env.ctx.session, "WEEK_START").value);
  return value <= 1 ? 0 : value - 1;
}

export function dateTrunc(env: Env, unit: string, value: Typed): Typed {
  const date = convertArgument(env, value, "date");
  const start = unit === "week" ? weekStart(env) : 0;
  const cut = (x: string): string => {
    if (unit === "nanosecond") return x;
    if (unit === "week" && start > 0)
      return `(date_trunc('week', ${x} - to_days(${start})) + to_days(${start}))`;
    return `date_trunc('${unit}', ${x})`;
  };
  const nullable = value.nullable;
  switch (date.type.kind) {
    case "DATE":
      return typed(`CAST(${cut(date.sql)} AS DATE)`, DATE, nullable);
    case "TIME":
      return typed(`CAST(${cut(`(DATE '1970-01-01' + ${date.sql})`)} AS TIME)`, date.type, nullable);
    case "TIMESTAMP_TZ":
      return typed(
        `CASE WHEN ${date.sql} IS NOT NULL THEN {'t': ${cut(wallClock(date.sql))} - to_minutes((${date.sql}).o), 'o': (${date.sql}).o} END`,
        date.type,
        nullable,
      );
    default:
      return typed(cut(date.sql), date.type, nullable);
  }
}

defineRaw("date", "DATE_TRUNC", (c) => {
  // DATE_TRUNC(part, date); TRUNC(date, part) comes through TRUNC.
  return dateTrunc(c.env, unitArgument(c.call.args[0]), argument(c, 1));
});
defineRaw("date", "TIME_SLICE", (c) => {
  const date = convertArgument(c.env, argument(c, 0), "date");
  const length = argument(c, 1);
  const unit = unitArgument(c.call.args[2]);
  const end = c.call.args[3] ? c.compile(c.call.args[3]).constant?.value.toUpperCase() === "END" : false;
  const origin = unit === "week" ? "1969-12-29" : "1970-01-01";
  const step = `to_${unit}s(CAST(${length.sql} AS INTEGER))`;
  const base =
    date.type.kind === "DATE"
      ? `CAST(${date.sql} AS TIMESTAMP)`
      : date.type.kind === "TIMESTAMP_TZ"
        ? wallClock(date.sql)
        : `CAST(${date.sql} AS TIMESTAMP)`;
  const sliced = `time_bucket(${step}, ${base}, TIMESTAMP '${origin}')${end ? ` + ${step}` : ""}`;
  return typed(
    date.type.kind === "DATE" ? `CAST(${sliced} AS DATE)` : `(${sliced})`,
    date.type.kind === "DATE" ? DATE : NTZ,
    date.nullable,
  );
});

/** Field of a date as a number. */
export function datePart(env: Env, part: string, value: Typed): Typed {
  const date = convertArgument(env, value, "date");
  const wall =
    date.type.kind === "TIMESTAMP_TZ"
      ? wallClock(date.sql)
      : date.type.kind === "TIMESTAMP_LTZ"
        ? `CAST(${date.sql} AS TIMESTAMP)`
        : date.sql;
  const result = (sql: string, precision = 4) =>
    typed(`CAST(${sql} AS BIGINT)`, number(precision), value.nullable);
  const epoch =
    date.type.kind === "TIMESTAMP_TZ"
      ? `(${date.sql}).t`
      : date.type.kind === "TIMESTAMP_LTZ"
        ? `timezone('UTC', ${date.sql})`
        : date.type.kind === "TIME"
          ? `(DATE '1970-01-01' + ${date.sql})`
          : `CAST(${date.sql} AS TIMESTAMP)`;
  const first = weekStart(env);
  switch (part) {
    case "DAYOFWEEK":
    case "WEEKDAY":
    case "DOW":
    case "DW":
      // WEEK_START 0: Sunday is 0. Otherwise the week's first day is 1.
      return Number(sessionParameter(env.ctx.services.catalog, env.ctx.session, "WEEK_START").value) === 0
        ? result(`dayofweek(${wall})`, 1)
        : result(`(isodow(${wall}) - 1 - ${first} + 7) % 7 + 1`, 1);
    case "DAYOFWEEKISO":
    case "WEEKDAY_ISO":
    case "DOW_ISO":
    case "DW_ISO":
    case "DAYOFWEEK_ISO":
      return result(`isodow(${wall})`, 1);
    case "DAYOFYEAR":
    case "YEARDAY":
    case "DOY":
    case "DY":
      return result(`dayofyear(${wall})`, 3);
    case "WEEKISO":
    case "WEEK_ISO":
    case "WEEKOFYEARISO":
    case "WEEKOFYEAR_ISO":
      return result(`week(${wall})`, 2);
    case "YEAROFWEEK": {
      const own = weekOfYear(env, wall);
      return result(own ? own.year : `isoyear(${wall})`);
    }
    case "YEAROFWEEKISO":
      return result(`isoyear(${wall})`);
    case "EPOCH_SECOND":
    case "EPOCH":
    case "EPOCH_SECONDS":
      return result(`epoch_us(${epoch}) // 1000000`, 18);
    case "EPOCH_MILLISECOND":
    case "EPOCH_MILLISECONDS":
      return result(`epoch_us(${epoch}) // 1000`, 18);
    case "EPOCH_MICROSECOND":
    case "EPOCH_MICROSECONDS":
      return result(`epoch_us(${epoch})`, 18);
    case "EPOCH_NANOSECOND":
    case "EPOCH_NANOSECONDS":
      return typed(`(CAST(epoch_us(${epoch}) AS HUGEINT) * 1000)`, number(38), value.nullable);
    case "TIMEZONE_HOUR":
    case "TZH":
    case "TIMEZONE_MINUTE":
    case "TZM": {
      const minutes = `CAST((${castTo(env, date, TZ).sql}).o AS INTEGER)`;
      return result(part.endsWith("HOUR") || part === "TZH" ? `trunc(${minutes} / 60)` : `${minutes} % 60`);
    }
  }
  const unit = unitOf(part);
  switch (unit) {
    case "nanosecond":
      return result(`(microsecond(${wall}) % 1000000) * 1000`, 9);
    case "second":
    case "minute":
    case "hour":
    case "month":
    case "year":
    case "quarter":
      return result(`${unit}(${wall})`);
    case "day":
      return result(`day(${wall})`, 2);
    case "week":
      return result(weekOfYear(env, wall)?.week ?? `week(${wall})`, 2);
    default:
      throw new SnowflakeError(
        "001023",
        "22023",
        `SQL compilation error:\n'${part}' is not a valid date/time component.`,
      );
  }
}
defineRaw("date", "DATE_PART EXTRACT", (c) => datePart(c.env, partOf(c.call.args[0]), argument(c, 1)));
for (const name of [
  "YEAR",
  "QUARTER",
  "MONTH",
  "DAY",
  "DAYOFMONTH",
  "DAYOFWEEK",
  "DAYOFWEEKISO",
  "DAYOFYEAR",
  "WEEK",
  "WEEKOFYEAR",
  "WEEKISO",
  "YEAROFWEEK",
  "YEAROFWEEKISO",
  "HOUR",
  "MINUTE",
  "SECOND",
])
  define("date", name, ["any"], (a, { env }) => datePart(env, name, a[0]!));

define("date", "MONTHNAME", ["date"], (a, { env }) =>
  text(formatTemporal(castTo(env, a[0]!, NTZ), "MON"), any(a)),
);
define("date", "DAYNAME", ["date"], (a, { env }) =>
  text(formatTemporal(castTo(env, a[0]!, NTZ), "DY"), any(a)),
);
defineRaw("date", "LAST_DAY", (c) => {
  const date = castTo(c.env, convertArgument(c.env, argument(c, 0), "date"), DATE);
  const unit = c.call.args[1] ? unitArgument(c.call.args[1]) : "month";
  if (unit === "month") return typed(`last_day(${date.sql})`, DATE, date.nullable);
  const start = dateTrunc(c.env, unit, date);
  const next = dateAdd(c.env, unit, typed("1", number(1), false), start);
  return typed(`CAST(${next.sql} - to_days(1) AS DATE)`, DATE, date.nullable);
});
const DAYS = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const dayNumber = (a: Typed) =>
  `list_position(${JSON.stringify(DAYS).replaceAll('"', "'")}, lower(left(${a.sql}, 2)))`;
define("date", "NEXT_DAY", ["date", "text"], (a, { env }) => {
  const d = castTo(env, a[0]!, DATE).sql;
  return typed(
    `CAST(${d} + CAST((${dayNumber(a[1]!)} - isodow(${d}) + 6) % 7 + 1 AS INTEGER) AS DATE)`,
    DATE,
    any(a),
  );
});
define("date", "PREVIOUS_DAY", ["date", "text"], (a, { env }) => {
  const d = castTo(env, a[0]!, DATE).sql;
  return typed(
    `CAST(${d} - CAST((isodow(${d}) - ${dayNumber(a[1]!)} + 6) % 7 + 1 AS INTEGER) AS DATE)`,
    DATE,
    any(a),
  );
});
define("date", "MONTHS_BETWEEN", ["date", "date"], (a, { env }) => {
  const [x, y] = a.map((d) => castTo(env, d, NTZ).sql);
  const months = `((year(${x}) - year(${y})) * 12 + month(${x}) - month(${y}))`;
  const lastBoth = `(day(${x}) = day(${y}) OR (CAST(${x} AS DATE) = last_day(CAST(${x} AS DATE)) AND CAST(${y} AS DATE) = last_day(CAST(${y} AS DATE))))`;
  const seconds = `((day(${x}) - day(${y})) * 86400 + epoch(CAST(${x} AS TIME)) - epoch(CAST(${y} AS TIME)))`;
  return typed(
    `CAST(CASE WHEN ${lastBoth} THEN CAST(${months} AS DOUBLE) ELSE ${months} + ${seconds} / (31 * 86400.0) END AS DECIMAL(38,6))`,
    number(38, 6),
    any(a),
  );
});
define("date", "DATE_FROM_PARTS DATEFROMPARTS", ["integer", "integer", "integer"], (a) => {
  const [y, m, d] = a.map((x) => x.sql);
  return typed(
    `CAST(make_date(${y}, 1, 1) + to_months(CAST(${m} - 1 AS INTEGER)) + to_days(CAST(${d} - 1 AS INTEGER)) AS DATE)`,
    DATE,
    any(a),
  );
});
define(
  "date",
  "TIME_FROM_PARTS TIMEFROMPARTS",
  ["integer", "integer", "integer", "integer"],
  (a) => {
    const [h, m, s, n] = a.map((x) => x.sql);
    return typed(
      `CAST(make_timestamp((((${h}) * 3600 + (${m}) * 60 + (${s})) * 1000000 + ${n ? `(${n}) // 1000` : "0"}) % 86400000000) AS TIME)`,
      { kind: "TIME", scale: 9 },
      any(a),
    );
  },
  { min: 3 },
);
const fromParts = (a: Typed[], env: Env): string => {
  if (a.length !== 2 && a.length < 6)
    throw new SnowflakeError(
      "000938",
      "22023",
      `SQL compilation error:\nnot enough arguments for function [TIMESTAMP_FROM_PARTS], expected 6, got ${a.length}`,
    );
  if (a.length === 2)
    return `(${castTo(env, a[0]!, DATE).sql} + ${castTo(env, a[1]!, { kind: "TIME", scale: 9 }).sql})`;
  const [y, mo, d, h, mi, s, n] = a.map((x) => castTo(env, x, number(18)).sql);
  return `(CAST(make_date(${y}, 1, 1) AS TIMESTAMP) + to_months(CAST(${mo} - 1 AS INTEGER)) + to_days(CAST(${d} - 1 AS INTEGER)) + to_hours(${h}) + to_minutes(${mi}) + to_seconds(${s})${n ? ` + to_microseconds(${n} // 1000)` : ""})`;
};
define(
  "date",
  "TIMESTAMP_NTZ_FROM_PARTS TIMESTAMPNTZFROMPARTS",
  ["any"],
  (a, { env }) => typed(fromParts(a, env), NTZ, any(a)),
  { min: 2, variadic: true },
);
/** Of the type that TIMESTAMP is. Source: "TIMESTAMP_FROM_PARTS". */
define(
  "date",
  "TIMESTAMP_FROM_PARTS TIMESTAMPFROMPARTS",
  ["any"],
  (a, { env }) => {
    const { catalog } = env.ctx.services;
    const type = mappedType(catalog, env.ctx.session, { kind: "TIMESTAMP_NTZ", scale: 9, byMapping: true });
    return castTo(env, typed(fromParts(a, env), NTZ, any(a)), type);
  },
  { min: 2, variadic: true },
);
define(
  "date",
  "TIMESTAMP_LTZ_FROM_PARTS TIMESTAMPLTZFROMPARTS",
  ["any"],
  (a, { env }) => typed(`CAST(${fromParts(a, env)} AS TIMESTAMP WITH TIME ZONE)`, LTZ, any(a)),
  { min: 2, variadic: true },
);
define(
  "date",
  "TIMESTAMP_TZ_FROM_PARTS TIMESTAMPTZFROMPARTS",
  ["any"],
  (a, { env }) => {
    if (a.length === 8) {
      const utc = `timezone('UTC', timezone(${a[7]!.sql}, ${fromParts(a.slice(0, 7), env)}))`;
      return typed(
        `{'t': ${utc}, 'o': CAST(date_diff('minute', ${utc}, ${fromParts(a.slice(0, 7), env)}) AS SMALLINT)}`,
        TZ,
        any(a),
      );
    }
    return typed(withSessionOffset(`CAST(${fromParts(a, env)} AS TIMESTAMP WITH TIME ZONE)`), TZ, any(a));
  },
  { min: 6, variadic: true },
);

/** CONVERT_TIMEZONE(target, ts) keeps the instant; with a source zone, NTZ in and NTZ out. */
define(
  "date",
  "CONVERT_TIMEZONE",
  ["text", "any", "any"],
  (a, { env }) => {
    if (a.length === 3) {
      const ts = castTo(env, a[2]!, NTZ).sql;
      return typed(
        `timezone(${a[1]!.type.kind === "VARCHAR" ? a[1]!.sql : castTo(env, a[1]!, varchar()).sql}, timezone(${a[0]!.sql}, ${ts}))`,
        NTZ,
        any(a),
      );
    }
    const from = a[1]!;
    const source = castTo(env, from.type.kind === "VARCHAR" ? castTo(env, from, TZ) : from, LTZ).sql;
    const isUtc = a[0]!.constant?.value.toUpperCase() === "UTC";
    const wall = isUtc ? inUtc(source) : `timezone(${a[0]!.sql}, ${source})`;
    const minutes = isUtc
      ? "0::SMALLINT"
      : `CAST(date_diff('minute', timezone('UTC', ${source}), ${wall}) AS SMALLINT)`;
    return {
      ...typed(
        `CASE WHEN ${source} IS NOT NULL THEN {'t': ${isUtc ? wall : `timezone('UTC', ${source})`}, 'o': ${minutes}} END`,
        TZ,
        any(a),
      ),
      zoned: { instant: source, wall },
    };
  },
  { min: 2 },
);

const now = (env: Env): string => `timezone('UTC', make_timestamp(${BigInt(env.ctx.startedOn) * 1000n}))`;
const clock = (names: string) =>
  define("context", names, ["integer"], (_a, { env }) => typed(now(env), LTZ, false), { min: 0 });
clock("CURRENT_TIMESTAMP GETDATE LOCALTIMESTAMP SYSTIMESTAMP");
define("context", "SYSDATE", [], (_a, { env }) =>
  typed(`make_timestamp(${BigInt(env.ctx.startedOn) * 1000n})`, NTZ, false),
);
define("context", "CURRENT_DATE", [], (_a, { env }) => typed(`CAST(${now(env)} AS DATE)`, DATE, false));
define(
  "context",
  "CURRENT_TIME LOCALTIME",
  ["integer"],
  (_a, { env }) => typed(`CAST(CAST(${now(env)} AS TIMESTAMP) AS TIME)`, { kind: "TIME", scale: 9 }, false),
  { min: 0 },
);
