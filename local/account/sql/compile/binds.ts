import { errors, SnowflakeError } from "../../errors.ts";
import type { Bind } from "../../session/context.ts";
import { quoteText } from "../../storage/duck-text.ts";
import { type DataType, varchar } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import { castTo } from "./cast.ts";
import type { Env } from "./env.ts";
import { booleanConstant, nullConstant, numberConstant, type Typed, textConstant, typed } from "./typed.ts";

/** Array binds that are columns of a relation in sight, by their index. */
export type BoundColumns = Map<number, Typed>;

/** The value of bind variable `index` (from 1) in the statement, typed by what the driver said it is. */
export function bindValue(env: Env, index: number): Typed {
  const bind = env.ctx.binds[String(index)];
  if (!bind)
    throw new SnowflakeError(
      "002049",
      "42601",
      `SQL compilation error: error line 1 at position 0\nBind variable :${index} not set.`,
    );
  if (!Array.isArray(bind.value)) return oneBind(env, bind.type, bind.value);
  const column = (env.shared.facts.get("bound columns") as BoundColumns | undefined)?.get(index);
  if (column) return column;
  const row = env.shared.facts.get("bind row");
  if (typeof row !== "number" && bind.value.length > 1)
    throw errors.unsupported("array binds in this statement");
  return oneBind(env, bind.type, bind.value[typeof row === "number" ? row : 0] ?? null);
}

/** Digits as a driver writes them; what else a request says would be SQL. */
const isNumber = (text: string): boolean =>
  /^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$/.test(text);

/** A bind's text in a column, all of whose values have that type and are written as drivers write it. */
export function bindColumn(bind: Bind["type"], type: DataType, text: string): Typed {
  const micros = `CAST(${text} AS BIGINT) // 1000`;
  switch (type.kind) {
    case "NUMBER":
    case "FLOAT":
      return typed(`CAST(${text} AS ${duckType(type)})`, type);
    case "BOOLEAN":
      return typed(`(lower(${text}) IN ('true', '1'))`, type);
    case "BINARY":
      return typed(`unhex(${text})`, type);
    case "DATE":
      return typed(`CAST(make_timestamp(CAST(${text} AS BIGINT) * 1000) AS DATE)`, type);
    case "TIME":
      return typed(`CAST(make_timestamp(${micros}) AS TIME)`, type);
    case "TIMESTAMP_NTZ":
      return typed(`make_timestamp(${micros})`, type);
    case "TIMESTAMP_LTZ":
      return typed(`timezone('UTC', make_timestamp(${micros}))`, type);
    case "TIMESTAMP_TZ": {
      const instant = `make_timestamp(CAST(split_part(${text}, ' ', 1) AS BIGINT) // 1000)`;
      const offset = `CAST(CAST(split_part(${text}, ' ', 2) AS INTEGER) - 1440 AS SMALLINT)`;
      return typed(`CASE WHEN ${text} IS NOT NULL THEN {'t': ${instant}, 'o': ${offset}} END`, type);
    }
    case "VARCHAR":
      return typed(text, type);
    default:
      throw errors.internal(`array binds of ${bind}`);
  }
}

export function oneBind(env: Env, type: Bind["type"], value: string | null): Typed {
  if (value === null) return nullConstant();
  switch (type.toUpperCase()) {
    case "FIXED": {
      if (!isNumber(value)) throw errors.notNumeric(value);
      if (!value.startsWith("-")) return numberConstant(value);
      const positive = numberConstant(value.slice(1));
      return { ...positive, sql: `(-${positive.sql})`, constant: { kind: "number", value } };
    }
    case "REAL":
      return {
        ...typed(`CAST(${quoteText(value)} AS DOUBLE)`, { kind: "FLOAT" }, false),
        constant: { kind: "number", value },
      };
    case "BOOLEAN":
      return booleanConstant(/^(true|1)$/i.test(value));
    case "BINARY":
      return typed(`unhex('${value.replaceAll("'", "")}')`, { kind: "BINARY", length: 8_388_608 }, false);
    // Dates come as milliseconds, times and timestamps as nanoseconds since the epoch, or as text.
    case "DATE":
      return /^-?[0-9]+$/.test(value)
        ? typed(`CAST(make_timestamp(${value}::BIGINT * 1000) AS DATE)`, { kind: "DATE" }, false)
        : castTo(env, textConstant(value), { kind: "DATE" });
    case "TIME":
      return /^[0-9]+$/.test(value)
        ? typed(`CAST(make_timestamp(${value}::BIGINT // 1000) AS TIME)`, { kind: "TIME", scale: 9 }, false)
        : castTo(env, textConstant(value), { kind: "TIME", scale: 9 });
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP":
      return /^-?[0-9]+$/.test(value)
        ? typed(`make_timestamp(${value}::BIGINT // 1000)`, { kind: "TIMESTAMP_NTZ", scale: 9 }, false)
        : castTo(env, textConstant(value), { kind: "TIMESTAMP_NTZ", scale: 9 });
    case "TIMESTAMP_LTZ":
      return /^-?[0-9]+$/.test(value)
        ? typed(
            `timezone('UTC', make_timestamp(${value}::BIGINT // 1000))`,
            { kind: "TIMESTAMP_LTZ", scale: 9 },
            false,
          )
        : castTo(env, textConstant(value), { kind: "TIMESTAMP_LTZ", scale: 9 });
    case "TIMESTAMP_TZ": {
      const parts = /^(-?[0-9]+) ([0-9]+)$/.exec(value);
      return parts
        ? typed(
            `{'t': make_timestamp(${parts[1]}::BIGINT // 1000), 'o': CAST(${Number(parts[2]) - 1440} AS SMALLINT)}`,
            { kind: "TIMESTAMP_TZ", scale: 9 },
            false,
          )
        : castTo(env, textConstant(value), { kind: "TIMESTAMP_TZ", scale: 9 });
    }
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
      return castTo(env, typed(`CAST(${textConstant(value).sql} AS JSON)`, { kind: "VARIANT" }, false), {
        kind: type.toUpperCase() as "VARIANT",
      });
    default:
      return { ...textConstant(value), type: varchar(Math.max(1, value.length)) };
  }
}
