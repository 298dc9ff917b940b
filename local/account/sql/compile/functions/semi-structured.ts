import { errors, SnowflakeError } from "../../../errors.ts";
import { type DataType, number, varchar } from "../../../types/data-type.ts";
import { isSemiStructured } from "../../../types/physical.ts";
import { castTo, toJson, variantText } from "../cast.ts";
import { type Env, nextAlias } from "../env.ts";
import { getElement } from "../expression.ts";
import { newScope, type Scope } from "../scope.ts";
import { expandStar } from "../star.ts";
import { jsonPath } from "../table-function-arguments.ts";
import { quoteName, quoteText, raise, type Typed, text, typed } from "../typed.ts";
import { type CallContext, define, defineRaw } from "./registry.ts";

/** Functions of VARIANT, OBJECT and ARRAY. Source: "Semi-structured and structured data functions". */
const VARIANT: DataType = { kind: "VARIANT" };
const OBJECT: DataType = { kind: "OBJECT" };
const ARRAY: DataType = { kind: "ARRAY" };
const BOOLEAN: DataType = { kind: "BOOLEAN" };
const any = (args: Typed[]) => args.some((a) => a.nullable);

/** Empty text is no JSON but gives NULL; a malformed one fails in the cast (run/errors.ts knows how). */
const parsed = (x: string, isTry: boolean) =>
  isTry ? `TRY_CAST(${x} AS JSON)` : `CASE WHEN trim(${x}) = '' THEN NULL ELSE CAST(${x} AS JSON) END`;

define(
  "semi-structured",
  "PARSE_JSON",
  ["any", "text"],
  (a, { env }) =>
    isSemiStructured(a[0]!.type)
      ? castTo(env, a[0]!, VARIANT)
      : typed(parsed(castTo(env, a[0]!, varchar()).sql, false), VARIANT),
  { min: 1 },
);
define(
  "semi-structured",
  "TRY_PARSE_JSON",
  ["text", "text"],
  (a) => typed(parsed(a[0]!.sql, true), VARIANT),
  { min: 1 },
);
/** NULL when the text is valid JSON (or empty), else what is wrong with it. */
define("semi-structured", "CHECK_JSON", ["any"], (a, { env }) => {
  if (isSemiStructured(a[0]!.type)) return text("CAST(NULL AS VARCHAR)");
  const x = castTo(env, a[0]!, varchar()).sql;
  return text(
    `CASE WHEN ${x} IS NULL OR json_valid(${x}) OR trim(${x}) = '' THEN NULL ELSE 'invalid JSON text' END`,
  );
});
define("semi-structured", "TO_JSON", ["variant"], (a) => text(`CAST(${a[0]!.sql} AS VARCHAR)`, any(a)));
define("semi-structured", "TO_VARIANT", ["any"], (a, { env }) => typed(toJson(env, a[0]!), VARIANT, any(a)));
define("semi-structured", "TO_OBJECT", ["variant"], (a, { env }) => castTo(env, a[0]!, OBJECT));
define("semi-structured", "TO_ARRAY", ["any"], (a, { env }) =>
  isSemiStructured(a[0]!.type)
    ? castTo(env, a[0]!, ARRAY)
    : typed(`CASE WHEN ${a[0]!.sql} IS NOT NULL THEN json_array(${toJson(env, a[0]!)}) END`, ARRAY, any(a)),
);
define("semi-structured", "AS_OBJECT", ["variant"], (a) => only(a[0]!, ["OBJECT"], (j) => typed(j, OBJECT)));
define("semi-structured", "AS_ARRAY", ["variant"], (a) => only(a[0]!, ["ARRAY"], (j) => typed(j, ARRAY)));
define("semi-structured", "AS_CHAR AS_VARCHAR", ["variant"], (a) =>
  only(a[0]!, ["VARCHAR"], () => text(variantText(a[0]!))),
);
define("semi-structured", "AS_BOOLEAN", ["variant"], (a, { env }) =>
  only(a[0]!, ["BOOLEAN"], () => castTo(env, a[0]!, BOOLEAN)),
);
define("semi-structured", "AS_INTEGER", ["variant"], (a, { env }) =>
  only(a[0]!, ["BIGINT", "UBIGINT"], () => castTo(env, a[0]!, number())),
);
define("semi-structured", "AS_DOUBLE AS_REAL", ["variant"], (a, { env }) =>
  only(a[0]!, ["BIGINT", "UBIGINT", "DOUBLE", "HUGEINT"], () => castTo(env, a[0]!, { kind: "FLOAT" })),
);
define(
  "semi-structured",
  "AS_NUMBER AS_DECIMAL",
  ["variant", "integer", "integer"],
  (a, { env }) =>
    only(a[0]!, ["BIGINT", "UBIGINT", "DOUBLE", "HUGEINT"], () =>
      castTo(env, a[0]!, number(Number(a[1]?.constant?.value ?? 38), Number(a[2]?.constant?.value ?? 0))),
    ),
  { min: 1 },
);

