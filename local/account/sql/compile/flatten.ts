import { errors, SnowflakeError } from "../../errors.ts";
import { number, varchar } from "../../types/data-type.ts";
import { isSemiStructured } from "../../types/physical.ts";
import { flattenedTree } from "../flatten-tree.ts";
import type { CallExpr, TableExpr } from "../parse/index.ts";
import { tokenize } from "../parse/lexer.ts";
import { castTo } from "./cast.ts";
import { type Env, nextAlias } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { UNDEFINED_JSON } from "./marked.ts";
import { needNative } from "./native.ts";
import type { OutputColumn, Relation, Scope, ScopeColumn } from "./scope.ts";
import { argumentsOf, booleanOf, jsonPath, output, textOf } from "./table-function-arguments.ts";
import { quoteName, quoteText } from "./typed.ts";

/** FLATTEN(INPUT, PATH, OUTER, RECURSIVE, MODE). Source: Snowflake documentation, "FLATTEN". */
interface Flatten {
  /** SQL of the value to flatten. */
  json: string;
  prefix: string;
  outer: boolean;
  recursive: boolean;
  mode: string;
}

const COLUMNS: OutputColumn[] = [
  output("SEQ", number(), false),
  output("KEY", varchar()),
  output("PATH", varchar()),
  output("INDEX", number()),
  output("VALUE", { kind: "VARIANT" }),
  output("THIS", { kind: "VARIANT" }),
];

/** A key as FLATTEN's PATH prints it after `prefix`. */
const pathOfKey = (prefix: string, key: string) =>
  `CASE WHEN regexp_full_match(${key}, '[A-Za-z_][A-Za-z0-9_]*') THEN CASE WHEN ${prefix} = '' THEN ${key} ELSE ${prefix} || '.' || ${key} END ELSE ${prefix} || '[''' || ${key} || ''']' END`;

function readFlatten(env: Env, call: CallExpr, scope: Scope): Flatten {
  const args = argumentsOf(call, ["INPUT", "PATH", "OUTER", "RECURSIVE", "MODE"]);
  const inputExpr = args.get("INPUT");
  if (!inputExpr)
    throw new SnowflakeError(
      "000938",
      "22023",
      "SQL compilation error:\nnot enough arguments for function [FLATTEN]",
    );
  const path = textOf(env, args, "PATH");
  const mode = (textOf(env, args, "MODE") ?? "BOTH").toUpperCase();
  if (!["ARRAY", "OBJECT", "BOTH"].includes(mode)) throw errors.invalidValue(mode, "MODE");
  let input = compileExpr(env, scope, inputExpr);
  if (!isSemiStructured(input.type)) {
    if (!input.isNull)
      throw new SnowflakeError(
        "001044",
        "42P13",
        `SQL compilation error: error line 0 at position -1\nInvalid argument types for function 'FLATTEN': (${input.type.kind})`,
      );
    input = castTo(env, input, { kind: "VARIANT" });
  }
  return {
    json: path === null ? input.sql : `json_extract(${input.sql}, ${quoteText(jsonPath(path))})`,
    prefix: quoteText(path ?? ""),
    outer: booleanOf(env, args, "OUTER"),
    recursive: booleanOf(env, args, "RECURSIVE"),
    mode,
  };
}

/** FLATTEN where it stands: alone, or as a lateral join that DuckDB correlates. */
export function compileFlatten(env: Env, call: CallExpr, scope: Scope): Source {
  const flatten = readFlatten(env, call, scope);
  const sql = flatten.recursive
    ? flattenTree(env, flatten.json, flatten.prefix, flatten.mode, flatten.outer)
    : `SELECT ${names(COLUMNS)} FROM (${flattenRows(flatten, [], "", false)})`;
  return { sql: `LATERAL (${sql})`, columns: COLUMNS, name: [] };
}

const names = (columns: readonly OutputColumn[]): string =>
  columns.map((c) => quoteName(c.sqlName)).join(", ");

/**
 * FLATTEN of a column of what stands to its left, as one unnest over that: in order and without a join. Undefined
 * where the plain lateral form is needed. The left relations' columns then come from the result.
 */
export function flattenBeside(
  env: Env,
  scope: Scope,
  right: TableExpr,
  left: { sql: string; relations: readonly Relation[] },
): string | undefined {
  if (right.type !== "tableFunction" || right.sample || right.pivots.length > 0) return undefined;
  if (right.call.name.length !== 1 || right.call.name[0]!.name !== "FLATTEN") return undefined;
  if (left.relations.length === 0 || left.relations.some((r) => r.positional) || scope.merged.size > 0)
    return undefined;
  if (left.relations.some((r) => r.columns.some((c) => c.hidden))) return undefined;
  const flatten = readFlatten(env, right.call, scope);
  if (flatten.recursive) return undefined;
  const alias = nextAlias(env, "r");
  const carried: { from: string; as: string }[] = [];
  const move = ({ textAt: _, ...column }: ScopeColumn): ScopeColumn => {
    const as = `~${carried.length}`;
    carried.push({ from: column.sql, as: quoteName(as) });
    return { ...column, sql: `${alias}.${quoteName(as)}` };
  };
  for (const relation of left.relations) relation.columns = relation.columns.map(move);
  const tail = right.alias;
  scope.relations.push({
    name: tail?.name.name ?? null,
    path: [],
    columns: COLUMNS.map((c, i) => ({
      name: tail?.columns[i]?.name ?? c.name,
      sql: `${alias}.${quoteName(c.sqlName)}`,
      type: c.type,
      nullable: c.nullable,
    })),
  });
  const needsSequence = tokenize(env.ctx.text).some((t) => t.value === "SEQ" || t.value === "*");
  return `(${flattenRows(flatten, carried, left.sql, needsSequence)}) AS ${alias}`;
}

