import { errors, SnowflakeError } from "../../../errors.ts";
import { mappedType } from "../../../session/timestamp-type.ts";
import { type DataType, MAX_BINARY, number, varchar } from "../../../types/data-type.ts";
import { isSemiStructured } from "../../../types/physical.ts";
import { castTo, fromHex } from "../cast.ts";
import { epochNumber } from "../cast-temporal.ts";
import { parseFormat } from "../datetime-format.ts";
import type { Env } from "../env.ts";
import { unitOf } from "../operators.ts";
import { formatTemporal } from "../temporal-text.ts";
import { quoteText, raise, type Typed, text, typed } from "../typed.ts";
import { dateTrunc } from "./date.ts";
import { numberFormatSql, parseNumberSql } from "./number-format.ts";
import { truncate } from "./numeric.ts";
import { convertArgument, define, defineRaw } from "./registry.ts";

/** Conversion functions. Source: Snowflake documentation, "Conversion functions". */
const any = (args: Typed[]) => args.some((a) => a.nullable);

const integerConstant = (a: Typed | undefined, fallback: number): number => {
  if (!a) return fallback;
  if (a.constant?.kind !== "number") throw errors.unsupported("precision or scale that is not a constant");
  return Number(a.constant.value);
};

/** TO_NUMBER(expr [, format] [, precision [, scale]]). */
function toNumber(a: Typed[], env: Env, isTry: boolean): Typed {
  const [value, ...rest] = a as [Typed, ...Typed[]];
  const format = rest[0]?.type.kind === "VARCHAR" && rest[0].constant ? rest.shift()! : null;
  const type = number(integerConstant(rest[0], 38), integerConstant(rest[1], 0));
  if (format?.constant) {
    const parsed = parseNumberSql(castTo(env, value, varchar()).sql, format.constant.value, isTry);
    return castTo(env, text(parsed), type, isTry);
  }
  if (isTry && value.type.kind !== "VARCHAR" && !value.isNull && !isSemiStructured(value.type))
    return castTo(env, value, type, true);
  return castTo(env, value, type, isTry);
}
define(
  "conversion",
  "TO_NUMBER TO_DECIMAL TO_NUMERIC",
  ["any", "any", "any", "any"],
  (a, { env }) => toNumber(a, env, false),
  { min: 1 },
);
define(
  "conversion",
  "TRY_TO_NUMBER TRY_TO_DECIMAL TRY_TO_NUMERIC",
  ["any", "any", "any", "any"],
  (a, { env }) => toNumber(a, env, true),
  { min: 1 },
);
/** TO_DOUBLE(expr [, format]). */
for (const isTry of [false, true])
  define(
    "conversion",
    isTry ? "TRY_TO_DOUBLE" : "TO_DOUBLE",
    ["any", "text"],
    (a, { env }) => {
      const format = a[1]?.constant;
      if (!a[1]) return castTo(env, a[0]!, { kind: "FLOAT" }, isTry);
      if (format?.kind !== "string") throw errors.unsupported("format that is not a constant");
      const digits = parseNumberSql(castTo(env, a[0]!, varchar()).sql, format.value, isTry);
      return castTo(env, text(digits), { kind: "FLOAT" }, isTry);
    },
    { min: 1 },
  );
define("conversion", "TO_BOOLEAN", ["any"], (a, { env }) => castTo(env, a[0]!, { kind: "BOOLEAN" }));
define("conversion", "TRY_TO_BOOLEAN", ["any"], (a, { env }) =>
  castTo(env, a[0]!, { kind: "BOOLEAN" }, true),
);

