import { canSee, currentSchema, kindTitle, printName, resolveSchema } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";

/** Routines are overloaded: the catalogue's name is `NAME(NUMBER, VARCHAR)`. */
export const routineKey = (name: string, types: readonly string[]): string => `${name}(${types.join(", ")})`;

/** The routine of exactly these argument types, visible to the role, or 002003. */
export function resolveRoutine(
  ctx: StatementContext,
  kind: "FUNCTION" | "PROCEDURE",
  parts: readonly string[],
  types: readonly string[],
): CatalogObject<"FUNCTION" | "PROCEDURE"> {
  const found = findRoutine(ctx, kind, parts, types);
  if (found) return found;
  throw errors.doesNotExist(kindTitle(kind), printName(parts.slice(-1)));
}

export function findRoutine(
  ctx: StatementContext,
  kind: "FUNCTION" | "PROCEDURE",
  parts: readonly string[],
  types: readonly string[],
): CatalogObject<"FUNCTION" | "PROCEDURE"> | undefined {
  const schema = parts.length === 1 ? currentSchema(ctx) : resolveSchema(ctx, parts.slice(0, -1));
  const found = ctx.services.catalog.find(kind, schema.id, routineKey(parts[parts.length - 1]!, types));
  return found && canSee(ctx, found) ? (found as CatalogObject<"FUNCTION" | "PROCEDURE">) : undefined;
}
