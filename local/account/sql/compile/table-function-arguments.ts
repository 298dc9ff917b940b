import { errors, SnowflakeError } from "../../errors.ts";
import type { DataType } from "../../types/data-type.ts";
import type { CallExpr, Expr } from "../parse/index.ts";
import type { Env } from "./env.ts";
import { compileExpr } from "./expression.ts";
import { newScope, type OutputColumn } from "./scope.ts";

/** Arguments of table functions, by name or by position, most of them constants. */
export type Arguments = Map<string, Expr>;

/** Named arguments, or positional ones in the order of `names`. */
export function argumentsOf(call: CallExpr, names: readonly string[]): Arguments {
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

export const output = (name: string, type: DataType, nullable = true): OutputColumn => ({
  name,
  sqlName: name,
  type,
  nullable,
});

export function booleanOf(env: Env, args: Arguments, name: string): boolean {
  const expr = args.get(name);
  if (!expr) return false;
  const value = compileExpr(env, newScope(null), expr);
  if (value.constant?.kind !== "boolean") throw errors.unsupported(`computed argument ${name}`);
  return value.constant.value === "true";
}

export function textOf(env: Env, args: Arguments, name: string): string | null {
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
    /\s*(?:\.?([A-Za-z_][A-Za-z0-9_$]*)|\.?"((?:[^"]|"")*)"|\[\s*'((?:[^']|'')*)'\s*\]|\[\s*([0-9]+)\s*\]|\[\s*"((?:[^"]|"")*)"\s*\])/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) throw errors.invalidValue(path, "PATH");
    const quoted = match[2] ?? match[5];
    const key = match[1] ?? quoted?.replaceAll('""', '"') ?? match[3]?.replaceAll("''", "'");
    out +=
      match[4] !== undefined ? `[${match[4]}]` : `."${key!.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  }
  return out;
}