/** TO_CHAR(value [, format]). */
define(
  "conversion",
  "TO_CHAR TO_VARCHAR",
  ["any", "text"],
  (a, { env }) => {
    const [value, format] = a as [Typed, Typed | undefined];
    if (!format) {
      const shown = castTo(env, value, varchar());
      // JSON null is the word here, where a cast gives NULL. Source: "TO_CHAR , TO_VARCHAR", usage notes.
      if (value.type.kind !== "VARIANT" || value.isNull) return shown;
      return text(`coalesce(${shown.sql}, CASE WHEN json_type(${value.sql}) = 'NULL' THEN 'null' END)`);
    }
    if (value.type.kind === "BINARY") {
      switch (format.constant?.value.toUpperCase()) {
        case "HEX":
          return text(`hex(${value.sql})`);
        case "BASE64":
          return text(`base64(${value.sql})`);
        case "UTF-8":
        case "UTF8":
          return text(`decode(${value.sql})`);
        default:
          throw errors.unsupported("binary format");
      }
    }
    if (format.constant?.kind !== "string") throw errors.unsupported("format that is not a constant");
    switch (value.type.kind) {
      case "NUMBER":
      case "FLOAT":
        return text(numberFormatSql(env, value, format.constant.value), any(a));
      case "VARCHAR":
      case "VARIANT": {
        const date = convertArgument(env, value, "date");
        return text(formatTemporal(date, format.constant.value), any(a));
      }
      default:
        return text(formatTemporal(value, format.constant.value), any(a));
    }
  },
  { min: 1 },
);

/** TO_DATE, TO_TIMESTAMP… from text in a format, from numbers by scale, from other dates. */
function temporal(to: DataType, name: string, a: Typed[], env: Env, isTry: boolean): Typed {
  const [value, second] = a as [Typed, Typed | undefined];
  if (!second || second.isNull) return castTo(env, value, to, isTry);
  if (value.type.kind === "NUMBER" || value.type.kind === "FLOAT") {
    const ntz = typed(
      epochNumber(
        value.type.kind === "FLOAT" ? `CAST(${value.sql} AS DECIMAL(38,9))` : value.sql,
        integerConstant(second, 0),
      ),
      { kind: "TIMESTAMP_NTZ", scale: 9 },
      value.nullable,
    );
    if (to.kind === "TIMESTAMP_LTZ") return typed(`timezone('UTC', ${ntz.sql})`, to, value.nullable);
    if (to.kind === "TIMESTAMP_TZ") return typed(`{'t': ${ntz.sql}, 'o': 0::SMALLINT}`, to, value.nullable);
    return castTo(env, ntz, to);
  }
  if (second.constant?.kind === "number" && isSemiStructured(value.type))
    return temporal(to, name, [castTo(env, value, number(38, 0)), second], env, isTry);
  if (second.constant?.kind !== "string") throw errors.unsupported("format that is not a constant");
  if (second.constant.value.toUpperCase() === "AUTO") return castTo(env, value, to, isTry);
  const source = castTo(env, value, varchar()).sql;
  const { format, hasOffset } = parseFormat(second.constant.value);
  // The result of strptime with an offset is an instant.
  const parsed = `try_strptime(${source}, ${quoteText(format)})`;
  const kind = to.kind === "DATE" ? "Date" : to.kind === "TIME" ? "Time" : "Timestamp";
  const wrong = raise(
    "100096",
    "22007",
    `'Can''t parse ''' || ${source} || ''' as ${kind.toLowerCase()} with format ''${second.constant.value.replaceAll("'", "''''")}'''`,
  );
  const checked = (sql: string, type: string) =>
    isTry
      ? sql
      : `CASE WHEN ${source} IS NULL THEN NULL WHEN ${sql} IS NULL THEN CAST(${wrong} AS ${type}) ELSE ${sql} END`;
  if (hasOffset) {
    const tail = `regexp_extract(${source}, '([Zz]|[+-][0-9]{2}:?[0-9]{0,2})\\s*$', 1)`;
    const digits = `replace(${tail}, ':', '')`;
    const minutes = `CASE WHEN upper(${tail}) IN ('Z', '') THEN 0 ELSE (CASE WHEN ${tail}[1] = '-' THEN -1 ELSE 1 END) * (CAST(substr(${digits}, 2, 2) AS SMALLINT) * 60 + coalesce(TRY_CAST(substr(${digits}, 4, 2) AS SMALLINT), 0)) END`;
    const inst = checked(`CAST(${parsed} AS TIMESTAMP WITH TIME ZONE)`, "TIMESTAMP WITH TIME ZONE");
    const tz = typed(
      `CASE WHEN ${inst} IS NOT NULL THEN {'t': timezone('UTC', ${inst}), 'o': CAST(${minutes} AS SMALLINT)} END`,
      { kind: "TIMESTAMP_TZ", scale: 9 },
    );
    return castTo(env, tz, to);
  }
  const ntz = typed(checked(`CAST(${parsed} AS TIMESTAMP)`, "TIMESTAMP"), {
    kind: "TIMESTAMP_NTZ",
    scale: 9,
  });
  return castTo(env, ntz, to);
}

