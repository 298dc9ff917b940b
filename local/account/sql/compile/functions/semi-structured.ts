import { errors, SnowflakeError } from "../../../errors.ts";
import { type DataType, MAX_BINARY, number, varchar } from "../../../types/data-type.ts";
import { isSemiStructured } from "../../../types/physical.ts";
import { LETTERS, MARK } from "../../../types/typed-text.ts";
import { duplicateKey, lastKeys } from "../../json-keys.ts";
import { castTo, variantText } from "../cast.ts";
import type { Env } from "../env.ts";
import { getElement } from "../expression.ts";
import { parsedJson, problemOfJson } from "../json-text.ts";
import { isMarkedAs, present, sortedJson } from "../marked.ts";
import { needNative } from "../native.ts";
import { expandStar } from "../star.ts";
import { innerType, taken } from "../structured.ts";
import { jsonPath } from "../table-function-arguments.ts";
import { toJson } from "../to-json.ts";
import { quoteText, raise, type Typed, text, typed } from "../typed.ts";
import { type CallContext, define, defineRaw } from "./registry.ts";

/** Functions of VARIANT, OBJECT and ARRAY. Source: "Semi-structured and structured data functions". */
const VARIANT: DataType = { kind: "VARIANT" };
const OBJECT: DataType = { kind: "OBJECT" };
const ARRAY: DataType = { kind: "ARRAY" };
const BOOLEAN: DataType = { kind: "BOOLEAN" };
const any = (args: Typed[]) => args.some((a) => a.nullable);

const LAST_KEYS = { name: "firn_json_last_keys", arity: 1, call: lastKeys };
const DUPLICATE_KEY = {
  name: "firn_json_duplicate_key",
  arity: 1,
  call: (json: string) => duplicateMessage(json) ?? "",
};

const duplicateMessage = (json: string): string | null => {
  const found = duplicateKey(json);
  return found && `duplicate object attribute "${found.key}", pos ${found.position}`;
};

/**
 * PARSE_JSON(text [, 'd' | 's']). With 'd' the last of repeated keys stays, else they are refused: in a constant, and
 * with 's' in every row. Without it the rows of a column are not searched: that would take longer than parsing them.
 */
function parseJson(a: Typed[], env: Env, isTry: boolean): Typed {
  const value = castTo(env, a[0]!, varchar());
  const option = a[1]?.constant?.value.toLowerCase();
  if (a[1] && option !== "d" && option !== "s")
    throw errors.invalidValue(a[1].constant?.value ?? a[1].sql, "PARSE_JSON parameter: 'd' or 's'");
  const constant = value.constant?.kind === "string" ? value.constant.value : undefined;
  if (option === "d") {
    if (constant !== undefined) return typed(parsedJson(env, quoteText(lastKeys(constant)), isTry), VARIANT);
    needNative(env, [LAST_KEYS]);
    return typed(parsedJson(env, `firn_json_last_keys(${value.sql})`, isTry), VARIANT);
  }
  const refused = (message: string) =>
    isTry
      ? "CAST(NULL AS JSON)"
      : `CAST(${raise("100069", "22P02", `'Error parsing JSON: ' || ${message}`)} AS JSON)`;
  const json = parsedJson(env, value.sql, isTry);
  if (constant !== undefined) {
    const message = duplicateMessage(constant);
    return typed(message === null ? json : refused(quoteText(message)), VARIANT);
  }
  if (option === undefined) return typed(json, VARIANT);
  needNative(env, [DUPLICATE_KEY]);
  const message = `firn_json_duplicate_key(${value.sql})`;
  return typed(`CASE WHEN ${message} <> '' THEN ${refused(message)} ELSE ${json} END`, VARIANT);
}

