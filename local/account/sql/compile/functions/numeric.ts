import { errors } from "../../../errors.ts";
import { type DataType, number } from "../../../types/data-type.ts";
import { duckType } from "../../../types/physical.ts";
import { castTo } from "../cast.ts";
import type { Env } from "../env.ts";
import { arithmetic, numeric as asNumeric, divide, quotientType } from "../operators.ts";
import { quoteText, raise, type Typed, typed } from "../typed.ts";
import { bitwiseBytes } from "./binary.ts";
import { convertArgument, define } from "./registry.ts";

/** Numeric functions. Source: Snowflake documentation, "Numeric functions" and "Bitwise expression functions". */
const FLOAT: DataType = { kind: "FLOAT" };
const any = (args: Typed[]) => args.some((a) => a.nullable);
type NumberType = Extract<DataType, { kind: "NUMBER" }>;

const toFloat = (names: string, fn: string) =>
  define("numeric", names, ["float"], (args) => typed(`${fn}(${args[0]!.sql})`, FLOAT, any(args)));
for (const name of [
  "ACOS",
  "ASIN",
  "ATAN",
  "COS",
  "COT",
  "DEGREES",
  "EXP",
  "RADIANS",
  "SIN",
  "TAN",
  "SINH",
  "COSH",
  "TANH",
  "ACOSH",
  "ASINH",
  "ATANH",
])
  toFloat(name, name.toLowerCase());
const numberText = (x: string) => `regexp_replace(CAST(${x} AS VARCHAR), '\\.0$', '')`;
define("numeric", "SQRT", ["float"], (a) => {
  const x = a[0]!.sql;
  const wrong = raise(
    "100045",
    "22023",
    `'Invalid floating point operation: sqrt(' || ${numberText(x)} || ')'`,
  );
  return typed(`CASE WHEN ${x} < 0 THEN CAST(${wrong} AS DOUBLE) ELSE sqrt(${x}) END`, FLOAT, any(a));
});
define("numeric", "LN", ["float"], (a) => {
  const x = a[0]!.sql;
  const wrong = raise(
    "100045",
    "22023",
    `'Invalid floating point operation: ln(' || ${numberText(x)} || ')'`,
  );
  return typed(`CASE WHEN ${x} <= 0 THEN CAST(${wrong} AS DOUBLE) ELSE ln(${x}) END`, FLOAT, any(a));
});
/** The root of a whole cube is whole. */
define("numeric", "CBRT", ["float"], (a) => {
  const x = a[0]!.sql;
  return typed(
    `CASE WHEN power(round(cbrt(${x})), 3) = ${x} THEN round(cbrt(${x})) ELSE cbrt(${x}) END`,
    FLOAT,
    any(a),
  );
});
define("numeric", "ATAN2", ["float", "float"], (a) =>
  typed(`atan2(${a[0]!.sql}, ${a[1]!.sql})`, FLOAT, any(a)),
);
define("numeric", "POWER POW", ["float", "float"], (a) =>
  typed(`power(${a[0]!.sql}, ${a[1]!.sql})`, FLOAT, any(a)),
);
define("numeric", "SQUARE", ["float"], (a) => typed(`power(${a[0]!.sql}, 2)`, FLOAT, any(a)));
define("numeric", "LOG", ["float", "float"], (a) => {
  const [base, x] = a.map((v) => v.sql);
  return typed(
    `CASE WHEN ${base} = 10 THEN log10(${x}) WHEN ${base} = 2 THEN log2(${x}) ELSE ln(${x}) / ln(${base}) END`,
    FLOAT,
    any(a),
  );
});
define("numeric", "PI", [], () => typed("pi()", FLOAT, false));
define("numeric", "FACTORIAL", ["integer"], (a) =>
  typed(`CAST(factorial(CAST(${a[0]!.sql} AS INTEGER)) AS HUGEINT)`, number(), any(a)),
);
define("numeric", "HAVERSINE", ["float", "float", "float", "float"], (a) => {
  const [la1, lo1, la2, lo2] = a.map((x) => `radians(${x.sql})`);
  return typed(
    `(2 * 6371.0::DOUBLE * asin(sqrt(power(sin((${la2} - ${la1}) / 2), 2) + cos(${la1}) * cos(${la2}) * power(sin((${lo2} - ${lo1}) / 2), 2))))`,
    FLOAT,
    any(a),
  );
});

define("numeric", "ABS", ["number"], (a) => typed(`abs(${a[0]!.sql})`, a[0]!.type, any(a)));
define("numeric", "SIGN", ["number"], (a) => typed(`CAST(sign(${a[0]!.sql}) AS BIGINT)`, number(2), any(a)));

