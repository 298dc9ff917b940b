import { currentDatabase, resolveDatabase } from "../../access/index.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { Value } from "../../session/outcome.ts";
import { type DataType, number, varchar } from "../../types/data-type.ts";
import { duckType, isSemiStructured } from "../../types/physical.ts";
import type { CallExpr, Expr } from "../parse/index.ts";
import { findVirtualFunction } from "../virtual-relations.ts";
import { castTo } from "./cast.ts";
import { type Env, need } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { literalOf } from "./literal.ts";
import { newScope, type OutputColumn, type Scope, uniqueNames } from "./scope.ts";
import { quoteName, quoteText, type Typed } from "./typed.ts";

type Arguments = Map<string, Expr>;

/** Named arguments, or positional ones in the order of `names`. */
function argumentsOf(call: CallExpr, names: readonly string[]): Arguments {
  const found: Arguments = new Map();
  call.args.forEach((arg, i) => {
    const name = names[i];
    if (!name) throw errors.unsupported(`this many arguments of ${call.name.at(-1)!.name}`);
    found.set(name, arg);
  });
  for (const { name, value } of call.named) {
    if (!names.includes(name))
      throw new SnowflakeError(
        "001018",
        "42601",
        `SQL compilation error:\ninvalid argument '${name}' for function ${call.name.at(-1)!.name}`,
      );
    found.set(name, value);
  }
  return found;
}

type Compile = (env: Env, call: CallExpr, scope: Scope) => Source;

const FUNCTIONS: Record<string, Compile> = {
  FLATTEN: compileFlatten,
  GENERATOR: compileGenerator,
  SPLIT_TO_TABLE: (env, call, scope) => compileSplit(env, call, scope, "SPLIT"),
  STRTOK_SPLIT_TO_TABLE: (env, call, scope) => compileSplit(env, call, scope, "STRTOK"),
  RESULT_SCAN: compileResultScan,
};

export const TABLE_FUNCTIONS = Object.keys(FUNCTIONS);

export function compileTableFunction(env: Env, call: CallExpr, scope: Scope): Source {
  const name = call.name.at(-1)!.name;
  if (call.name.length === 1) {
    const compile = FUNCTIONS[name];
    if (compile) return compile(env, call, scope);
  } else if (call.name.at(-2)!.name === "INFORMATION_SCHEMA") return compileVirtualFunction(env, call);
  throw new SnowflakeError(
    "002141",
    "42601",
    `SQL compilation error:\nUnknown table function ${call.name.map((p) => p.name).join(".")}`,
  );
}

const output = (name: string, type: DataType, nullable = true): OutputColumn => ({
  name,
  sqlName: name,
  type,
  nullable,
});

function booleanOf(env: Env, args: Arguments, name: string): boolean {
  const expr = args.get(name);
  if (!expr) return false;
  const value = compileExpr(env, newScope(null), expr);
  if (value.constant?.kind !== "boolean") throw errors.unsupported(`computed argument ${name}`);
  return value.constant.value === "true";
}

function textOf(env: Env, args: Arguments, name: string): string | null {
  const expr = args.get(name);
  if (!expr) return null;
  const value = compileExpr(env, newScope(null), expr);
  if (value.isNull) return null;
  if (value.constant?.kind !== "string") throw errors.unsupported(`computed argument ${name}`);
  return value.constant.value;
}

