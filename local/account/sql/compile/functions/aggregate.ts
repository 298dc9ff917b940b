import { errors, SnowflakeError } from "../../../errors.ts";
import { type DataType, number, varchar } from "../../../types/data-type.ts";
import { duckType, isSemiStructured } from "../../../types/physical.ts";
import { castTo } from "../cast.ts";
import { isCollated, keyOf } from "../collation.ts";
import { compileOrder, compileWindow, groupable, orderKey } from "../expression.ts";
import { divide, numeric } from "../operators.ts";
import { expandStar } from "../star.ts";
import { toJson } from "../to-json.ts";
import { raise, type Typed, text, typed } from "../typed.ts";
import { type CallContext, define, defineRaw, type ParamKind } from "./registry.ts";

/** Aggregate functions, plain or over a window. Source: Snowflake documentation, "Aggregate functions". */
const FLOAT: DataType = { kind: "FLOAT" };
const BOOLEAN: DataType = { kind: "BOOLEAN" };
type NumberType = Extract<DataType, { kind: "NUMBER" }>;

/** Writes a DuckDB aggregate with the call's DISTINCT, order, filter and window. */
export function aggregate(
  c: CallContext,
  fn: string,
  args: string,
  more: { filter?: string; order?: string; distinct?: boolean } = {},
): string {
  const distinct = (more.distinct ?? c.call.distinct) ? "DISTINCT " : "";
  const order = more.order ? ` ORDER BY ${more.order}` : "";
  const filter = more.filter ? ` FILTER (WHERE ${more.filter})` : "";
  const over = c.call.over ? ` ${compileWindow(c.env, c.scope, c.call.over)}` : "";
  return `${fn}(${distinct}${args}${order})${filter}${over}`;
}

const agg = (
  names: string,
  params: ParamKind[],
  emit: (a: Typed[], c: CallContext) => Typed,
  options: { min?: number; variadic?: boolean; approximate?: string } = {},
) => define("aggregate", names, params, emit, { ...options, role: "aggregate" });

defineRaw(
  "aggregate",
  "COUNT",
  (c) => {
    const type = number(18);
    const first = c.call.args[0];
    if (!first)
      throw new SnowflakeError(
        "000938",
        "22023",
        "SQL compilation error:\nnot enough arguments for function [COUNT()], expected 1, got 0",
      );
    if (first.type === "star") {
      if (first.qualifier.length === 0 && first.ilike === null && first.exclude.length === 0)
        return typed(aggregate(c, "count", "*", { distinct: false }), type, false);
      // COUNT(t.*) counts rows without any NULL.
      const columns = expandStar(c.env, c.scope, first).map((x) => `${x.column.sql} IS NOT NULL`);
      return typed(aggregate(c, "count", "*", { filter: columns.join(" AND ") }), type, false);
    }
    const args = c.call.args.map((a) => c.compile(a));
    const keys = args.map(groupable);
    if (keys.length === 1) return typed(aggregate(c, "count", keys[0]!), type, false);
    const filter = keys.map((k) => `${k} IS NOT NULL`).join(" AND ");
    return typed(aggregate(c, "count", `(${keys.join(", ")})`, { filter }), type, false);
  },
  { role: "aggregate" },
);

agg("SUM", ["any"], (a, c) => {
  const value = numeric(c.env, a[0]!);
  if (value.type.kind === "FLOAT") return typed(aggregate(c, "sum", value.sql), FLOAT);
  const type = number(38, (value.type as NumberType).scale);
  return typed(aggregate(c, "sum", value.isNull ? `CAST(NULL AS ${duckType(type)})` : value.sql), type);
});
agg("AVG", ["any"], (a, c) => {
  const value = numeric(c.env, a[0]!);
  if (value.type.kind === "FLOAT") return typed(aggregate(c, "avg", value.sql), FLOAT);
  const own = value.type as NumberType;
  const sum = typed(aggregate(c, "sum", value.sql), number(38, own.scale));
  const count = typed(aggregate(c, "count", value.sql), number(18));
  return divide(sum, count, "null");
});
const extreme = (name: string, fn: string) =>
  agg(name, ["any"], (a, c) => {
    const value = a[0]!;
    if (value.type.kind === "TIMESTAMP_TZ") {
      if (c.call.over) throw errors.unsupported(`${name} of TIMESTAMP_TZ over a window`);
      return typed(`arg_${fn}(${value.sql}, (${value.sql}).t)`, value.type);
    }
    if (isSemiStructured(value.type)) {
      const key = `(CASE WHEN TRY_CAST((${value.sql} ->> '$') AS DOUBLE) IS NULL THEN 1 ELSE 0 END, TRY_CAST((${value.sql} ->> '$') AS DOUBLE), CAST(${value.sql} AS VARCHAR))`;
      return typed(aggregate(c, `arg_${fn}`, `${value.sql}, ${key}`, { distinct: false }), {
        kind: "VARIANT",
      });
    }
    if (isCollated(value.type))
      return typed(
        aggregate(c, `arg_${fn}`, `${value.sql}, ${keyOf(value)}`, { distinct: false }),
        value.type,
      );
    return typed(aggregate(c, fn, value.sql, { distinct: false }), value.type);
  });