/** ROUND, TRUNC, CEIL, FLOOR keep fixed-point numbers exact. */
function rounded(args: Typed[], how: "round" | "trunc" | "ceil" | "floor"): Typed {
  const [value, digits] = args as [Typed, Typed | undefined];
  const nullable = any(args);
  const constant = digits === undefined ? 0 : digits.constant ? Number(digits.constant.value) : null;
  if (value.type.kind === "FLOAT") {
    if (constant === 0) return typed(`${how}(${value.sql})`, FLOAT, nullable);
    const scale = digits!.sql;
    if (how === "round") return typed(`round(${value.sql}, CAST(${scale} AS INTEGER))`, FLOAT, nullable);
    return typed(
      `(${how}(${value.sql} * power(10::DOUBLE, ${scale})) / power(10::DOUBLE, ${scale}))`,
      FLOAT,
      nullable,
    );
  }
  const type = value.type as NumberType;
  if (constant === null) {
    // Digits that vary by row: the scale stays the argument's.
    const exact = `CAST(round(CAST(${value.sql} AS DOUBLE), CAST(${digits!.sql} AS INTEGER)) AS ${duckType(type)})`;
    if (how !== "round")
      return typed(
        `CAST(${how}(CAST(${value.sql} AS DOUBLE) * power(10, ${digits!.sql})) / power(10, ${digits!.sql}) AS ${duckType(type)})`,
        type,
        nullable,
      );
    return typed(exact, type, nullable);
  }
  if (constant >= type.scale) return typed(value.sql, type, nullable);
  const scale = Math.max(0, constant);
  const whole = type.precision - type.scale;
  const result = number(
    Math.min(38, Math.max(1, whole + scale + (how === "trunc" ? 0 : 1))),
    scale,
  ) as NumberType;
  if (constant >= 0) {
    if (how === "round")
      return typed(
        `CAST(${value.sql} AS ${scale === 0 ? `DECIMAL(38,0)` : duckType(result)})${scale === 0 ? `::${duckType(result)}` : ""}`,
        result,
        nullable,
      );
    if (scale === 0) return typed(`CAST(${how}(${value.sql}) AS ${duckType(result)})`, result, nullable);
    const shifted = `${value.sql} * ${10 ** scale}`;
    return typed(
      `CAST(CAST(${how}(${shifted}) AS DECIMAL(38,0)) * CAST('0.${"0".repeat(scale - 1)}1' AS DECIMAL(${scale + 1},${scale})) AS ${duckType(result)})`,
      result,
      nullable,
    );
  }
  // Negative digits: to tens, hundreds …
  const step = `${10 ** -constant}::HUGEINT`;
  const integer = `CAST(${how === "round" ? value.sql : `${how}(${value.sql})`} AS HUGEINT)`;
  const quotient = {
    round: `((2 * ${integer} + CASE WHEN ${integer} < 0 THEN -${step} ELSE ${step} END) // (2 * ${step}))`,
    trunc: `(${integer} // ${step})`,
    ceil: `CAST(ceil(CAST(${integer} AS DOUBLE) / ${10 ** -constant}) AS HUGEINT)`,
    floor: `CAST(floor(CAST(${integer} AS DOUBLE) / ${10 ** -constant}) AS HUGEINT)`,
  }[how];
  return typed(`CAST(${quotient} * ${step} AS ${duckType(result)})`, result, nullable);
}
/** To even at a half, for fixed-point numbers; the scale is a constant then. */
function roundedToEven(env: Env, args: Typed[]): Typed {
  const away = rounded(args, "round");
  const [value, digits] = args as [Typed, Typed | undefined];
  const scale = Number(digits?.constant?.value ?? 0);
  if (value.type.kind === "FLOAT") {
    const factor = `power(10::DOUBLE, ${digits?.sql ?? "0"})`;
    return typed(`(round_even(${value.sql} * ${factor}, 0) / ${factor})`, FLOAT, any(args));
  }
  if (scale >= (value.type as NumberType).scale) return away;
  const type = away.type as NumberType;
  const unit = scale >= 0 ? 1 / 10 ** scale : 10 ** -scale;
  const step = `CAST(${quoteText(scale > 0 ? unit.toFixed(scale) : String(unit))} AS DECIMAL(38,${Math.max(0, scale)}))`;
  const floor = rounded(args, "floor");
  const rest = arithmetic(env, "-", value, floor);
  const twice = `(${rest.sql} * 2)`;
  const half = `${twice} = ${step}`;
  const even = `CAST(round(${floor.sql} / ${step}) AS HUGEINT) % 2 = 0`;
  return typed(
    `CAST(CASE WHEN ${half} AND ${even} THEN ${floor.sql} WHEN ${half} THEN ${floor.sql} + ${step} ELSE ${away.sql} END AS ${duckType(type)})`,
    type,
    any(args),
  );
}
/** Source: "ROUND". Arguments by position or by name. */
define(
  "numeric",
  "ROUND",
  ["number", "integer", "text"],
  (a, { env }) => {
    const mode = a[2]?.constant?.value ?? "HALF_AWAY_FROM_ZERO";
    const given = a.slice(0, 2);
    if (mode === "HALF_AWAY_FROM_ZERO") return rounded(given, "round");
    if (mode === "HALF_TO_EVEN") return roundedToEven(env, given);
    throw errors.invalidValue(mode, "rounding mode: HALF_AWAY_FROM_ZERO or HALF_TO_EVEN");
  },
  { min: 1, names: ["EXPR", "SCALE", "ROUNDING_MODE"] },
);
define("numeric", "CEIL CEILING", ["number", "integer"], (a) => rounded(a, "ceil"), { min: 1 });
define("numeric", "FLOOR", ["number", "integer"], (a) => rounded(a, "floor"), { min: 1 });
export const truncate = (args: Typed[]): Typed => rounded(args, "trunc");