function only(value: Typed, kinds: string[], then: (j: string) => Typed): Typed {
  const inner = then(value.sql);
  return typed(
    `CASE WHEN json_type(${value.sql}) IN (${kinds.map((k) => `'${k}'`).join(", ")}) THEN ${inner.sql} END`,
    inner.type,
  );
}

const is = (names: string, kinds: string[]) =>
  define("semi-structured", names, ["variant"], (a) =>
    typed(`(json_type(${a[0]!.sql}) IN (${kinds.map((k) => `'${k}'`).join(", ")}))`, BOOLEAN, any(a)),
  );
is("IS_OBJECT", ["OBJECT"]);
is("IS_ARRAY", ["ARRAY"]);
is("IS_BOOLEAN", ["BOOLEAN"]);
is("IS_NULL_VALUE", ["NULL"]);
is("IS_CHAR IS_VARCHAR", ["VARCHAR"]);
is("IS_INTEGER", ["BIGINT", "UBIGINT", "HUGEINT"]);
is("IS_DECIMAL", ["BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"]);
is("IS_DOUBLE IS_REAL", ["BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"]);

/** TYPEOF names: 1.0 is an INTEGER, a fraction a DECIMAL, an exponent a DOUBLE. */
define("semi-structured", "TYPEOF", ["variant"], (a) => {
  const j = a[0]!.sql;
  return text(
    `CASE json_type(${j}) WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'VARCHAR' THEN 'VARCHAR' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'HUGEINT' THEN 'INTEGER' ` +
      `WHEN 'DOUBLE' THEN CASE WHEN contains(lower(CAST(${j} AS VARCHAR)), 'e') THEN 'DOUBLE' WHEN CAST(${j} AS DOUBLE) = trunc(CAST(${j} AS DOUBLE)) THEN 'INTEGER' ELSE 'DECIMAL' END ELSE json_type(${j}) END`,
    any(a),
  );
});

define("semi-structured", "GET", ["any", "any"], (a, { env }) => element(env, a, false));
define("semi-structured", "GET_IGNORE_CASE", ["any", "text"], (a, { env }) => element(env, a, true));
function element(env: Env, a: Typed[], ignoreCase: boolean): Typed {
  const base = castTo(env, a[0]!, VARIANT);
  if (!ignoreCase) return { ...getElement(env, base, a[1]!), type: VARIANT };
  return typed(
    `(SELECT json_extract(j, '$."' || k || '"') FROM (SELECT j, unnest(json_keys(j)) AS k FROM (SELECT ${base.sql} AS j)) WHERE lower(k) = lower(${a[1]!.sql}) ORDER BY k = ${a[1]!.sql} DESC LIMIT 1)`,
    VARIANT,
  );
}
define("semi-structured", "GET_PATH", ["any", "text"], (a, { env }) => {
  const base = castTo(env, a[0]!, VARIANT);
  const path = a[1]!.constant;
  if (path?.kind !== "string") throw errors.unsupported("GET_PATH with a computed path");
  const compiled = jsonPath(path.value);
  const from = base.extract ?? { base: base.sql, path: "$" };
  const full = from.path + compiled.slice(1);
  return {
    sql: `(${from.base} -> ${quoteText(full)})`,
    type: VARIANT,
    nullable: true,
    extract: { base: from.base, path: full },
  };
});

