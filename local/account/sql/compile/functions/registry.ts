import { SnowflakeError } from "../../../errors.ts";
import { type DataType, varchar } from "../../../types/data-type.ts";
import type { CallExpr, Expr } from "../../parse/index.ts";
import { castTo } from "../cast.ts";
import type { Env } from "../env.ts";
import type { Scope } from "../scope.ts";
import type { Typed } from "../typed.ts";

/**
 * The closed set of functions. A name that is not here gives 002140. docs/coverage.md is made from this table.
 */
export type ParamKind =
  | "any"
  | "text"
  | "number"
  | "integer"
  | "float"
  | "boolean"
  | "date"
  | "variant"
  | "binary";

export type Family =
  | "aggregate"
  | "bitwise"
  | "conditional"
  | "context"
  | "conversion"
  | "date"
  | "hash"
  | "numeric"
  | "regexp"
  | "semi-structured"
  | "string"
  | "system"
  | "utility"
  | "window";

export interface CallContext {
  env: Env;
  scope: Scope;
  call: CallExpr;
  /** Compiles an argument that is not plain (lambda, star, date part). */
  compile: (expr: Expr, scope?: Scope) => Typed;
}

export interface FunctionDef {
  name: string;
  family: Family;
  /** Kinds of the arguments in order; the last repeats when `variadic`. */
  params: ParamKind[];
  min: number;
  variadic: boolean;
  /** Names of the arguments, where they may be given by name. */
  argumentNames: readonly string[] | undefined;
  /** Aggregates may have DISTINCT, WITHIN GROUP, OVER; window functions need OVER. */
  role: "scalar" | "aggregate" | "window";
  status: "supported" | "approximate";
  note?: string;
  emit: (args: Typed[], context: CallContext) => Typed;
  /** Takes the call as written instead of compiled arguments. */
  raw?: (context: CallContext) => Typed;
}

const registry = new Map<string, FunctionDef>();

export const findFunction = (name: string): FunctionDef | undefined => registry.get(name);
export const allFunctions = (): FunctionDef[] =>
  [...registry.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

interface Options {
  min?: number;
  variadic?: boolean;
  role?: FunctionDef["role"];
  approximate?: string;
  names?: readonly string[];
}

/** Defines a function, under several names when it has synonyms (`"NVL IFNULL"`). */
export function define(
  family: Family,
  names: string,
  params: ParamKind[],
  emit: FunctionDef["emit"],
  options: Options = {},
): void {
  for (const name of names.split(" "))
    registry.set(name, {
      name,
      family,
      params,
      min: options.min ?? params.length,
      variadic: options.variadic ?? false,
      argumentNames: options.names,
      role: options.role ?? "scalar",
      status: options.approximate ? "approximate" : "supported",
      note: options.approximate,
      emit,
    });
}

/** Defines a function that compiles its own arguments. */
export function defineRaw(
  family: Family,
  names: string,
  raw: (context: CallContext) => Typed,
  options: Options = {},
): void {
  define(family, names, [], () => raw as never, { ...options, min: 0, variadic: true });
  for (const name of names.split(" ")) registry.set(name, { ...registry.get(name)!, raw });
}

export function convertArgument(env: Env, arg: Typed, kind: ParamKind): Typed {
  switch (kind) {
    case "any":
      return arg;
    case "text":
      return arg.type.kind === "VARCHAR" && !arg.isNull
        ? arg
        : arg.type.kind === "BINARY" && !arg.isNull
          ? arg
          : castTo(env, arg, varchar());
    case "number":
      return arg.type.kind === "NUMBER" || arg.type.kind === "FLOAT" ? arg : castNumeric(env, arg);
    case "integer":
      return castTo(env, arg.type.kind === "NUMBER" ? arg : castNumeric(env, arg), {
        kind: "NUMBER",
        precision: 18,
        scale: 0,
      });
    case "float":
      return castTo(env, arg, { kind: "FLOAT" });
    case "boolean":
      return castTo(env, arg, { kind: "BOOLEAN" });
    case "variant":
      return castTo(env, arg, { kind: "VARIANT" });
    case "binary":
      return castTo(env, arg, { kind: "BINARY", length: 8_388_608 });
    case "date":
      switch (arg.type.kind) {
        case "DATE":
        case "TIME":
        case "TIMESTAMP_NTZ":
        case "TIMESTAMP_LTZ":
        case "TIMESTAMP_TZ":
          return arg;
        case "NUMBER":
        case "FLOAT":
          if (!arg.isNull)
            throw new SnowflakeError(
              "002262",
              "22000",
              `SQL compilation error:\n${arg.type.kind} is no date`,
            );
          return castTo(env, arg, { kind: "TIMESTAMP_NTZ", scale: 9 });
        default:
          return castTo(env, arg, { kind: "TIMESTAMP_NTZ", scale: 9 });
      }
  }
}

function castNumeric(env: Env, arg: Typed): Typed {
  if (arg.isNull) return castTo(env, arg, { kind: "NUMBER", precision: 38, scale: 0 });
  if (arg.constant?.kind === "string" && /^\s*[+-]?[0-9]{1,38}\s*$/.test(arg.constant.value))
    return castTo(env, arg, { kind: "NUMBER", precision: 38, scale: 0 });
  return castTo(env, arg, { kind: "FLOAT" } satisfies DataType);
}

export function wrongArgumentCount(call: CallExpr, def: FunctionDef, given: number): SnowflakeError {
  const text = `${call.name.at(-1)!.name}`;
  const most = def.variadic ? "" : def.params.length;
  const [kind, count] = given < def.min ? ["not enough", def.min] : ["too many", most];
  return new SnowflakeError(
    given < def.min ? "000938" : "000939",
    "22023",
    `SQL compilation error: error line 1 at position ${call.start}\n${kind} arguments for function [${text}(${given})] expected ${count}, got ${given}`,
  );
}

export function unknownFunction(name: string): SnowflakeError {
  return new SnowflakeError("002140", "42601", `SQL compilation error:\nUnknown function ${name}`);
}