/** `a.b[0]['c']` as a JSON path of DuckDB. */
export function jsonPath(path: string): string {
  let out = "$";
  const pattern =
    /\s*(?:\.?([A-Za-z_][A-Za-z0-9_$]*)|\.?"((?:[^"]|"")*)"|\[\s*'((?:[^']|'')*)'\s*\]|\[\s*([0-9]+)\s*\])/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) throw errors.invalidValue(path, "PATH");
    const key = match[1] ?? match[2]?.replaceAll('""', '"') ?? match[3]?.replaceAll("''", "'");
    out +=
      match[4] !== undefined ? `[${match[4]}]` : `."${key!.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  }
  return out;
}

/** A key as FLATTEN's PATH prints it after `prefix`. */
const pathOfKey = (prefix: string, key: string) =>
  `CASE WHEN regexp_full_match(${key}, '[A-Za-z_][A-Za-z0-9_]*') THEN CASE WHEN ${prefix} = '' THEN ${key} ELSE ${prefix} || '.' || ${key} END ELSE ${prefix} || '[''' || ${key} || ''']' END`;

/** FLATTEN(INPUT, PATH, OUTER, RECURSIVE, MODE). Source: "FLATTEN". */
function compileFlatten(env: Env, call: CallExpr, scope: Scope): Source {
  const args = argumentsOf(call, ["INPUT", "PATH", "OUTER", "RECURSIVE", "MODE"]);
  const inputExpr = args.get("INPUT");
  if (!inputExpr)
    throw new SnowflakeError(
      "000938",
      "22023",
      "SQL compilation error:\nnot enough arguments for function [FLATTEN]",
    );
  const path = textOf(env, args, "PATH");
  const outer = booleanOf(env, args, "OUTER");
  const recursive = booleanOf(env, args, "RECURSIVE");
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
  const j = path === null ? input.sql : `json_extract(${input.sql}, ${quoteText(jsonPath(path))})`;
  const columns = [
    output("SEQ", number(), false),
    output("KEY", varchar()),
    output("PATH", varchar()),
    output("INDEX", number()),
    output("VALUE", { kind: "VARIANT" }),
    output("THIS", { kind: "VARIANT" }),
  ];
  const prefix = quoteText(path ?? "");
  return {
    sql: `LATERAL (${recursive ? flattenTree(j, prefix, mode, outer) : flattenLevel(j, prefix, mode, outer)})`,
    columns,
    name: [],
  };
}

const SEQ = `CAST(1 AS HUGEINT) AS "SEQ"`;

function flattenLevel(j: string, prefix: string, mode: string, outer: boolean): string {
  const kind = "json_type(j)";
  const isArray = mode === "OBJECT" ? "FALSE" : `${kind} = 'ARRAY'`;
  const isObject = mode === "ARRAY" ? "FALSE" : `${kind} = 'OBJECT'`;
  const values = `CASE WHEN ${isArray} THEN json_extract(j, '$[*]') WHEN ${isObject} THEN json_extract(j, '$.*') ELSE CAST([] AS JSON[]) END`;
  const keys = `CASE WHEN ${isObject} THEN json_keys(j) WHEN ${isArray} THEN CAST([] AS VARCHAR[]) ELSE CAST([] AS VARCHAR[]) END`;
  const indexes = `CASE WHEN ${isArray} THEN range(CAST(json_array_length(j) AS BIGINT)) ELSE CAST([] AS BIGINT[]) END`;
  const lists = outer
    ? `SELECT j, CASE WHEN len(vs) > 0 THEN vs ELSE [CAST(NULL AS JSON)] END AS vs, ks, ixs FROM (SELECT j, ${values} AS vs, ${keys} AS ks, ${indexes} AS ixs FROM (SELECT ${j} AS j))`
    : `SELECT j, ${values} AS vs, ${keys} AS ks, ${indexes} AS ixs FROM (SELECT ${j} AS j)`;
  const rows = `SELECT j, unnest(vs) AS v, unnest(ks) AS k, unnest(ixs) AS i FROM (${lists})`;
  const path = `CASE WHEN i IS NOT NULL THEN ${prefix} || '[' || CAST(i AS VARCHAR) || ']' WHEN k IS NOT NULL THEN ${pathOfKey(prefix, "k")} ELSE ${prefix} END`;
  return `SELECT ${SEQ}, k AS "KEY", ${path} AS "PATH", CAST(i AS HUGEINT) AS "INDEX", v AS "VALUE", j AS "THIS" FROM (${rows})`;
}

/** Every element at every depth, parents before their children. */
function flattenTree(j: string, prefix: string, mode: string, outer: boolean): string {
  const wanted =
    mode === "BOTH" ? "t.parent IS NOT NULL" : `t.parent IS NOT NULL AND json_type(p.value) = '${mode}'`;
  const steps = `replace(replace(substr(t.fullkey, 2), '."', '['''), '"', ''']')`;
  const plain = `CASE WHEN starts_with(${steps}, '.') AND ${prefix} = '' THEN substr(${steps}, 2) ELSE ${prefix} || ${steps} END`;
  const isIndex = `json_type(p.value) = 'ARRAY'`;
  const rows =
    `SELECT ${SEQ}, CASE WHEN ${isIndex} THEN NULL ELSE t.key END AS "KEY", ${plain} AS "PATH", ` +
    `CASE WHEN ${isIndex} THEN CAST(t.key AS HUGEINT) END AS "INDEX", t.value AS "VALUE", p.value AS "THIS", t.id AS id ` +
    `FROM (SELECT ${j} AS j) AS s, json_tree(s.j) AS t, json_tree(s.j) AS p WHERE t.parent = p.id AND ${wanted}`;
  if (outer) throw errors.unsupported("FLATTEN with RECURSIVE and OUTER");
  return `SELECT "SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS" FROM (${rows}) ORDER BY id`;
}

function compileGenerator(env: Env, call: CallExpr): Source {
  const args = argumentsOf(call, ["ROWCOUNT", "TIMELIMIT"]);
  const rowcount = args.get("ROWCOUNT");
  if (!rowcount) throw errors.unsupported("GENERATOR without ROWCOUNT");
  if (args.has("TIMELIMIT")) throw errors.unsupported("GENERATOR with TIMELIMIT");
  const count = compileExpr(env, newScope(null), rowcount);
  if (count.constant?.kind !== "number" || !/^[0-9]+$/.test(count.constant.value))
    throw new SnowflakeError(
      "001085",
      "22023",
      "SQL compilation error:\nargument needs to be a constant: 'ROWCOUNT'",
    );
  env.shared.usesData = true;
  return { sql: `range(${count.constant.value})`, columns: [], name: [] };
}

function compileSplit(env: Env, call: CallExpr, scope: Scope, how: "SPLIT" | "STRTOK"): Source {
  const values = call.args.map((a) => castTo(env, compileExpr(env, scope, a), varchar()).sql);
  const subject = values[0];
  if (!subject || (how === "SPLIT" && !values[1]))
    throw new SnowflakeError(
      "000938",
      "22023",
      "SQL compilation error:\nnot enough arguments for function [SPLIT_TO_TABLE]",
    );
  const parts =
    how === "SPLIT"
      ? `string_split(${subject}, ${values[1]})`
      : `list_filter(regexp_split_to_array(${subject}, '[' || regexp_escape(${values[1] ?? "' '"}) || ']'), lambda x: x <> '')`;
  return {
    sql: `LATERAL (SELECT ${SEQ}, CAST(unnest(range(1, len(parts) + 1)) AS HUGEINT) AS "INDEX", unnest(parts) AS "VALUE" FROM (SELECT ${parts} AS parts))`,
    columns: [output("SEQ", number(), false), output("INDEX", number(), false), output("VALUE", varchar())],
    name: [],
  };
}

/** Rows as a table of constants; an empty one keeps its columns. */
export function rowsSource(
  columns: readonly OutputColumn[],
  rows: readonly Value[][],
  name: string[],
): Source {
  const names = columns.map((c) => quoteName(c.sqlName)).join(", ");
  const none = `SELECT ${columns.map((c) => `CAST(NULL AS ${duckType(c.type)}) AS ${quoteName(c.sqlName)}`).join(", ")} WHERE FALSE`;
  if (rows.length === 0) return { sql: `(${none})`, columns: [...columns], name };
  const lines = rows.map((row) => `(${row.map((v, i) => literalOf(v, columns[i]!.type)).join(", ")})`);
  return { sql: `(SELECT * FROM (VALUES ${lines.join(", ")}) AS v(${names}))`, columns: [...columns], name };
}

function compileResultScan(env: Env, call: CallExpr): Source {
  const arg = call.args[0];
  if (!arg)
    throw new SnowflakeError(
      "000938",
      "22023",
      "SQL compilation error:\nnot enough arguments for function [RESULT_SCAN]",
    );
  const value = compileExpr(env, newScope(null), arg);
  const queryId = value.constant?.kind === "string" ? value.constant.value : "";
  const result = env.ctx.services.results.find(env.ctx.session, queryId);
  if (!result) throw new SnowflakeError("000709", "02000", `Statement ${queryId} not found`);
  const rows = need(env, `result ${queryId}`, async () => {
    const all: Value[][] = [];
    for await (const batch of result.rows()) all.push(...batch);
    return all;
  });
  const unique = uniqueNames(result.columns.map((c) => c.name));
  const columns = result.columns.map((c, i) => ({ ...c, sqlName: unique[i]! }));
  return rowsSource(columns, rows, []);
}

function compileVirtualFunction(env: Env, call: CallExpr): Source {
  const fn = findVirtualFunction(call.name.at(-1)!.name);
  if (!fn)
    throw new SnowflakeError(
      "002141",
      "42601",
      `SQL compilation error:\nUnknown table function ${call.name.map((p) => p.name).join(".")}`,
    );
  const database =
    call.name.length === 3 ? resolveDatabase(env.ctx, call.name[0]!.name) : currentDatabase(env.ctx);
  const given: [string, Expr][] = call.named.map((n) => [n.name, n.value]);
  call.args.forEach((arg, i) => {
    given.push([fn.positional?.[i] ?? `$${i + 1}`, arg]);
  });
  const compiled = given.map(([name, expr]): [string, Typed] => [
    name,
    compileExpr(env, newScope(null), expr),
  ]);
  const key = `function ${database.id} ${fn.name} ${compiled.map(([n, t]) => `${n}=${t.sql}`).join(",")}`;
  const rows = need(env, key, async ({ connection }) => {
    const args: Record<string, Value> = {};
    for (const [name, value] of compiled) {
      const text = isSemiStructured(value.type) ? value.sql : castTo(env, value, varchar()).sql;
      const temporal = value.type.kind.startsWith("TIMESTAMP") || value.type.kind === "DATE";
      const sql = temporal
        ? `epoch_us(${castTo(env, value, { kind: "TIMESTAMP_LTZ", scale: 9 }).sql}) * 1000`
        : text;
      const reader = await connection.runAndReadAll(`SELECT ${sql}`);
      const cell = reader.getRows()[0]![0];
      args[name] = cell === null || cell === undefined ? null : (cell as Value);
    }
    return fn.rows(env.ctx, database, args);
  });
  const unique = uniqueNames(fn.columns.map((c) => c.name));
  return rowsSource(
    fn.columns.map((c, i) => ({ ...c, sqlName: unique[i]! })),
    rows,
    [],
  );
}