extreme("MIN", "min");
extreme("MAX", "max");
agg("ANY_VALUE", ["any"], (a, c) => typed(aggregate(c, "any_value", a[0]!.sql), a[0]!.type));
agg("COUNT_IF", ["boolean"], (a, c) =>
  typed(
    `CAST(${aggregate(c, "count", "*", { filter: a[0]!.sql, distinct: false })} AS BIGINT)`,
    number(18),
    false,
  ),
);
agg("BOOLAND_AGG", ["boolean"], (a, c) => typed(aggregate(c, "bool_and", a[0]!.sql), BOOLEAN));
agg("BOOLOR_AGG", ["boolean"], (a, c) => typed(aggregate(c, "bool_or", a[0]!.sql), BOOLEAN));
agg("BOOLXOR_AGG", ["boolean"], (a, c) =>
  typed(
    `CASE WHEN ${aggregate(c, "count", a[0]!.sql, { distinct: false })} > 0 THEN ${aggregate(c, "count", "*", { filter: a[0]!.sql, distinct: false })} = 1 END`,
    BOOLEAN,
  ),
);
for (const [name, fn] of [
  ["BITAND_AGG BIT_AND_AGG BIT_ANDAGG BITANDAGG", "bit_and"],
  ["BITOR_AGG BIT_OR_AGG BIT_ORAGG BITORAGG", "bit_or"],
  ["BITXOR_AGG BIT_XOR_AGG BIT_XORAGG BITXORAGG", "bit_xor"],
] as const)
  agg(name, ["integer"], (a, c) => typed(aggregate(c, fn, a[0]!.sql), number()));
for (const [name, fn] of [
  ["STDDEV STDDEV_SAMP", "stddev_samp"],
  ["STDDEV_POP", "stddev_pop"],
  ["VARIANCE VAR_SAMP VARIANCE_SAMP", "var_samp"],
  ["VAR_POP VARIANCE_POP", "var_pop"],
  ["SKEW", "skewness"],
  ["KURTOSIS", "kurtosis"],
] as const)
  agg(name, ["float"], (a, c) => typed(aggregate(c, fn, a[0]!.sql), FLOAT));
for (const [name, fn] of [
  ["CORR", "corr"],
  ["COVAR_POP", "covar_pop"],
  ["COVAR_SAMP", "covar_samp"],
  ["REGR_AVGX", "regr_avgx"],
  ["REGR_AVGY", "regr_avgy"],
  ["REGR_INTERCEPT", "regr_intercept"],
  ["REGR_R2", "regr_r2"],
  ["REGR_SLOPE", "regr_slope"],
  ["REGR_SXX", "regr_sxx"],
  ["REGR_SXY", "regr_sxy"],
  ["REGR_SYY", "regr_syy"],
] as const)
  agg(name, ["float", "float"], (a, c) => typed(aggregate(c, fn, `${a[0]!.sql}, ${a[1]!.sql}`), FLOAT));
