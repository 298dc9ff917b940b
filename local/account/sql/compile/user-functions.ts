import { asRole, canSee, currentSchema, requirePrivilege, resolveSchema } from "../../access/index.ts";
import type { CatalogObject } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import { duckType } from "../../types/physical.ts";
import { type CallExpr, parseExpression, parseQuery } from "../parse/index.ts";
import { castTo } from "./cast.ts";
import { type Env, nextAlias } from "./env.ts";
import { compileExpr, hooks } from "./expression.ts";
import type { Source } from "./from.ts";
import { javascriptRows, javascriptValue } from "./javascript-functions.ts";
import { newScope, type OutputColumn, type Scope } from "./scope.ts";
import { quoteName, type Typed, typed } from "./typed.ts";

/**
 * SQL user-defined functions, put in place with their owner's rights and the names they were created with. Source:
 * Snowflake documentation, "Scalar SQL UDFs", "Tabular SQL UDFs (UDTFs)".
 */
type Routine = CatalogObject<"FUNCTION">;

function candidates(env: Env, call: CallExpr): Routine[] {
  const parts = call.name.map((p) => p.name);
  const name = parts.at(-1)!;
  const { catalog } = env.ctx.services;
  let schema: CatalogObject<"SCHEMA">;
  try {
    schema = parts.length > 1 ? resolveSchema(env.ctx, parts.slice(0, -1)) : currentSchema(env.ctx);
  } catch (error) {
    if (parts.length > 1) throw error;
    return [];
  }
  return catalog.list("FUNCTION", schema.id).filter((f) => f.props.routine === name && canSee(env.ctx, f));
}

/** The overload that the arguments fit: as many as given, the fewest conversions. */
function pick(env: Env, call: CallExpr, found: readonly Routine[], args: readonly Typed[]): Routine {
  let best: { routine: Routine; cost: number } | null = null;
  for (const routine of found) {
    const wanted = routine.props.arguments;
    const required = wanted.filter((a) => a.defaultSql === undefined).length;
    if (args.length < required || args.length > wanted.length) continue;
    const cost = args.reduce(
      (sum, arg, i) => sum + (arg.isNull || arg.type.kind === wanted[i]!.type.kind ? 0 : 1),
      0,
    );
    if (!best || cost < best.cost) best = { routine, cost };
  }
  if (!best)
    throw new SnowflakeError(
      "001044",
      "42P13",
      `SQL compilation error: error line 0 at position -1\nInvalid argument types for function '${call.name.at(-1)!.name}': (${args.map((a) => a.type.kind).join(", ")})`,
    );
  requirePrivilege(env.ctx, "USAGE", best.routine);
  const { language } = best.routine.props;
  if (language !== "SQL" && language !== "JAVASCRIPT") throw errors.unsupported(`${language} functions`);
  return best.routine;
}

/** The routine's own environment and a scope in which its arguments are names. */
function inside(
  env: Env,
  scope: Scope,
  routine: Routine,
  call: CallExpr,
  args: readonly Typed[],
): { env: Env; scope: Scope } {
  const { props } = routine;
  const owner = asRole(env.ctx, routine.owner, props.context);
  const ctx = Object.create(owner, { text: { value: props.body } }) as Env["ctx"];
  const inner: Env = { ctx, shared: env.shared };
  const own = newScope(null);
  own.lambda = new Map(
    props.arguments.map((argument, i) => {
      const named = call.named.find((n) => n.name === argument.name);
      const given = args[i] ?? (named ? compileExpr(env, scope, named.value) : undefined);
      const value = given ?? compileExpr(inner, newScope(null), parseExpression(argument.defaultSql!));
      return [argument.name, castTo(env, value, argument.type)];
    }),
  );
  return { env: inner, scope: own };
}

const isQuery = (body: string): boolean => /^[\s(]*(?:SELECT|WITH)\b/i.test(body);

/** A body may end in a semicolon. */
const trimmed = (body: string): string => body.trim().replace(/;\s*$/, "");

/** The value of a scalar SQL function, or null when there is no function of that name. */
export function callUserFunction(env: Env, scope: Scope, call: CallExpr): Typed | null {
  const found = candidates(env, call).filter((f) => f.props.returnsTable === null);
  if (found.length === 0) return null;
  const args = call.args.map((arg) => compileExpr(env, scope, arg));
  const routine = pick(env, call, found, args);
  if (routine.props.language === "JAVASCRIPT")
    return whenGiven(
      routine,
      args,
      javascriptValue(env, routine, [...inside(env, scope, routine, call, args).scope.lambda!.values()]),
    );
  const { viewStack } = env.shared;
  if (viewStack.includes(routine.id)) throw errors.unsupported("recursive functions");
  const own = inside(env, scope, routine, call, args);
  const body = trimmed(routine.props.body);
  viewStack.push(routine.id);
  let value: Typed;
  if (isQuery(body)) {
    const compiled = hooks.query(own.env, parseQuery(body), own.scope);
    if (compiled.columns.length !== 1)
      throw errors.unsupported("a scalar function whose query has several columns");
    value = typed(`(${compiled.sql})`, compiled.columns[0]!.type);
  } else value = compileExpr(own.env, own.scope, parseExpression(body));
  viewStack.pop();
  return whenGiven(routine, args, castTo(env, value, routine.props.returns!));
}

/** A strict function is NULL where an argument is. */
function whenGiven(routine: Routine, args: readonly Typed[], result: Typed): Typed {
  if (!routine.props.strict || args.length === 0) return result;
  const nulls = args.map((a) => `${a.sql} IS NULL`).join(" OR ");
  return typed(`CASE WHEN ${nulls} THEN NULL ELSE ${result.sql} END`, result.type);
}

hooks.userFunction = callUserFunction;

/** The rows of a tabular SQL function, or null when there is none of that name. */
export function callTableFunction(env: Env, scope: Scope, call: CallExpr): Source | null {
  const found = candidates(env, call).filter((f) => f.props.returnsTable !== null);
  if (found.length === 0) return null;
  const args = call.args.map((arg) => compileExpr(env, scope, arg));
  const routine = pick(env, call, found, args);
  if (routine.props.language === "JAVASCRIPT")
    return javascriptRows(env, routine, [...inside(env, scope, routine, call, args).scope.lambda!.values()]);
  const { viewStack } = env.shared;
  if (viewStack.includes(routine.id)) throw errors.unsupported("recursive functions");
  const own = inside(env, scope, routine, call, args);
  viewStack.push(routine.id);
  const compiled = hooks.query(own.env, parseQuery(trimmed(routine.props.body)), own.scope);
  viewStack.pop();
  const wanted = routine.props.returnsTable!;
  if (wanted.length !== compiled.columns.length)
    throw new SnowflakeError(
      "002057",
      "42601",
      `SQL compilation error:\nFunction '${routine.props.routine}' declares ${wanted.length} column(s), but its query yields ${compiled.columns.length}.`,
    );
  const alias = nextAlias(env, "u");
  const columns: OutputColumn[] = wanted.map((c) => ({
    name: c.name,
    sqlName: c.name,
    type: c.type,
    nullable: true,
  }));
  const items = wanted.map((c, i) => {
    const from = compiled.columns[i]!;
    const value = castTo(env, typed(`${alias}.${quoteName(from.sqlName)}`, from.type, from.nullable), c.type);
    return `CAST(${value.sql} AS ${duckType(c.type)}) AS ${quoteName(c.name)}`;
  });
  return {
    sql: `LATERAL (SELECT ${items.join(", ")} FROM (${compiled.sql}) AS ${alias})`,
    columns,
    name: [],
  };
}
