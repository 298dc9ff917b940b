import type { StoredTable } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable } from "../../storage/storage.ts";
import { type DataType, varchar } from "../../types/data-type.ts";
import { type Env, nextAlias, type Tracked } from "./env.ts";
import type { Source } from "./from.ts";
import type { OutputColumn, Relation } from "./scope.ts";
import { appendedSince, rowIdentity, visibleAt } from "./stream-rows.ts";
import { outputColumns } from "./table-versions.ts";
import { quoteName } from "./typed.ts";

const ID = "__firn_tracked_id";
const CHANGED = "__firn_tracked_changed";
const BOOLEAN: DataType = { kind: "BOOLEAN" };

const hiddenColumns: OutputColumn[] = [
  { name: ID, sqlName: ID, type: varchar(), nullable: false },
  { name: CHANGED, sqlName: CHANGED, type: BOOLEAN, nullable: false },
];

/** Rows of a table that the view reads, with their identity and change. */
export function trackedTable(tracked: Tracked, table: StoredTable, name: string[]): Source {
  const from = tracked.from.get(table.id);
  const until = tracked.until.get(table.id);
  // The view reads another table of that name than when the stream was made.
  if (from === undefined || until === undefined) throw baseTableReplaced(table);
  const appended = appendedSince(String(from), String(until));
  const [where, changed] = {
    NOW: [visibleAt(String(until)), `${BEGIN_VERSION} > ${from}`],
    THEN: [visibleAt(String(from)), `coalesce(${END_VERSION} <= ${until}, FALSE)`],
    APPENDED: [`(${visibleAt(String(from))} OR (${appended}))`, `(${appended})`],
  }[tracked.rows] as [string, string];
  return {
    sql: `(SELECT *, '${table.id}:' || CAST(${rowIdentity} AS VARCHAR) AS ${ID}, ${changed} AS ${CHANGED} FROM ${physicalTable(table.id)} WHERE ${where})`,
    columns: outputColumns(table.props.columns),
    name,
    hidden: hiddenColumns,
  };
}

const baseTableReplaced = (table: StoredTable) =>
  new SnowflakeError(
    "091901",
    "55000",
    `Stream is stale: underlying table '${table.name}' of its view was recreated or replaced. Recreate the stream with CREATE STREAM.`,
  );

/** The two items that a SELECT of a tracked view has besides its own, from those of what it reads. */
export function trackedItems(
  env: Env,
  relations: readonly Relation[],
): { sql: string; column: OutputColumn }[] {
  if (!env.shared.tracked) return [];
  const each = (name: string) =>
    relations.map((relation) => {
      const column = relation.columns.find((c) => c.name === name && c.hidden);
      if (!column) throw errors.unsupported("change tracking on a view of more than tables");
      return column.sql;
    });
  if (relations.length === 0) throw errors.unsupported("change tracking on a view without a table");
  const sql = [`concat_ws(' ', ${each(ID).join(", ")})`, `(${each(CHANGED).join(" OR ")})`];
  return hiddenColumns.map((column, i) => ({ sql: sql[i]!, column }));
}

/** The branches of a UNION ALL keep their rows' identities apart. */
export const trackedInBranch = (column: OutputColumn, branch: string, sql: string): string =>
  column.name === ID ? `'${branch}' || ${sql}` : sql;

/** What a tracked query yields, its two last columns hidden. */
export function hideTracked(env: Env, source: Source): Source {
  if (!env.shared.tracked || source.hidden) return source;
  const columns = source.columns.slice(0, -hiddenColumns.length);
  return { ...source, columns, hidden: source.columns.slice(-hiddenColumns.length) };
}

/** SELECT of the delta of a view: its columns, then action, isupdate and row id. `null`: nothing was there before. */
export function trackedDelta(env: Env, viewId: number, added: Source, removed: Source | null): string {
  const [a, r] = [nextAlias(env, "d"), nextAlias(env, "d")];
  const columns = added.columns.map((c) => `${quoteName(c.sqlName)}, `).join("");
  const among = (other: string) => `${ID} IN (SELECT ${ID} FROM ${other})`;
  const rows = (from: string, action: string, isUpdate: string) =>
    `SELECT ${columns}'${action}' AS "METADATA$ACTION", ${isUpdate} AS "METADATA$ISUPDATE", md5('${viewId}:' || ${ID}) AS "METADATA$ROW_ID" FROM ${from}`;
  const part = (name: string, source: Source) =>
    `${name} AS (SELECT * FROM ${source.sql} AS ${name}x WHERE ${CHANGED})`;
  if (!removed) return `WITH ${part(a, added)} ${rows(a, "INSERT", "FALSE")}`;
  return `WITH ${part(a, added)}, ${part(r, removed)} ${rows(a, "INSERT", among(r))} UNION ALL ${rows(r, "DELETE", among(a))}`;
}

/** Every row as one that changed. */
export const allChanged = (source: Source): Source => ({
  ...source,
  sql: `(SELECT * REPLACE (TRUE AS ${CHANGED}) FROM ${source.sql})`,
});
