import { type DataType, printDataType, varchar } from "../../../types/data-type.ts";
import { coerce } from "../cast.ts";
import { commonType } from "../common-type.ts";
import type { Env } from "../env.ts";
import { comparable, compare, distinctFrom, numeric } from "../operators.ts";
import { nullConstant, type Typed, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Conditional functions. Source: Snowflake documentation, "Conditional expression functions". */
const BOOLEAN: DataType = { kind: "BOOLEAN" };
const any = (args: Typed[]) => args.some((a) => a.nullable);

function unified(env: Env, args: Typed[]): { sqls: string[]; type: DataType } {
  const type = commonType(args);
  return { sqls: args.map((a) => coerce(env, a, type).sql), type };
}

define("conditional", "IFF", ["boolean", "any", "any"], (a, { env }) => {
  const { sqls, type } = unified(env, a.slice(1));
  return typed(
    `CASE WHEN ${a[0]!.sql} THEN ${sqls[0]} ELSE ${sqls[1]} END`,
    type,
    a[1]!.nullable || a[2]!.nullable,
  );
});
define(
  "conditional",
  "COALESCE",
  ["any"],
  (a, { env }) => {
    const { sqls, type } = unified(env, a);
    return typed(
      `coalesce(${sqls.join(", ")})`,
      type,
      a.every((x) => x.nullable),
    );
  },
  { min: 2, variadic: true },
);
define("conditional", "NVL IFNULL", ["any", "any"], (a, { env }) => {
  const { sqls, type } = unified(env, a);
  return typed(
    `coalesce(${sqls.join(", ")})`,
    type,
    a.every((x) => x.nullable),
  );
});
define("conditional", "NVL2", ["any", "any", "any"], (a, { env }) => {
  const { sqls, type } = unified(env, a.slice(1));
  return typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN ${sqls[0]} ELSE ${sqls[1]} END`,
    type,
    a[1]!.nullable || a[2]!.nullable,
  );
});
define("conditional", "NULLIF", ["any", "any"], (a, { env }) =>
  typed(`CASE WHEN ${compare(env, "=", a[0]!, a[1]!).sql} THEN NULL ELSE ${a[0]!.sql} END`, a[0]!.type),
);
define("conditional", "ZEROIFNULL", ["any"], (a, { env }) => {
  const value = numeric(env, a[0]!);
  return typed(`coalesce(${value.sql}, 0)`, value.type, false);
});
define("conditional", "NULLIFZERO", ["any"], (a, { env }) => {
  const value = numeric(env, a[0]!);
  return typed(`nullif(${value.sql}, 0)`, value.type);
});
define("conditional", "EQUAL_NULL", ["any", "any"], (a, { env }) => distinctFrom(env, a[0]!, a[1]!, true));
define(
  "conditional",
  "DECODE",
  ["any"],
  (a, { env }) => {
    const [subject, ...rest] = a as [Typed, ...Typed[]];
    const pairs: [Typed, Typed][] = [];
    for (let i = 0; i + 1 < rest.length; i += 2) pairs.push([rest[i]!, rest[i + 1]!]);
    const otherwise = rest.length % 2 === 1 ? rest.at(-1)! : nullConstant();
    const { sqls, type } = unified(env, [...pairs.map((p) => p[1]), otherwise]);
    // NULL matches NULL here, unlike in CASE.
    const whens = pairs.map(
      ([search], i) => `WHEN ${distinctFrom(env, subject, search, true).sql} THEN ${sqls[i]}`,
    );
    return typed(`CASE ${whens.join(" ")} ELSE ${sqls.at(-1)} END`, type);
  },
  { min: 3, variadic: true },
);

const extreme = (names: string, fn: string, ignoreNulls: boolean) =>
  define(
    "conditional",
    names,
    ["any"],
    (a, { env }) => {
      const { sqls, type } = unified(env, a);
      if (type.kind === "TIMESTAMP_TZ") {
        const key = comparable(env, a);
        const op = fn === "greatest" ? ">" : "<";
        const pick = sqls.reduce(
          (best, sql, i) =>
            i === 0 ? sql : `CASE WHEN ${key[i]} ${op} ${key[i - 1]} THEN ${sql} ELSE ${best} END`,
          "",
        );
        return typed(pick, type);
      }
      const call = `${fn}(${sqls.join(", ")})`;
      if (ignoreNulls)
        return typed(
          call,
          type,
          a.every((x) => x.nullable),
        );
      const nulls = a
        .filter((x) => x.nullable)
        .map((_, i) => sqls[a.indexOf(a.filter((x) => x.nullable)[i]!)]);
      return typed(
        nulls.length === 0
          ? call
          : `CASE WHEN ${nulls.map((n) => `${n} IS NULL`).join(" OR ")} THEN NULL ELSE ${call} END`,
        type,
        any(a),
      );
    },
    { min: 1, variadic: true },
  );
extreme("GREATEST", "greatest", false);
extreme("LEAST", "least", false);
extreme("GREATEST_IGNORE_NULLS", "greatest", true);
extreme("LEAST_IGNORE_NULLS", "least", true);

define("conditional", "BOOLAND", ["number", "number"], (a) =>
  typed(`(${a[0]!.sql} <> 0 AND ${a[1]!.sql} <> 0)`, BOOLEAN, any(a)),
);
define("conditional", "BOOLOR", ["number", "number"], (a) =>
  typed(`(${a[0]!.sql} <> 0 OR ${a[1]!.sql} <> 0)`, BOOLEAN, any(a)),
);
define("conditional", "BOOLXOR", ["number", "number"], (a) =>
  typed(`((${a[0]!.sql} <> 0) <> (${a[1]!.sql} <> 0))`, BOOLEAN, any(a)),
);
define("conditional", "BOOLNOT", ["number"], (a) => typed(`(${a[0]!.sql} = 0)`, BOOLEAN, any(a)));
define("conditional", "REGR_VALX", ["float", "float"], (a) =>
  typed(`CASE WHEN ${a[0]!.sql} IS NULL THEN NULL ELSE ${a[1]!.sql} END`, { kind: "FLOAT" }),
);
define("conditional", "REGR_VALY", ["float", "float"], (a) =>
  typed(`CASE WHEN ${a[1]!.sql} IS NULL THEN NULL ELSE ${a[0]!.sql} END`, { kind: "FLOAT" }),
);
define("utility", "SYSTEM$TYPEOF", ["any"], (a) => typed(`'${printPhysical(a[0]!)}'`, varchar(), false));

function printPhysical(value: Typed): string {
  if (value.isNull) return "NULL[LOB]";
  const suffix = {
    NUMBER: "SB",
    VARCHAR: "LOB",
    BINARY: "LOB",
    FLOAT: "DOUBLE",
    BOOLEAN: "SB1",
    DATE: "SB4",
  } as Record<string, string>;
  if (value.type.kind === "NUMBER") {
    const { precision } = value.type;
    const size = precision <= 2 ? 1 : precision <= 4 ? 2 : precision <= 9 ? 4 : precision <= 18 ? 8 : 16;
    return `${printDataType(value.type)}[SB${size}]`;
  }
  return `${printDataType(value.type)}[${suffix[value.type.kind] ?? "LOB"}]`;
}
