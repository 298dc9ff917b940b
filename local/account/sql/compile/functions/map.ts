import { SnowflakeError } from "../../../errors.ts";
import { type DataType, number, printDataType } from "../../../types/data-type.ts";
import { isSemiStructured } from "../../../types/physical.ts";
import { castTo } from "../cast.ts";
import type { Env } from "../env.ts";
import { keyPath } from "../structured.ts";
import { toJson } from "../to-json.ts";
import { raise, type Typed, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Functions of MAP. Source: "Semi-structured and structured data functions", "Map". */
type MapType = Extract<DataType, { kind: "MAP" }>;
const any = (args: readonly Typed[]) => args.some((a) => a.nullable);

function mapType(name: string, value: Typed): MapType {
  if (value.type.kind === "MAP") return value.type;
  throw new SnowflakeError(
    "001044",
    "42P13",
    `SQL compilation error: error line 0 at position -1\nInvalid argument types for function '${name}': (${printDataType(value.type)})`,
  );
}

/** A key's text, as JSON holds it. */
const keyText = (env: Env, key: Typed, type: MapType): string =>
  `CAST(${castTo(env, key, type.key).sql} AS VARCHAR)`;

const entries = (json: string): string =>
  `SELECT k, json_extract(j, ${keyPath("k")}) AS v FROM (SELECT j, unnest(json_keys(j)) AS k FROM (SELECT ${json} AS j))`;
const rebuilt = (rows: string): string =>
  `(SELECT CAST('{' || coalesce(string_agg(CAST(to_json(k) AS VARCHAR) || ':' || CAST(v AS VARCHAR), ',' ORDER BY k), '') || '}' AS JSON) FROM (${rows}))`;
const unlessNull = (args: readonly Typed[], sql: string): string =>
  `CASE WHEN ${args.map((a) => `${a.sql} IS NOT NULL`).join(" AND ")} THEN ${sql} END`;

define("semi-structured", "MAP_CAT", ["any", "any"], (a, { env }) => {
  const type = mapType("MAP_CAT", a[0]!);
  const second = castTo(env, a[1]!, type);
  const rows = `${entries(second.sql)} UNION ALL SELECT k, v FROM (${entries(a[0]!.sql)}) WHERE json_extract(${second.sql}, ${keyPath("k")}) IS NULL`;
  return typed(unlessNull([a[0]!, second], rebuilt(rows)), type, any(a));
});

define("semi-structured", "MAP_CONTAINS_KEY", ["any", "any"], (a, { env }) => {
  const type = mapType("MAP_CONTAINS_KEY", a[1]!);
  const found = `list_contains(json_keys(${a[1]!.sql}), ${keyText(env, a[0]!, type)})`;
  return typed(found, { kind: "BOOLEAN" }, any(a));
});

define(
  "semi-structured",
  "MAP_DELETE",
  ["any", "any"],
  (a, { env }) => {
    const type = mapType("MAP_DELETE", a[0]!);
    const keys = a.slice(1).map((key) => keyText(env, key, type));
    const rows = `SELECT k, v FROM (${entries(a[0]!.sql)}) WHERE k NOT IN (${keys.join(", ")})`;
    return typed(unlessNull([a[0]!], rebuilt(rows)), type, any(a));
  },
  { variadic: true },
);

define(
  "semi-structured",
  "MAP_INSERT",
  ["any", "any", "any", "boolean"],
  (a, { env }) => {
    const [map, key, value, update] = a as [Typed, Typed, Typed, Typed | undefined];
    const type = mapType("MAP_INSERT", map);
    const text = keyText(env, key, type);
    const exists = `list_contains(json_keys(${map.sql}), ${text})`;
    const wrong = `CAST(${raise("100086", "22000", `'Duplicate field key ''' || ${text} || ''''`)} AS JSON)`;
    const added = toJson(castTo(env, value, type.value.type));
    const made = rebuilt(
      `SELECT k, v FROM (${entries(map.sql)}) WHERE k <> ${text} UNION ALL SELECT ${text}, ${added}`,
    );
    const allowed = update ? `(${update.sql} OR NOT ${exists})` : `NOT ${exists}`;
    return typed(
      unlessNull([map, key, value], `CASE WHEN ${allowed} THEN ${made} ELSE ${wrong} END`),
      type,
      any(a),
    );
  },
  { min: 3 },
);

define("semi-structured", "MAP_KEYS", ["any"], (a) => {
  const type = mapType("MAP_KEYS", a[0]!);
  const keys = `list_sort(json_keys(${a[0]!.sql}))`;
  const list = type.key.kind === "NUMBER" ? `list_sort(CAST(json_keys(${a[0]!.sql}) AS BIGINT[]))` : keys;
  return typed(`to_json(${list})`, { kind: "ARRAY", element: { type: type.key, nullable: false } }, any(a));
});

define(
  "semi-structured",
  "MAP_PICK",
  ["any", "any"],
  (a, { env }) => {
    const type = mapType("MAP_PICK", a[0]!);
    const [first] = a.slice(1);
    const wanted =
      a.length === 2 && isSemiStructured(first!.type)
        ? `list_contains(CAST(from_json(${first!.sql}, '["VARCHAR"]') AS VARCHAR[]), k)`
        : `k IN (${a
            .slice(1)
            .map((key) => keyText(env, key, type))
            .join(", ")})`;
    const rows = `SELECT k, v FROM (${entries(a[0]!.sql)}) WHERE ${wanted}`;
    return typed(unlessNull([a[0]!], rebuilt(rows)), type, any(a));
  },
  { variadic: true },
);

define("semi-structured", "MAP_SIZE", ["any"], (a) => {
  mapType("MAP_SIZE", a[0]!);
  return typed(`CAST(len(json_keys(${a[0]!.sql})) AS BIGINT)`, number(9), any(a));
});