const TEMPORALS: [string, DataType][] = [
  ["TO_DATE DATE", { kind: "DATE" }],
  ["TO_TIME TIME", { kind: "TIME", scale: 9 }],
  ["TO_TIMESTAMP", { kind: "TIMESTAMP_NTZ", scale: 9, byMapping: true }],
  ["TO_TIMESTAMP_NTZ", { kind: "TIMESTAMP_NTZ", scale: 9 }],
  ["TO_TIMESTAMP_LTZ", { kind: "TIMESTAMP_LTZ", scale: 9 }],
  ["TO_TIMESTAMP_TZ", { kind: "TIMESTAMP_TZ", scale: 9 }],
];
for (const [names, written] of TEMPORALS) {
  const typeIn = (env: Env) => mappedType(env.ctx.services.catalog, env.ctx.session, written);
  define(
    "conversion",
    names,
    ["any", "any"],
    (a, { env, call }) => temporal(typeIn(env), call.name[0]!.name, a, env, false),
    { min: 1 },
  );
  const tries = names
    .split(" ")
    .filter((n) => n.startsWith("TO_"))
    .map((n) => `TRY_${n}`)
    .join(" ");
  define(
    "conversion",
    tries,
    ["any", "any"],
    (a, { env, call }) => temporal(typeIn(env), call.name[0]!.name, a, env, true),
    { min: 1 },
  );
}

function toBinary(a: Typed[], isTry: boolean): Typed {
  const type: DataType = { kind: "BINARY", length: MAX_BINARY };
  const value = a[0]!;
  if (value.type.kind === "BINARY") return value;
  const format = a[1] ? (a[1].constant?.value.toUpperCase() ?? "") : "HEX";
  const sql = {
    HEX: fromHex(value.sql, isTry),
    BASE64: `from_base64(${value.sql})`,
    "UTF-8": `encode(${value.sql})`,
    UTF8: `encode(${value.sql})`,
  }[format];
  if (!sql) throw errors.unsupported(`binary format ${format}`);
  return typed(isTry ? `TRY(${sql})` : sql, type, value.nullable || isTry);
}
define("conversion", "TO_BINARY", ["any", "text"], (a) => toBinary(a, false), { min: 1 });
define("conversion", "TRY_TO_BINARY", ["any", "text"], (a) => toBinary(a, true), { min: 1 });

/** TRUNC(number [, digits]) and TRUNC(date, part). */
defineRaw("numeric", "TRUNC TRUNCATE", ({ env, call, compile }) => {
  const first = call.args[0];
  if (!first)
    throw new SnowflakeError(
      "000938",
      "22023",
      "SQL compilation error:\nnot enough arguments for function [TRUNC], expected 1, got 0",
    );
  const value = compile(first);
  const second = call.args[1];
  if (["DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"].includes(value.type.kind)) {
    const word =
      second?.type === "literal" ? second.value : second?.type === "column" ? second.parts[0]!.name : "DAY";
    const unit = unitOf(word);
    if (!unit) throw errors.invalidValue(word, "date part");
    return dateTrunc(env, unit, value);
  }
  const args = [convertArgument(env, value, "number")];
  if (second) args.push(convertArgument(env, compile(second), "integer"));
  const digits = args[1];
  if (digits && second) args[1] = { ...digits, constant: compile(second).constant };
  return truncate(args);
});
