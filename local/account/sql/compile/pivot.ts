import { errors } from "../../errors.ts";
import type { Pivot, Unpivot } from "../parse/index.ts";
import type { Env } from "./env.ts";
import type { Source } from "./from.ts";
import type { Scope } from "./scope.ts";

/** PIVOT and UNPIVOT. */
export function applyPivots(_env: Env, _scope: Scope, _source: Source, _pivots: (Pivot | Unpivot)[]): Source {
  throw errors.unsupported("PIVOT");
}
