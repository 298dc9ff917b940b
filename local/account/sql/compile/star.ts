import { errors } from "../../errors.ts";
import type { StarExpr } from "../parse/index.ts";
import { type Env, noteColumn } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Scope, ScopeColumn } from "./scope.ts";
import type { Typed } from "./typed.ts";

/** ILIKE pattern of a star as a regular expression. */
function likePattern(pattern: string): RegExp {
  const body = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("%", ".*")
    .replaceAll("_", ".");
  return new RegExp(`^${body}$`, "is");
}

/**
 * The columns that `*` or `t.*` means. Order of the modifiers: ILIKE or EXCLUDE, then REPLACE, then RENAME.
 * Source: Snowflake documentation, "SELECT", parameters of the star.
 */
export function expandStar(env: Env, scope: Scope, star: StarExpr): { name: string; column: Typed }[] {
  const visible = (c: ScopeColumn) => !c.hidden;
  let columns: ScopeColumn[] = [];
  if (star.qualifier.length > 0) {
    const last = star.qualifier.at(-1)!.name;
    const path = star.qualifier.slice(0, -1).map((p) => p.name);
    let relation = undefined as Scope["relations"][number] | undefined;
    for (let at: Scope | null = scope; at && !relation; at = at.parent)
      relation = at.relations.find(
        (r) => r.name === last && path.every((p, i) => r.path[r.path.length - path.length + i] === p),
      );
    if (!relation) throw errors.invalidIdentifier(`${star.qualifier.map((q) => q.name).join(".")}.*`);
    columns = relation.columns.filter(visible);
  } else {
    columns = [...scope.merged.values()];
    for (const relation of scope.relations)
      columns.push(...relation.columns.filter((c) => visible(c) && !scope.merged.has(c.name)));
  }
  if (star.ilike !== null) {
    const pattern = likePattern(star.ilike);
    columns = columns.filter((c) => pattern.test(c.name));
  }
  const known = new Set(columns.map((c) => c.name));
  for (const ident of [
    ...star.exclude,
    ...star.replace.map((r) => r.name),
    ...star.rename.map((r) => r.from),
  ])
    if (!known.has(ident.name)) throw errors.invalidIdentifier(ident.name);
  const excluded = new Set(star.exclude.map((e) => e.name));
  const result = columns
    .filter((c) => !excluded.has(c.name))
    .map((c) => {
      noteColumn(env, c.origin);
      const replacement = star.replace.find((r) => r.name.name === c.name);
      const column: Typed = replacement
        ? compileExpr(env, scope, replacement.expr)
        : { sql: c.sql, type: c.type, nullable: c.nullable };
      return { name: star.rename.find((r) => r.from.name === c.name)?.to.name ?? c.name, column };
    });
  if (result.length === 0) throw errors.unsupported("SELECT with no columns");
  return result;
}