agg("REGR_COUNT", ["float", "float"], (a, c) =>
  typed(aggregate(c, "regr_count", `${a[0]!.sql}, ${a[1]!.sql}`), number(18)),
);
agg("MEDIAN", ["any"], (a, c) => {
  const value = numeric(c.env, a[0]!);
  if (value.type.kind === "FLOAT") return typed(aggregate(c, "median", value.sql), FLOAT);
  const own = value.type as NumberType;
  const type = number(Math.min(38, own.precision + 3), Math.min(37, own.scale + 3));
  return typed(
    `CAST(${aggregate(c, "median", `CAST(${value.sql} AS ${duckType(type)})`)} AS ${duckType(type)})`,
    type,
  );
});
agg("MODE", ["any"], (a, c) => typed(aggregate(c, "mode", a[0]!.sql), a[0]!.type));
agg("APPROX_COUNT_DISTINCT HLL", ["any"], (a, c) =>
  typed(aggregate(c, "approx_count_distinct", groupable(a[0]!)), number(18), false),
);
agg("APPROX_PERCENTILE", ["float", "float"], (a, c) =>
  typed(aggregate(c, "approx_quantile", `${a[0]!.sql}, CAST(${a[1]!.sql} AS FLOAT)`), FLOAT),
);
/** With a third argument, an ARRAY of up to so many values. Source: "MAX_BY". */
for (const way of ["min", "max"])
  agg(
    `${way.toUpperCase()}_BY`,
    ["any", "any", "integer"],
    (a, c) => {
      const [value, key, count] = a as [Typed, Typed, Typed | undefined];
      if (!count)
        return typed(aggregate(c, `arg_${way}_null`, `${value.sql}, ${groupable(key)}`), value.type);
      const json = `coalesce(${toJson(value)}, CAST('null' AS JSON))`;
      const listed = aggregate(c, `arg_${way}`, `${json}, ${groupable(key)}, ${count.sql}`);
      return typed(`coalesce(to_json(${listed}), CAST('[]' AS JSON))`, { kind: "ARRAY" }, false);
    },
    { min: 2 },
  );
agg(
  "HASH_AGG",
  ["any"],
  (a, c) => {
    const row = a.map((x) => `coalesce(${castTo(c.env, x, varchar()).sql}, chr(0))`).join(", ");
    return typed(
      `CAST(coalesce(${aggregate(c, "sum", `CAST(hash(${row}) AS HUGEINT)`)} % 9223372036854775807, 0) AS HUGEINT)`,
      number(19),
      false,
    );
  },
  {
    min: 1,
    variadic: true,
    approximate: "another hash function than Snowflake's: values differ, equality holds",
  },
);

defineRaw(
  "aggregate",
  "PERCENTILE_CONT PERCENTILE_DISC",
  (c) => {
    const name = c.call.name[0]!.name;
    const p = c.compile(c.call.args[0]!);
    const order = c.call.withinGroup?.[0];
    if (!order)
      throw new SnowflakeError(
        "002079",
        "42601",
        `SQL compilation error:\nFunction ${name} requires WITHIN GROUP`,
      );
    const value = c.compile(order.expr);
    const fraction = order.descending ? `(1 - ${p.sql})` : p.sql;
    if (name === "PERCENTILE_DISC" && order.descending) {
      const filter = `${value.sql} IS NOT NULL`;
      const values = aggregate(c, "list", value.sql, { filter, order: `${value.sql} DESC` });
      const count = aggregate(c, "count", value.sql);
      return typed(`${values}[CAST(greatest(1, ceil(${p.sql} * ${count})) AS BIGINT)]`, value.type);
    }
    if (name === "PERCENTILE_DISC")
      return typed(aggregate(c, "quantile_disc", `${value.sql}, ${fraction}`), value.type);
    const own = numeric(c.env, value);
    if (own.type.kind === "FLOAT")
      return typed(aggregate(c, "quantile_cont", `${own.sql}, ${fraction}`), FLOAT);
    const t = own.type as NumberType;
    const type = number(Math.min(38, t.precision + 3), Math.min(37, t.scale + 3));
    return typed(
      `CAST(${aggregate(c, "quantile_cont", `CAST(${own.sql} AS DOUBLE), ${fraction}`)} AS ${duckType(type)})`,
      type,
    );
  },
  { role: "aggregate" },
);