function flattenRows(
  flatten: Flatten,
  carried: readonly { from: string; as: string }[],
  from: string,
  sequence: boolean,
): string {
  const { json, prefix, mode, outer } = flatten;
  const kind = "json_type(j)";
  const isArray = mode === "OBJECT" ? "FALSE" : `${kind} = 'ARRAY'`;
  const isObject = mode === "ARRAY" ? "FALSE" : `${kind} = 'OBJECT'`;
  const values = `CASE WHEN ${isArray} THEN json_extract(j, '$[*]') WHEN ${isObject} THEN json_extract(j, '$.*') ELSE CAST([] AS JSON[]) END`;
  const keys = `CASE WHEN ${isObject} THEN json_keys(j) ELSE CAST([] AS VARCHAR[]) END`;
  const indexes = `CASE WHEN ${isArray} THEN range(CAST(json_array_length(j) AS BIGINT)) ELSE CAST([] AS BIGINT[]) END`;
  const kept = carried.map((c) => `${c.as}, `).join("");
  const first = carried.map((c) => `${c.from} AS ${c.as}, `).join("");
  const number_ = sequence ? "row_number() OVER ()" : "1";
  const base = `SELECT ${first}${number_} AS sq, ${json} AS j${from === "" ? "" : ` FROM ${from}`}`;
  const listed = `SELECT ${kept}sq, j, ${values} AS vs, ${keys} AS ks, ${indexes} AS ixs FROM (${base})`;
  const padded = outer
    ? `SELECT ${kept}sq, j, CASE WHEN len(vs) > 0 THEN vs ELSE [CAST(NULL AS JSON)] END AS vs, ks, ixs FROM (${listed})`
    : listed;
  const all = `SELECT ${kept}sq, j, unnest(vs) AS v, unnest(ks) AS k, unnest(ixs) AS i FROM (${padded})`;
  // A missing element (`[1,,2]`) gives no row.
  const rows = `SELECT * FROM (${all}) WHERE v IS DISTINCT FROM ${UNDEFINED_JSON}`;
  const path = `CASE WHEN i IS NOT NULL THEN ${prefix} || '[' || CAST(i AS VARCHAR) || ']' WHEN k IS NOT NULL THEN ${pathOfKey(prefix, "k")} ELSE ${prefix} END`;
  return `SELECT ${kept}CAST(sq AS HUGEINT) AS "SEQ", k AS "KEY", ${path} AS "PATH", CAST(i AS HUGEINT) AS "INDEX", v AS "VALUE", j AS "THIS" FROM (${rows})`;
}

const SEQ = `CAST(1 AS HUGEINT) AS "SEQ"`;

/** Every element at every depth, parents before their children. */
function flattenTree(env: Env, j: string, prefix: string, mode: string, outer: boolean): string {
  needNative(env, [{ name: "firn_flattened_tree", arity: 2, call: flattenedTree }]);
  const listed = `SELECT unnest(CAST(json_extract(firn_flattened_tree(CAST(${j} AS VARCHAR), ${prefix}), '$[*]') AS JSON[])) AS r`;
  const wanted = mode === "BOTH" ? "" : ` AND json_type(r, '$[4]') = '${mode}'`;
  const found =
    `SELECT ${SEQ}, r ->> '$[0]' AS "KEY", r ->> '$[2]' AS "PATH", CAST(r ->> '$[1]' AS HUGEINT) AS "INDEX", r -> '$[3]' AS "VALUE", r -> '$[4]' AS "THIS", row_number() OVER () AS id ` +
    `FROM (${listed}) WHERE (r -> '$[3]') IS DISTINCT FROM ${UNDEFINED_JSON}${wanted}`;
  // With OUTER what has no element at all still gives a row.
  const none = `SELECT ${SEQ}, CAST(NULL AS VARCHAR) AS "KEY", ${prefix} AS "PATH", CAST(NULL AS HUGEINT) AS "INDEX", CAST(NULL AS JSON) AS "VALUE", ${j} AS "THIS", 0 AS id WHERE NOT EXISTS (${found})`;
  const all = outer ? `${found} UNION ALL ${none}` : found;
  return `SELECT "SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS" FROM (${all}) ORDER BY id`;
}