/** Entries whose key or value is NULL are left out; OBJECT_CONSTRUCT_KEEP_NULL keeps the values. */
function objectConstruct({ env, scope, call, compile }: CallContext, keepNulls: boolean): Typed {
  const entries: { key: string; value: Typed }[] = [];
  const star = call.args[0];
  if (star?.type === "star")
    for (const { name, column } of expandStar(env, scope, star))
      entries.push({ key: quoteText(name), value: column });
  else {
    if (call.args.length % 2 === 1)
      throw new SnowflakeError(
        "001044",
        "42P13",
        "SQL compilation error:\nOBJECT_CONSTRUCT needs an even number of arguments",
      );
    for (let i = 0; i < call.args.length; i += 2)
      entries.push({
        key: castTo(env, compile(call.args[i]!), varchar()).sql,
        value: compile(call.args[i + 1]!),
      });
  }
  if (entries.length === 0) return typed("CAST('{}' AS JSON)", OBJECT, false);
  // Keys in order: an OBJECT's entries are shown sorted.
  entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  if (keepNulls || entries.every((e) => !e.value.nullable))
    return typed(
      `json_object(${entries.flatMap((e) => [e.key, e.value.nullable ? `coalesce(${toJson(env, e.value)}, CAST('null' AS JSON))` : toJson(env, e.value)]).join(", ")})`,
      OBJECT,
      false,
    );
  const parts = entries.map(({ key, value }) => {
    const pair = `to_json(${key}) || ':' || CAST(${toJson(env, value)} AS VARCHAR)`;
    return value.nullable ? `CASE WHEN ${value.sql} IS NOT NULL THEN ${pair} END` : pair;
  });
  return typed(`CAST('{' || concat_ws(',', ${parts.join(", ")}) || '}' AS JSON)`, OBJECT, false);
}
defineRaw("semi-structured", "OBJECT_CONSTRUCT", (c) => objectConstruct(c, false));
defineRaw("semi-structured", "OBJECT_CONSTRUCT_KEEP_NULL", (c) => objectConstruct(c, true));

/** Rebuilds an object from its entries as SQL of keys `k` and values `v`. */
const rebuild = (entries: string) =>
  `(SELECT coalesce(json_group_object(k, v), CAST('{}' AS JSON)) FROM (${entries} ORDER BY k))`;
const entriesOf = (j: string) =>
  `SELECT unnest(json_keys(j)) AS k, unnest(json_extract(j, '$.*')) AS v FROM (SELECT ${j} AS j)`;

define(
  "semi-structured",
  "OBJECT_INSERT",
  ["variant", "text", "any", "boolean"],
  (a, { env }) => {
    const [object, key, value, update] = a as [Typed, Typed, Typed, Typed | undefined];
    const exists = `json_extract(${object.sql}, '$."' || ${key.sql} || '"') IS NOT NULL`;
    const wrong = raise("100086", "22000", `'Duplicate field key ''' || ${key.sql} || ''''`);
    const rest = `SELECT k, v FROM (${entriesOf(object.sql)}) WHERE k <> ${key.sql}`;
    const added = value.isNull
      ? rest
      : `${rest} UNION ALL SELECT ${key.sql}, ${toJson(env, value)} WHERE ${value.sql} IS NOT NULL`;
    const made = rebuild(added);
    return typed(
      update
        ? `CASE WHEN ${object.sql} IS NULL THEN NULL WHEN ${update.sql} OR NOT (${exists}) THEN ${made} ELSE CAST(${wrong} AS JSON) END`
        : `CASE WHEN ${object.sql} IS NULL THEN NULL WHEN ${exists} THEN CAST(${wrong} AS JSON) ELSE ${made} END`,
      OBJECT,
      any(a),
    );
  },
  { min: 3 },
);
define(
  "semi-structured",
  "OBJECT_DELETE",
  ["variant", "text"],
  (a) => {
    const keys = a.slice(1).map((k) => k.sql);
    return typed(
      `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN ${rebuild(`SELECT k, v FROM (${entriesOf(a[0]!.sql)}) WHERE k NOT IN (${keys.join(", ")})`)} END`,
      OBJECT,
      any(a),
    );
  },
  { variadic: true },
);
define(
  "semi-structured",
  "OBJECT_PICK",
  ["variant", "any"],
  (a, { env }) => {
    const keys = a.slice(1);
    const wanted =
      keys.length === 1 && isSemiStructured(keys[0]!.type)
        ? `list_contains(CAST(from_json(${keys[0]!.sql}, '["VARCHAR"]') AS VARCHAR[]), k)`
        : `k IN (${keys.map((k) => castTo(env, k, varchar()).sql).join(", ")})`;
    return typed(
      `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN ${rebuild(`SELECT k, v FROM (${entriesOf(a[0]!.sql)}) WHERE ${wanted}`)} END`,
      OBJECT,
      any(a),
    );
  },
  { variadic: true },
);
define("semi-structured", "OBJECT_KEYS", ["variant"], (a) =>
  typed(`to_json(list_sort(json_keys(${a[0]!.sql})))`, ARRAY, any(a)),
);