/** Nothing aggregated gives an empty string, not NULL. */
defineRaw(
  "aggregate",
  "LISTAGG STRING_AGG",
  (c) => {
    const raw = c.compile(c.call.args[0]!);
    const value = castTo(c.env, raw, varchar());
    const separator = c.call.args[1] ? castTo(c.env, c.compile(c.call.args[1]), varchar()).sql : "''";
    const order = c.call.withinGroup ? compileOrder(c.env, c.scope, c.call.withinGroup) : "";
    if (c.call.distinct && order && raw.type.kind !== "VARCHAR" && !c.call.over) {
      // DISTINCT is ordered by the value itself, before it becomes text.
      const listed = aggregate(c, "list", raw.sql, { order, filter: `${raw.sql} IS NOT NULL` });
      const element = castTo(c.env, typed("x", raw.type), varchar()).sql;
      return text(
        `coalesce(array_to_string(list_transform(${listed}, lambda x: ${element}), ${separator}), '')`,
        false,
      );
    }
    return text(
      `coalesce(${aggregate(c, "string_agg", `${value.sql}, ${separator}`, order ? { order } : {})}, '')`,
      false,
    );
  },
  { role: "aggregate" },
);

defineRaw(
  "aggregate",
  "ARRAY_AGG ARRAYAGG ARRAY_UNIQUE_AGG",
  (c) => {
    const value = c.compile(c.call.args[0]!);
    const distinct = c.call.distinct || c.call.name[0]!.name === "ARRAY_UNIQUE_AGG";
    const json = toJson(value);
    const keys = c.call.withinGroup;
    // DISTINCT may be ordered by the value itself only.
    const order = keys
      ? distinct
        ? keys.map((k) => orderKey(typed(json, varchar()), k)).join(", ")
        : compileOrder(c.env, c.scope, keys)
      : "";
    const filter = `${value.sql} IS NOT NULL`;
    const listed = aggregate(c, "list", json, { filter, distinct, ...(order ? { order } : {}) });
    return typed(`coalesce(to_json(${listed}), CAST('[]' AS JSON))`, { kind: "ARRAY" }, false);
  },
  { role: "aggregate" },
);

agg("OBJECT_AGG", ["text", "any"], (a, c) => {
  const [k, v] = a as [Typed, Typed];
  const pair = `CAST(to_json(${k.sql}) AS VARCHAR) || ':' || CAST(${toJson(v)} AS VARCHAR)`;
  const order = c.call.over || k.constant ? {} : { order: k.sql };
  const pairs = aggregate(c, "string_agg", `${pair}, ','`, {
    filter: `${k.sql} IS NOT NULL AND ${v.sql} IS NOT NULL`,
    ...order,
  });
  // A key that comes twice is refused. Source: "OBJECT_AGG".
  const filter = `${k.sql} IS NOT NULL AND ${v.sql} IS NOT NULL`;
  const all = aggregate(c, "count", k.sql, { filter, distinct: false });
  const distinct = aggregate(c, "count", k.sql, { filter, distinct: true });
  const wrong = `CAST(${raise("100086", "22000", "'Duplicate field key'")} AS JSON)`;
  const object = `CASE WHEN ${all} > ${distinct} THEN ${wrong} ELSE CAST('{' || ${pairs} || '}' AS JSON) END`;
  return typed(`coalesce(${object}, CAST('{}' AS JSON))`, { kind: "OBJECT" }, false);
});

agg(
  "GROUPING GROUPING_ID",
  ["any"],
  (a) => typed(`CAST(grouping(${a.map((x) => x.sql).join(", ")}) AS BIGINT)`, number(18), false),
  { min: 1, variadic: true },
);

/** The k most frequent values with their counts, as [[value, count], …]. Source: "APPROX_TOP_K". */
agg(
  "APPROX_TOP_K",
  ["any", "integer", "integer"],
  (a, c) => {
    const value = toJson(a[0]!);
    const counts = aggregate(c, "histogram", `CAST(${value} AS VARCHAR)`, {
      filter: `${a[0]!.sql} IS NOT NULL`,
    });
    const ordered = `list_sort(list_transform(map_entries(${counts}), lambda e: {'n': -CAST(e.value AS BIGINT), 'v': e.key}))`;
    const pairs = `list_transform(list_slice(${ordered}, 1, ${a[1]?.sql ?? "1"}), lambda e: json_array(CAST(e.v AS JSON), -e.n))`;
    return typed(`coalesce(to_json(${pairs}), CAST('[]' AS JSON))`, { kind: "ARRAY" }, false);
  },
  { min: 1 },
);
