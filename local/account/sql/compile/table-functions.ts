import { currentDatabase, resolveDatabase } from "../../access/index.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { Value } from "../../session/outcome.ts";
import { number, varchar } from "../../types/data-type.ts";
import { isSemiStructured } from "../../types/physical.ts";
import type { CallExpr, Expr } from "../parse/index.ts";
import { findVirtualFunction } from "../virtual-relations.ts";
import { castTo } from "./cast.ts";
import { type Env, need } from "./env.ts";
import { compileExpr } from "./expression.ts";
import { compileFlatten } from "./flatten.ts";
import type { Source } from "./from.ts";
import { compileInferSchema } from "./infer-schema.ts";
import { compileTableMethod } from "./instance-methods.ts";
import { compileLoadErrors } from "./load-errors.ts";
import { keepRows, keptSource } from "./rows-table.ts";
import { newScope, type Scope, uniqueNames } from "./scope.ts";
import { argumentsOf, output } from "./table-function-arguments.ts";
import type { Typed } from "./typed.ts";
import { callTableFunction } from "./user-functions.ts";

type Compile = (env: Env, call: CallExpr, scope: Scope) => Source;

const FUNCTIONS: Record<string, Compile> = {
  FLATTEN: compileFlatten,
  GENERATOR: compileGenerator,
  SPLIT_TO_TABLE: (env, call, scope) => compileSplit(env, call, scope, "SPLIT"),
  STRTOK_SPLIT_TO_TABLE: (env, call, scope) => compileSplit(env, call, scope, "STRTOK"),
  RESULT_SCAN: compileResultScan,
  INFER_SCHEMA: compileInferSchema,
  VALIDATE: compileLoadErrors,
  GETNEXTVAL: () => {
    throw errors.unsupported("table function GETNEXTVAL; sequence.NEXTVAL gives a number for each row");
  },
};

export const TABLE_FUNCTIONS = Object.keys(FUNCTIONS);

export function compileTableFunction(env: Env, call: CallExpr, scope: Scope): Source {
  if (call.instance) return compileTableMethod(env, call);
  const name = call.name.at(-1)!.name;
  if (call.name.length === 1) {
    const compile = FUNCTIONS[name];
    if (compile) return compile(env, call, scope);
  } else if (call.name.at(-2)!.name === "INFORMATION_SCHEMA") return compileVirtualFunction(env, call);
  const user = callTableFunction(env, scope, call);
  if (user) return user;
  throw new UnknownTableFunction(call.name.map((p) => p.name));
}

/** No table function has the name; a procedure may. */
export class UnknownTableFunction extends SnowflakeError {
  readonly parts: readonly string[];

  constructor(parts: readonly string[]) {
    super("002141", "42601", `SQL compilation error:\nUnknown table function ${parts.join(".")}`);
    this.parts = parts;
  }
}

const SEQ = `CAST(1 AS HUGEINT) AS "SEQ"`;

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
  const unique = uniqueNames(result.columns.map((c) => c.name));
  const columns = result.columns.map((c, i) => ({ ...c, sqlName: unique[i]! }));
  const kept = need(env, `result ${queryId}`, ({ connection }) =>
    keepRows(env, connection, columns, result.rows()),
  );
  return keptSource(columns, kept, []);
}

function compileVirtualFunction(env: Env, call: CallExpr): Source {
  const fn = findVirtualFunction(call.name.at(-1)!.name);
  if (!fn) throw new UnknownTableFunction(call.name.map((p) => p.name));
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
  const unique = uniqueNames(fn.columns.map((c) => c.name));
  const columns = fn.columns.map((c, i) => ({ ...c, sqlName: unique[i]! }));
  const kept = need(env, key, async ({ connection }) => {
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
    return keepRows(env, connection, columns, [await fn.rows(env.ctx, database, args)]);
  });
  return keptSource(columns, kept, []);
}