const list = (j: string) => `CAST(json_extract(${j}, '$[*]') AS JSON[])`;
define(
  "semi-structured",
  "ARRAY_CONSTRUCT",
  ["any"],
  (a, { env }) =>
    typed(
      a.length === 0 ? "CAST('[]' AS JSON)" : `json_array(${a.map((x) => toJson(env, x)).join(", ")})`,
      ARRAY,
      false,
    ),
  { min: 0, variadic: true },
);
define(
  "semi-structured",
  "ARRAY_CONSTRUCT_COMPACT",
  ["any"],
  (a, { env }) =>
    typed(
      a.length === 0
        ? "CAST('[]' AS JSON)"
        : `to_json(list_filter([${a.map((x) => toJson(env, x)).join(", ")}], lambda x: x IS NOT NULL))`,
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
define("semi-structured", "ARRAY_APPEND", ["variant", "any"], (a, { env }) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN to_json(list_append(${list(a[0]!.sql)}, ${toJson(env, a[1]!)})) END`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_PREPEND", ["variant", "any"], (a, { env }) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN to_json(list_prepend(${toJson(env, a[1]!)}, ${list(a[0]!.sql)})) END`,
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
  typed(`to_json(list_filter(${list(a[0]!.sql)}, lambda x: json_type(x) <> 'NULL'))`, ARRAY, any(a)),
);
define("semi-structured", "ARRAY_CONTAINS", ["any", "variant"], (a, { env }) =>
  typed(
    `list_contains(CAST(${list(a[1]!.sql)} AS VARCHAR[]), CAST(${toJson(env, a[0]!)} AS VARCHAR))`,
    BOOLEAN,
    any(a),
  ),
);
define("semi-structured", "ARRAY_POSITION", ["any", "variant"], (a, { env }) =>
  typed(
    `nullif(CAST(list_position(CAST(${list(a[1]!.sql)} AS VARCHAR[]), CAST(${toJson(env, a[0]!)} AS VARCHAR)) AS BIGINT), 0) - 1`,
    number(9),
    true,
  ),
);
define("semi-structured", "ARRAY_DISTINCT", ["variant"], (a) =>
  typed(
    `CASE WHEN ${a[0]!.sql} IS NOT NULL THEN (SELECT to_json(coalesce(list(v ORDER BY i), CAST([] AS JSON[]))) FROM (SELECT v, min(i) AS i FROM (SELECT unnest(${list("j")}) AS v, unnest(range(CAST(json_array_length(j) AS BIGINT))) AS i FROM (SELECT ${a[0]!.sql} AS j)) GROUP BY v)) END`,
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
define("semi-structured", "ARRAY_INSERT", ["variant", "integer", "any"], (a, { env }) => {
  const [j, at] = a.map((x) => x.sql);
  return typed(
    `to_json(list_concat(list_concat(list_slice(${list(j!)}, 1, ${at}), [${toJson(env, a[2]!)}]), list_slice(${list(j!)}, ${at} + 1, NULL)))`,
    ARRAY,
    any(a),
  );
});
define("semi-structured", "ARRAY_REMOVE", ["variant", "any"], (a, { env }) =>
  typed(
    `to_json(list_filter(${list(a[0]!.sql)}, lambda x: CAST(x AS VARCHAR) <> CAST(${toJson(env, a[1]!)} AS VARCHAR)))`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_REMOVE_AT", ["variant", "integer"], (a) => {
  const j = list(a[0]!.sql);
  return typed(
    `to_json(list_concat(list_slice(${j}, 1, ${a[1]!.sql}), list_slice(${j}, ${a[1]!.sql} + 2, NULL)))`,
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
    const keys = `TRY_CAST(v ->> '$' AS DOUBLE) ${ascending ? "ASC" : "DESC"} NULLS LAST, v ->> '$' ${ascending ? "ASC" : "DESC"} NULLS ${nulls}`;
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
    `list_aggregate(list_transform(${list(a[0]!.sql)}, lambda x: coalesce(x ->> '$', '')), 'string_agg', ${a[1]!.sql})`,
    any(a),
  ),
);
define("semi-structured", "ARRAY_INTERSECTION", ["variant", "variant"], (a) =>
  typed(
    `to_json(list_filter(${list(a[0]!.sql)}, lambda x: list_contains(CAST(${list(a[1]!.sql)} AS VARCHAR[]), CAST(x AS VARCHAR))))`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAY_EXCEPT", ["variant", "variant"], (a) =>
  typed(
    `to_json(list_filter(${list(a[0]!.sql)}, lambda x: NOT list_contains(CAST(${list(a[1]!.sql)} AS VARCHAR[]), CAST(x AS VARCHAR))))`,
    ARRAY,
    any(a),
  ),
);
define("semi-structured", "ARRAYS_OVERLAP", ["variant", "variant"], (a) =>
  typed(
    `list_has_any(CAST(${list(a[0]!.sql)} AS VARCHAR[]), CAST(${list(a[1]!.sql)} AS VARCHAR[]))`,
    BOOLEAN,
    any(a),
  ),
);
define("semi-structured", "ARRAY_MAX", ["variant"], (a) =>
  typed(
    `(SELECT v FROM (SELECT unnest(${list("j")}) AS v FROM (SELECT ${a[0]!.sql} AS j)) WHERE json_type(v) <> 'NULL' ORDER BY TRY_CAST(v ->> '$' AS DOUBLE) DESC NULLS LAST, v ->> '$' DESC LIMIT 1)`,
    VARIANT,
  ),
);
define("semi-structured", "ARRAY_MIN", ["variant"], (a) =>
  typed(
    `(SELECT v FROM (SELECT unnest(${list("j")}) AS v FROM (SELECT ${a[0]!.sql} AS j)) WHERE json_type(v) <> 'NULL' ORDER BY TRY_CAST(v ->> '$' AS DOUBLE) ASC NULLS LAST, v ->> '$' ASC LIMIT 1)`,
    VARIANT,
  ),
);
define("semi-structured", "ARRAY_FLATTEN", ["variant"], (a) =>
  typed(
    `to_json(flatten(list_transform(${list(a[0]!.sql)}, lambda x: json_extract(x, '$[*]'))))`,
    ARRAY,
    any(a),
  ),
);
define(
  "semi-structured",
  "ARRAY_GENERATE_RANGE",
  ["integer", "integer", "integer"],
  (a) => typed(`to_json(range(${a.map((x) => x.sql).join(", ")}))`, ARRAY, any(a)),
  { min: 2 },
);

/** Higher-order functions: the lambda's parameters are VARIANT. */
function withLambda(c: CallContext, index: number, params: string[]): Typed {
  const lambda = c.call.args[index];
  if (lambda?.type !== "lambda" || lambda.params.length !== params.length)
    throw new SnowflakeError(
      "001044",
      "42P13",
      `SQL compilation error:\n${c.call.name[0]!.name} needs a lambda expression with ${params.length} parameter(s)`,
    );
  const scope: Scope = newScope(c.scope);
  scope.lambda = new Map(lambda.params.map((p, i) => [p.name, typed(params[i]!, VARIANT)]));
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
    `to_json(list_transform(${list(source.sql)}, lambda ${x}: ${toJson(c.env, body)}))`,
    ARRAY,
    source.nullable,
  );
});
define("semi-structured", "STRIP_NULL_VALUE", ["variant"], (a) =>
  typed(`CASE WHEN json_type(${a[0]!.sql}) <> 'NULL' THEN ${a[0]!.sql} END`, VARIANT),
);