define("numeric", "MOD", ["number", "number"], (a, { env }) => arithmetic(env, "%", a[0]!, a[1]!));

/** DIV0 and DIV0NULL: 0 instead of an error. Source: "DIV0". */
const div0 =
  (nullToo: boolean) =>
  (a: Typed[], env: Parameters<typeof arithmetic>[0]): Typed => {
    const l = asNumeric(env, a[0]!);
    const r = asNumeric(env, a[1]!);
    const zero = nullToo ? `coalesce(${r.sql}, 0) = 0` : `${r.sql} = 0`;
    if (l.type.kind === "NUMBER" && r.type.kind === "NUMBER") {
      const quotient = divide(l, r, "null");
      const type = quotientType(l.type, r.type);
      return typed(
        `CASE WHEN ${l.sql} IS NOT NULL AND ${zero} THEN CAST(0 AS ${duckType(type)}) ELSE ${quotient.sql} END`,
        type,
        any(a),
      );
    }
    const x = castTo(env, l, FLOAT).sql;
    const y = castTo(env, r, FLOAT).sql;
    return typed(
      `CASE WHEN ${x} IS NOT NULL AND ${zero} THEN 0::DOUBLE ELSE ${x} / nullif(${y}, 0) END`,
      FLOAT,
      any(a),
    );
  };
define("numeric", "DIV0", ["number", "number"], (a, { env }) => div0(false)(a, env));
define("numeric", "DIV0NULL", ["number", "number"], (a, { env }) => div0(true)(a, env));

define("numeric", "WIDTH_BUCKET", ["float", "float", "float", "integer"], (a) => {
  const [x, lo, hi, n] = a.map((v) => v.sql);
  return typed(
    `CASE WHEN ${x} < ${lo} THEN 0 WHEN ${x} >= ${hi} THEN ${n} + 1 ELSE CAST(floor((${x} - ${lo}) / ((${hi} - ${lo}) / ${n})) AS BIGINT) + 1 END`,
    number(),
    any(a),
  );
});

const bits = (names: string, sql: (a: string, b: string) => string) =>
  define("bitwise", names, ["integer", "integer"], (a) => typed(sql(a[0]!.sql, a[1]!.sql), number(), any(a)));
for (const [names, operator] of [
  ["BITAND BIT_AND", "&"],
  ["BITOR BIT_OR", "|"],
  ["BITXOR BIT_XOR", "xor"],
] as const)
  define(
    "bitwise",
    names,
    ["any", "any", "text"],
    (a, { env }) => {
      if (a[0]!.type.kind === "BINARY" || a[1]!.type.kind === "BINARY")
        return bitwiseBytes(names.split(" ")[0]!, operator, a[0]!, a[1]!, a[2]);
      const [x, y] = [convertArgument(env, a[0]!, "integer").sql, convertArgument(env, a[1]!, "integer").sql];
      return typed(operator === "xor" ? `xor(${x}, ${y})` : `(${x} ${operator} ${y})`, number(), any(a));
    },
    { min: 2 },
  );
bits("BITSHIFTLEFT BIT_SHIFTLEFT", (a, b) => `(${a} << ${b})`);
bits("BITSHIFTRIGHT BIT_SHIFTRIGHT", (a, b) => `(${a} >> ${b})`);
define("bitwise", "BITNOT BIT_NOT", ["integer"], (a) => typed(`(~${a[0]!.sql})`, number(), any(a)));
define("bitwise", "GETBIT", ["integer", "integer"], (a) =>
  typed(`((${a[0]!.sql} >> ${a[1]!.sql}) & 1)`, number(1), any(a)),
);