define(
  "semi-structured",
  "PARSE_JSON",
  ["any", "text"],
  (a, { env }) => (isSemiStructured(a[0]!.type) ? castTo(env, a[0]!, VARIANT) : parseJson(a, env, false)),
  { min: 1 },
);
define("semi-structured", "TRY_PARSE_JSON", ["text", "text"], (a, { env }) => parseJson(a, env, true), {
  min: 1,
});
/** NULL when the text is valid JSON (or empty), else what is wrong with it. */
define("semi-structured", "CHECK_JSON", ["any"], (a, { env }) => {
  if (isSemiStructured(a[0]!.type)) return text("CAST(NULL AS VARCHAR)");
  const value = castTo(env, a[0]!, varchar());
  const duplicate = value.constant?.kind === "string" ? duplicateMessage(value.constant.value) : null;
  if (duplicate !== null) return text(quoteText(duplicate), false);
  return text(problemOfJson(env, value.sql));
});
define("semi-structured", "TO_JSON", ["variant"], (a, { env }) => text(sortedJson(env, a[0]!.sql), any(a)));
define("semi-structured", "TO_VARIANT", ["any"], (a) => typed(toJson(a[0]!), VARIANT, any(a)));
define("semi-structured", "TO_OBJECT", ["variant"], (a, { env }) => castTo(env, a[0]!, OBJECT));
define("semi-structured", "TO_ARRAY", ["any"], (a, { env }) =>
  isSemiStructured(a[0]!.type) || a[0]!.type.kind === "VECTOR"
    ? castTo(env, a[0]!, ARRAY)
    : typed(`CASE WHEN ${a[0]!.sql} IS NOT NULL THEN json_array(${toJson(a[0]!)}) END`, ARRAY, any(a)),
);
define("semi-structured", "AS_OBJECT", ["variant"], (a) => only(a[0]!, ["OBJECT"], (j) => typed(j, OBJECT)));
define("semi-structured", "AS_ARRAY", ["variant"], (a) => only(a[0]!, ["ARRAY"], (j) => typed(j, ARRAY)));
define("semi-structured", "AS_CHAR AS_VARCHAR", ["variant"], (a) =>
  text(`CASE WHEN ${isPlainText(a[0]!)} THEN ${variantText(a[0]!)} END`),
);
define("semi-structured", "AS_BOOLEAN", ["variant"], (a, { env }) =>
  only(a[0]!, ["BOOLEAN"], () => castTo(env, a[0]!, BOOLEAN)),
);
define("semi-structured", "AS_INTEGER", ["variant"], (a, { env }) =>
  typed(`CASE WHEN ${isWhole(a[0]!.sql)} THEN ${castTo(env, a[0]!, number()).sql} END`, number()),
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

/** 1.0 is an integer too; what has an exponent is none. */
const isWhole = (json: string): string =>
  `json_type(${json}) IN ('BIGINT', 'UBIGINT', 'HUGEINT') OR (json_type(${json}) = 'DOUBLE' AND NOT contains(lower(CAST(${json} AS VARCHAR)), 'e') AND TRY_CAST(CAST(${json} AS VARCHAR) AS DOUBLE) = trunc(TRY_CAST(CAST(${json} AS VARCHAR) AS DOUBLE)))`;

const isPlainText = (value: Typed): string =>
  `json_type(${value.sql}) = 'VARCHAR' AND NOT starts_with(${variantText(value)}, ${quoteText(MARK)})`;

const is = (names: string, kinds: string[]) =>
  define("semi-structured", names, ["variant"], (a) =>
    typed(`(json_type(${a[0]!.sql}) IN (${kinds.map((k) => `'${k}'`).join(", ")}))`, BOOLEAN, any(a)),
  );
is("IS_OBJECT", ["OBJECT"]);
is("IS_ARRAY", ["ARRAY"]);
is("IS_BOOLEAN", ["BOOLEAN"]);
is("IS_NULL_VALUE", ["NULL"]);
define("semi-structured", "IS_CHAR IS_VARCHAR", ["variant"], (a) =>
  typed(`(${isPlainText(a[0]!)})`, BOOLEAN, any(a)),
);
/** Values that are not JSON's own, which keep their type in a VARIANT. Source: "IS_DATE", "AS_DATE" and their like. */
for (const [suffix, type] of [
  ["DATE", { kind: "DATE" }],
  ["TIME", { kind: "TIME", scale: 9 }],
  ["TIMESTAMP_NTZ", { kind: "TIMESTAMP_NTZ", scale: 9 }],
  ["TIMESTAMP_LTZ", { kind: "TIMESTAMP_LTZ", scale: 9 }],
  ["TIMESTAMP_TZ", { kind: "TIMESTAMP_TZ", scale: 9 }],
  ["BINARY", { kind: "BINARY", length: MAX_BINARY }],
] as const) {
  const holds = (value: Typed) => isMarkedAs(variantText(value), suffix);
  define("semi-structured", suffix === "DATE" ? "IS_DATE IS_DATE_VALUE" : `IS_${suffix}`, ["variant"], (a) =>
    typed(`(${holds(a[0]!)})`, BOOLEAN, any(a)),
  );
  define("semi-structured", `AS_${suffix}`, ["variant"], (a, { env }) =>
    typed(`CASE WHEN ${holds(a[0]!)} THEN ${castTo(env, a[0]!, type).sql} END`, type),
  );
}
define("semi-structured", "IS_INTEGER", ["variant"], (a) =>
  typed(`(${isWhole(a[0]!.sql)})`, BOOLEAN, any(a)),
);
is("IS_DECIMAL", ["BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"]);
is("IS_DOUBLE IS_REAL", ["BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"]);

/** TYPEOF names: 1.0 is an INTEGER, a fraction a DECIMAL, an exponent a DOUBLE. */
define("semi-structured", "TYPEOF", ["variant"], (a) => {
  const j = a[0]!.sql;
  const kinds = (Object.keys(LETTERS) as (keyof typeof LETTERS)[])
    .map((kind) => `WHEN ${isMarkedAs(variantText(a[0]!), kind)} THEN '${kind}'`)
    .join(" ");
  return text(
    `CASE json_type(${j}) WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'VARCHAR' THEN CASE ${kinds} ELSE 'VARCHAR' END WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'HUGEINT' THEN 'INTEGER' ` +
      `WHEN 'DOUBLE' THEN CASE WHEN contains(lower(CAST(${j} AS VARCHAR)), 'e') THEN 'DOUBLE' WHEN CAST(${j} AS DOUBLE) = trunc(CAST(${j} AS DOUBLE)) THEN 'INTEGER' ELSE 'DECIMAL' END ELSE json_type(${j}) END`,
    any(a),
  );
});

define("semi-structured", "GET", ["any", "any"], (a, { env }) => element(env, a, false));
define("semi-structured", "GET_IGNORE_CASE", ["any", "text"], (a, { env }) => element(env, a, true));
function element(env: Env, a: Typed[], ignoreCase: boolean): Typed {
  const base = castTo(env, a[0]!, VARIANT);
  if (!ignoreCase)
    return taken(
      env,
      { ...getElement(env, base, a[1]!), type: VARIANT },
      innerType(a[0]!.type, a[1]!.constant?.value ?? null),
    );
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
  const from = base.extract ?? { base: base.sql, path: "$", textAt: base.textAt };
  const full = from.path + compiled.slice(1);
  return {
    sql: full.endsWith("]")
      ? present(`(${from.base} -> ${quoteText(full)})`)
      : `(${from.base} -> ${quoteText(full)})`,
    type: VARIANT,
    nullable: true,
    extract: { ...from, path: full },
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
  // A NULL key leaves its entry out.
  entries.splice(0, entries.length, ...entries.filter(({ key }) => !/^CAST\(NULL AS/.test(key)));
  if (entries.length === 0) return typed("CAST('{}' AS JSON)", OBJECT, false);
  // Keys in order: an OBJECT's entries are shown sorted.
  entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const plain = entries.every(({ value }) => value.type.kind !== "FLOAT" && !isSemiStructured(value.type));
  if (plain && (keepNulls || entries.every((e) => !e.value.nullable)))
    return typed(
      `json_object(${entries.flatMap((e) => [e.key, e.value.nullable ? `coalesce(${toJson(e.value)}, CAST('null' AS JSON))` : toJson(e.value)]).join(", ")})`,
      OBJECT,
      false,
    );
  const parts = entries.map(({ key, value }) => {
    const json = `CAST(${toJson(value)} AS VARCHAR)`;
    const pair = `to_json(${key}) || ':' || ${keepNulls && value.nullable ? `coalesce(${json}, 'null')` : json}`;
    return value.nullable && !keepNulls ? `CASE WHEN ${value.sql} IS NOT NULL THEN ${pair} END` : pair;
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
  (a) => {
    const [object, key, value, update] = a as [Typed, Typed, Typed, Typed | undefined];
    const exists = `json_extract(${object.sql}, '$."' || ${key.sql} || '"') IS NOT NULL`;
    const wrong = raise("100086", "22000", `'Duplicate field key ''' || ${key.sql} || ''''`);
    const rest = `SELECT k, v FROM (${entriesOf(object.sql)}) WHERE k <> ${key.sql}`;
    const added = value.isNull
      ? rest
      : `${rest} UNION ALL SELECT ${key.sql}, ${toJson(value)} WHERE ${value.sql} IS NOT NULL`;
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

define("semi-structured", "STRIP_NULL_VALUE", ["variant"], (a) =>
  typed(`CASE WHEN json_type(${a[0]!.sql}) <> 'NULL' THEN ${a[0]!.sql} END`, VARIANT),
);

/** The text at a path of a JSON text, which may vary by row. Source: "JSON_EXTRACT_PATH_TEXT". */
define("semi-structured", "JSON_EXTRACT_PATH_TEXT", ["any", "text"], (a, { env }) => {
  const json = isSemiStructured(a[0]!.type)
    ? a[0]!.sql
    : parsedJson(env, castTo(env, a[0]!, varchar()).sql, false);
  const path = a[1]!.constant;
  if (path?.kind !== "string") throw errors.unsupported("JSON_EXTRACT_PATH_TEXT with a computed path");
  return text(`(${json} ->> ${quoteText(jsonPath(path.value))})`);
});
