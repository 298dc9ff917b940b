import type { CallExpr } from "../parse/index.ts";
import type { Env } from "./env.ts";
import type { Scope } from "./scope.ts";
import type { Typed } from "./typed.ts";

/** SQL user-defined functions, inlined with their owner's rights. */
export function callUserFunction(_env: Env, _scope: Scope, _call: CallExpr): Typed | null {
  return null;
}
