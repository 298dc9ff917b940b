import { fullName } from "../../access/index.ts";
import type { CatalogObject } from "../../catalog/model.ts";
import { parseQuery } from "../parse/index.ts";
import { type Env, type Tracked, tracking } from "./env.ts";
import { hooks } from "./expression.ts";
import type { Source } from "./from.ts";
import type { OutputColumn } from "./scope.ts";
import type { StreamMode, StreamOffset } from "./stream-position.ts";
import { allChanged, hideTracked, trackedDelta } from "./tracked.ts";

/** The view's rows, each with what it is made of. */
function trackedRows(env: Env, view: CatalogObject, tracked: Tracked): Source {
  const text = `SELECT * FROM ${fullName(env.ctx, view)}`;
  const ctx = Object.create(env.ctx, { text: { value: text } }) as Env["ctx"];
  return tracking(env, tracked, () => {
    const compiled = hooks.query({ ctx, shared: env.shared }, parseQuery(text), null) as {
      sql: string;
      columns: OutputColumn[];
    };
    return hideTracked(env, { sql: `(${compiled.sql})`, columns: compiled.columns, name: [] });
  });
}

/**
 * What became of the view's rows since the offset: Δa × b + a × Δb + Δa × Δb of the tables that it joins. Source:
 * "Introduction to streams", join results behavior.
 */
export function viewDelta(
  env: Env,
  view: CatalogObject,
  mode: StreamMode,
  offset: StreamOffset,
  until: ReadonlyMap<number, number>,
): Source {
  const rows = (which: Tracked["rows"]) =>
    trackedRows(env, view, { rows: which, from: offset.tables, until });
  const added = rows(mode === "DEFAULT" ? "NOW" : "APPENDED");
  const removed = mode === "DEFAULT" && !offset.initial ? rows("THEN") : null;
  const sql = trackedDelta(env, view.id, offset.initial ? allChanged(added) : added, removed);
  return { ...added, sql, hidden: [] };
}
