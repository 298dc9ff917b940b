import { createHash } from "node:crypto";
import type { CatalogObject } from "../../catalog/model.ts";
import { javascriptFunction } from "../../javascript/function.ts";
import type { DataType } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import { castTo } from "./cast.ts";
import { instant } from "./cast-temporal.ts";
import { type Env, need, nextAlias } from "./env.ts";
import type { Source } from "./from.ts";
import { plainJson } from "./marked.ts";
import { needNative } from "./native.ts";
import type { OutputColumn } from "./scope.ts";
import { toJson } from "./to-json.ts";
import { quoteName, raise, type Typed, typed } from "./typed.ts";

/** JavaScript functions: DuckDB calls QuickJS a row at a time, with the arguments as one JSON text. */
type Routine = CatalogObject<"FUNCTION">;

const VARIANT: DataType = { kind: "VARIANT" };

/** Makes the routine known to DuckDB; returns SQL of its answer's text. */
function answer(env: Env, routine: Routine, args: readonly Typed[]): string {
  const { props } = routine;
  const version = createHash("sha256")
    .update(JSON.stringify([props.arguments, props.body]))
    .digest("hex");
  const name = `firn_js_${routine.id}_${version.slice(0, 12)}`;
  const call = need(env, name, () => javascriptFunction(name, props));
  needNative(env, [{ name, arity: 1, call }]);
  const values = args.map((arg) => argument(env, arg)).join(", ");
  return `${name}(CAST(json_array(${values}) AS VARCHAR))`;
}

/** SQL NULL is undefined, dates and binary values are marked; the sandbox's prelude reads them. */
function argument(env: Env, arg: Typed): string {
  const marked = (key: string, sql: string) => `json_object('${key}', ${sql})`;
  const iso = (timestamp: string) => marked("__date", `strftime(${timestamp}, '%Y-%m-%dT%H:%M:%S.%gZ')`);
  const json = (): string => {
    switch (arg.type.kind) {
      case "DATE":
      case "TIMESTAMP_NTZ":
        return iso(`CAST(${arg.sql} AS TIMESTAMP)`);
      case "TIMESTAMP_LTZ":
        return iso(`timezone('UTC', ${arg.sql})`);
      case "TIMESTAMP_TZ":
        return iso(`timezone('UTC', ${instant(arg.sql)})`);
      case "BINARY":
        return marked("__hex", `hex(${arg.sql})`);
      default:
        return plainJson(env, toJson(arg));
    }
  };
  return `CASE WHEN ${arg.sql} IS NULL THEN CAST('{"__undefined":true}' AS JSON) ELSE ${json()} END`;
}

/** The answer as JSON, or its error. */
function asJson(text: string): string {
  const wrong = `CAST(${raise("100132", "P0000", `substr(${text}, 2)`)} AS JSON)`;
  return `CASE WHEN ${text} = '' THEN NULL WHEN starts_with(${text}, chr(1)) THEN ${wrong} ELSE CAST(${text} AS JSON) END`;
}

export function javascriptValue(env: Env, routine: Routine, args: readonly Typed[]): Typed {
  const returns = routine.props.returns!;
  const json = asJson(answer(env, routine, args));
  return castTo(env, typed(`(${json})`, VARIANT), returns);
}

/** The rows that a table function writes for one row of arguments. */
export function javascriptRows(env: Env, routine: Routine, args: readonly Typed[]): Source {
  const row = nextAlias(env, "j");
  const columns: OutputColumn[] = routine.props.returnsTable!.map((c) => ({
    name: c.name,
    sqlName: c.name,
    type: c.type,
    nullable: true,
  }));
  const items = columns.map((c) => {
    const value = castTo(env, typed(`(${row}.v -> '$."${c.name}"')`, VARIANT), c.type);
    return `CAST(${value.sql} AS ${duckType(c.type)}) AS ${quoteName(c.name)}`;
  });
  const rows = `unnest(CAST(json_extract(${asJson(answer(env, routine, args))}, '$[*]') AS JSON[]))`;
  return {
    sql: `LATERAL (SELECT ${items.join(", ")} FROM (SELECT ${rows} AS v) AS ${row})`,
    columns,
    name: [],
  };
}
