import { SnowflakeError } from "../../../errors.ts";
import { type DataType, number } from "../../../types/data-type.ts";
import { MARK } from "../../../types/typed-text.ts";
import { castTo, elementKey } from "../cast.ts";
import { nextAlias } from "../env.ts";
import { presentText, UNDEFINED_JSON } from "../marked.ts";
import { newScope, type Scope } from "../scope.ts";
import { arrayJson, elementJson, toJson } from "../to-json.ts";
import { quoteName, quoteText, raise, type Typed, text, typed } from "../typed.ts";
import { type CallContext, define, defineRaw } from "./registry.ts";

/** Functions of ARRAY. Source: "Semi-structured and structured data functions". */
const VARIANT: DataType = { kind: "VARIANT" };
const OBJECT: DataType = { kind: "OBJECT" };
const ARRAY: DataType = { kind: "ARRAY" };
const BOOLEAN: DataType = { kind: "BOOLEAN" };
const any = (args: Typed[]) => args.some((a) => a.nullable);

/** Of each element, what it is compared by. */
const keys = (j: string) => `list_transform(${list(j)}, lambda x: ${elementKey("x")})`;
const list = (j: string) => `CAST(json_extract(${j}, '$[*]') AS JSON[])`;
define("semi-structured", "ARRAY_CONSTRUCT", ["any"], (a) => typed(arrayJson(a), ARRAY, false), {
  min: 0,
  variadic: true,
});
define(
  "semi-structured",
  "ARRAY_CONSTRUCT_COMPACT",
  ["any"],
  (a) =>
    typed(
      a.length === 0
        ? "CAST('[]' AS JSON)"
        : `to_json(list_filter([${a.map((x) => toJson(x)).join(", ")}], lambda x: x IS NOT NULL))`,
      ARRAY,
      false,
    ),
  { min: 0, variadic: true },
);
define("semi-structured", "ARRAY_SIZE", ["variant"], (a) =>
  typed(
    `CASE WHEN json_type(${a[0]!.sql}) = 'ARRAY' THEN CAST(json_array_length(${a[0]!.sql}) AS BIGINT) END`,
    number(9),
    true,
  ),
);
define("semi-structured", "ARRAY_APPEND", ["variant", "any"], (a) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN to_json(list_append(${list(a[0]!.sql)}, ${elementJson(a[1]!)})) END`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_PREPEND", ["variant", "any"], (a) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN to_json(list_prepend(${elementJson(a[1]!)}, ${list(a[0]!.sql)})) END`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_CAT", ["variant", "variant"], (a) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL AND ${a[1]!.sql} IS NOT NULL THEN to_json(list_concat(${list(a[0]!.sql)}, ${list(a[1]!.sql)})) END`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_COMPACT", ["variant"], (a) =>
  typed(
    `to_json(list_filter(${list(a[0]!.sql)}, lambda x: json_type(x) <> 'NULL' AND x <> ${UNDEFINED_JSON}))`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_CONTAINS", ["any", "variant"], (a) =>
  typed(`list_contains(${keys(a[1]!.sql)}, ${elementKey(toJson(a[0]!))})`, BOOLEAN, any(a)),
);
define("semi-structured", "ARRAY_POSITION", ["any", "variant"], (a) =>
  typed(
    `nullif(CAST(list_position(${keys(a[1]!.sql)}, ${elementKey(toJson(a[0]!))}) AS BIGINT), 0) - 1`,
    number(9),
    true,
  ),
);
define("semi-structured", "ARRAY_DISTINCT", ["variant"], (a) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN (SELECT to_json(coalesce(list(v ORDER BY i), CAST([] AS JSON[]))) FROM (SELECT arg_min(v, i) AS v, min(i) AS i FROM (SELECT unnest(${list("j")}) AS v, unnest(range(CAST(json_array_length(j) AS BIGINT))) AS i FROM (SELECT ${a[0]!.sql} AS j)) GROUP BY ${elementKey("v")})) END`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_SLICE", ["variant", "integer", "integer"], (a) => {
  const [j, from, to] = a.map((x) => x.sql);
  const n = `CAST(json_array_length(${j}) AS BIGINT)`;
  const at = (x: string) => `CASE WHEN ${x} < 0 THEN greatest(${n} + ${x}, 0) ELSE ${x} END`;
  return typed(`to_json(list_slice(${list(j!)}, ${at(from!)} + 1, ${at(to!)}))`, ARRAY, any(a));
});
/** A negative position counts from the end; one past the end is filled with NULL. Source: "ARRAY_INSERT". */
define("semi-structured", "ARRAY_INSERT", ["variant", "integer", "any"], (a) => {
  const [j, at] = a.map((x) => x.sql);
  const l = list(j!);
  const n = `CAST(json_array_length(${j}) AS BIGINT)`;
  const place = `(CASE WHEN ${at} < 0 THEN greatest(${n} + ${at}, 0) ELSE ${at} END)`;
  const gap = `list_transform(range(greatest(${place} - ${n}, 0)), lambda i: ${UNDEFINED_JSON})`;
  return typed(
    `to_json(list_concat(list_concat(list_concat(list_slice(${l}, 1, ${place}), ${gap}), [${elementJson(a[2]!)}]), list_slice(${l}, ${place} + 1, ${n})))`,
    ARRAY,
    any(a),
  );
});
define("semi-structured", "ARRAY_REMOVE", ["variant", "any"], (a) =>
  typed(
    // Of a NULL the result is NULL.
    `CASE WHEN ${a[1]!.sql} IS NOT NULL THEN to_json(list_filter(${list(a[0]!.sql)}, lambda x: ${elementKey("x")} <> ${elementKey(toJson(a[1]!))})) END`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_REMOVE_AT", ["variant", "integer"], (a) => {
  const [j, at] = a.map((x) => x.sql);
  const n = `CAST(json_array_length(${j}) AS BIGINT)`;
  const place = `(CASE WHEN ${at} < 0 THEN ${n} + ${at} ELSE ${at} END)`;
  const l = list(j!);
  return typed(
    `CASE WHEN ${place} BETWEEN 0 AND ${n} - 1 THEN to_json(list_concat(list_slice(${l}, 1, ${place}), list_slice(${l}, ${place} + 2, ${n}))) ELSE ${j} END`,
    ARRAY,
    any(a),
  );
});
define("semi-structured", "ARRAY_REVERSE", ["variant"], (a) =>
  typed(`to_json(list_reverse(${list(a[0]!.sql)}))`, ARRAY, any(a)),
);
define(
  "semi-structured",
  "ARRAY_SORT",
  ["variant", "boolean", "boolean"],
  (a) => {
    const ascending = a[1]?.constant?.value !== "false";
    const nulls = a[2]?.constant
      ? a[2].constant.value === "true"
        ? "FIRST"
        : "LAST"
      : ascending
        ? "LAST"
        : "FIRST";
    const missing = `(v = ${UNDEFINED_JSON}) ${nulls === "FIRST" ? "DESC" : "ASC"}`;
    const keys = `${missing}, TRY_CAST(v ->> '$' AS DOUBLE) ${ascending ? "ASC" : "DESC"} NULLS LAST, v ->> '$' ${ascending ? "ASC" : "DESC"} NULLS ${nulls}`;
    return typed(
      `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN (SELECT to_json(coalesce(list(v ORDER BY ${keys}), CAST([] AS JSON[]))) FROM (SELECT unnest(${list("j")}) AS v FROM (SELECT ${a[0]!.sql} AS j))) END`,
      ARRAY,
      any(a),
    );
  },
  { min: 1 },
);
define("semi-structured", "ARRAY_TO_STRING", ["variant", "text"], (a) =>
  text(
    `array_to_string(list_transform(${list(a[0]!.sql)}, lambda x: coalesce(${presentText("(x ->> '$')")}, '')), ${a[1]!.sql})`,
    any(a),
  ),
);
/** Elements count: as often as in both, or as often as in the first less the second. Source: "ARRAY_EXCEPT". */
for (const [name, keep] of [
  ["ARRAY_INTERSECTION", "r.n <= m"],
  ["ARRAY_EXCEPT", "r.n > m"],
] as const)
  define("semi-structured", name, ["variant", "variant"], (a) => {
    const numbered = `SELECT v, i, row_number() OVER (PARTITION BY ${elementKey("v")} ORDER BY i) AS n, o FROM (SELECT unnest(${list("j")}) AS v, unnest(range(CAST(json_array_length(j) AS BIGINT))) AS i, o FROM (SELECT ${a[0]!.sql} AS j, ${keys(a[1]!.sql)} AS o))`;
    const counted = `SELECT v, i, n, len(list_filter(o, lambda x: x = ${elementKey("v")})) AS m FROM (${numbered})`;
    return typed(
      `CASE WHEN ${a[0]!.sql} IS NOT NULL AND ${a[1]!.sql} IS NOT NULL THEN (SELECT to_json(coalesce(list(r.v ORDER BY r.i), CAST([] AS JSON[]))) FROM (${counted}) AS r WHERE ${keep}) END`,
      ARRAY,
      any(a),
    );
  });
define("semi-structured", "ARRAYS_OVERLAP", ["variant", "variant"], (a) =>
  typed(`list_has_any(${keys(a[0]!.sql)}, ${keys(a[1]!.sql)})`, BOOLEAN, any(a)),
);
define("semi-structured", "ARRAY_MAX", ["variant"], (a) =>
  typed(
    `(SELECT v FROM (SELECT unnest(${list("j")}) AS v FROM (SELECT ${a[0]!.sql} AS j)) WHERE json_type(v) <> 'NULL' AND v <> ${UNDEFINED_JSON} ORDER BY TRY_CAST(v ->> '$' AS DOUBLE) DESC NULLS LAST, v ->> '$' DESC LIMIT 1)`,
    VARIANT,
  ),
);
define("semi-structured", "ARRAY_MIN", ["variant"], (a) =>
  typed(
    `(SELECT v FROM (SELECT unnest(${list("j")}) AS v FROM (SELECT ${a[0]!.sql} AS j)) WHERE json_type(v) <> 'NULL' AND v <> ${UNDEFINED_JSON} ORDER BY TRY_CAST(v ->> '$' AS DOUBLE) ASC NULLS LAST, v ->> '$' ASC LIMIT 1)`,
    VARIANT,
  ),
);
/** An element that is NULL makes the result NULL; one that is no array is refused. Source: "ARRAY_FLATTEN". */
define("semi-structured", "ARRAY_FLATTEN", ["variant"], (a) => {
  const elements = list(a[0]!.sql);
  const isMissing = `lambda x: json_type(x) = 'NULL' OR x = ${UNDEFINED_JSON}`;
  const wrong = raise(
    "100107",
    "22000",
    quoteText("Not an array: 'Input argument to ARRAY_FLATTEN is not an array of arrays'"),
  );
  return typed(
    `CASE WHEN len(list_filter(${elements}, ${isMissing})) > 0 THEN NULL WHEN len(list_filter(${elements}, lambda x: json_type(x) <> 'ARRAY')) > 0 THEN CAST(${wrong} AS JSON) ELSE to_json(flatten(list_transform(${elements}, lambda x: json_extract(x, '$[*]')))) END`,
    ARRAY,
  );
});
define(
  "semi-structured",
  "ARRAY_GENERATE_RANGE",
  ["integer", "integer", "integer"],
  (a) => typed(`to_json(range(${a.map((x) => x.sql).join(", ")}))`, ARRAY, any(a)),
  { min: 2 },
);

/** Source: "ARRAYS_TO_OBJECT". A NULL key leaves its entry out. */
define("semi-structured", "ARRAYS_TO_OBJECT", ["variant", "variant"], (a) => {
  const pairs = `list_filter(list_zip(CAST(from_json(${a[0]!.sql}, '["VARCHAR"]') AS VARCHAR[]), ${list(a[1]!.sql)}), lambda p: p[1] IS NOT NULL AND NOT starts_with(p[1], ${quoteText(MARK)}))`;
  const texts = `list_transform(${pairs}, lambda p: CAST(to_json(p[1]) AS VARCHAR) || ':' || CAST(coalesce(p[2], CAST('null' AS JSON)) AS VARCHAR))`;
  return typed(`CAST('{' || array_to_string(${texts}, ',') || '}' AS JSON)`, OBJECT, any(a));
});
/** Source: "ARRAYS_ZIP". A shorter array's missing elements are null. */
define(
  "semi-structured",
  "ARRAYS_ZIP",
  ["variant"],
  (a) => {
    const element = a
      .map((_, i) => `'"$${i + 1}":' || CAST(coalesce(p[${i + 1}], CAST('null' AS JSON)) AS VARCHAR)`)
      .join(" || ',' || ");
    const lists = a.map((x) => list(x.sql));
    const zipped =
      lists.length === 1 ? `list_transform(${lists[0]}, lambda x: [x])` : `list_zip(${lists.join(", ")})`;
    return typed(
      `to_json(list_transform(${zipped}, lambda p: CAST('{' || ${element} || '}' AS JSON)))`,
      ARRAY,
      any(a),
    );
  },
  { variadic: true },
);

/** Higher-order functions: the lambda's parameters are VARIANT unless they are given a type. */
function withLambda(c: CallContext, index: number, params: string[]): Typed {
  const lambda = c.call.args[index];
  if (lambda?.type !== "lambda" || lambda.params.length !== params.length)
    throw new SnowflakeError(
      "001044",
      "42P13",
      `SQL compilation error:\n${c.call.name[0]!.name} needs a lambda expression with ${params.length} parameter(s)`,
    );
  const scope: Scope = newScope(c.scope);
  scope.lambda = new Map(
    lambda.params.map((p, i) => {
      const value = typed(params[i]!, VARIANT);
      return [p.name, p.type ? castTo(c.env, value, p.type) : value];
    }),
  );
  return c.compile(lambda.body, scope);
}
defineRaw("semi-structured", "FILTER", (c) => {
  const x = quoteName(nextAlias(c.env, "x"));
  const source = castTo(c.env, c.compile(c.call.args[0]!), VARIANT);
  const body = castTo(c.env, withLambda(c, 1, [x]), BOOLEAN);
  return typed(`to_json(list_filter(${list(source.sql)}, lambda ${x}: ${body.sql}))`, ARRAY, source.nullable);
});
defineRaw("semi-structured", "TRANSFORM", (c) => {
  const x = quoteName(nextAlias(c.env, "x"));
  const source = castTo(c.env, c.compile(c.call.args[0]!), VARIANT);
  const body = withLambda(c, 1, [x]);
  return typed(
    `to_json(list_transform(${list(source.sql)}, lambda ${x}: ${elementJson(body)}))`,
    ARRAY,
    source.nullable,
  );
});
/** Source: "REDUCE". The accumulator starts as the second argument. */
defineRaw("semi-structured", "REDUCE", (c) => {
  const [acc, x] = [quoteName(nextAlias(c.env, "a")), quoteName(nextAlias(c.env, "x"))];
  const source = castTo(c.env, c.compile(c.call.args[0]!), VARIANT);
  const start = c.compile(c.call.args[1]!);
  const body = withLambda(c, 2, [acc, x]);
  const reduced = `list_reduce(list_prepend(${toJson(start)}, ${list(source.sql)}), lambda ${acc}, ${x}: ${toJson(body)})`;
  return typed(`CASE WHEN ${source.sql} IS NOT NULL THEN ${reduced} END`, VARIANT);
});
