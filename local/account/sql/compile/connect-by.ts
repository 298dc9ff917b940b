import { errors } from "../../errors.ts";
import type { Select } from "../parse/index.ts";
import type { Env } from "./env.ts";
import type { Scope } from "./scope.ts";

/** CONNECT BY: hierarchical queries. */
export function compileConnectBy(_env: Env, _select: Select, _scope: Scope, _from: string): string {
  throw errors.unsupported("CONNECT BY");
}
