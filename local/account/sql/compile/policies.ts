import type { CatalogObject } from "../../catalog/model.ts";
import type { Env } from "./env.ts";
import type { Source } from "./from.ts";

/** Masking and row access policies of a table or view. */
export function applyPolicies(
  _env: Env,
  _object: CatalogObject<"TABLE"> | CatalogObject<"VIEW">,
  source: Source,
): Source {
  return source;
}
