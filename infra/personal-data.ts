/** Which columns hold personal data: by their tags, and by lineage from tagged ones. */
import type { Platform } from "./platform.ts";

/** Tags that mark personal data. */
const PERSONAL = /^(pii|personal|sensitive)(\b|[_.:=-]|$)/i;

/** For each logical table or view its personal columns (upper-case names): tagged ones, and ones that come from such by lineage. */
export function personalColumns(
  platform: Pick<Platform, "tables" | "views" | "models">,
): Map<string, Map<string, string>> {
  const personal = new Map<string, Map<string, string>>();
  const mark = (logical: string, column: string, why: string): boolean => {
    const known = personal.get(logical) ?? new Map<string, string>();
    personal.set(logical, known);
    if (known.has(column.toUpperCase())) return false;
    known.set(column.toUpperCase(), why);
    return true;
  };
  for (const table of [...platform.tables, ...platform.views, ...platform.models])
    for (const column of table.columns)
      if (column.tags.some((tag) => PERSONAL.test(tag))) mark(table.logical, column.name, "tagged");
  for (let grew = true; grew; ) {
    grew = false;
    for (const model of platform.models)
      for (const [column, sources] of Object.entries(model.lineage))
        for (const source of sources) {
          const { table, name } = splitColumn(source);
          if (!personal.get(table)?.has(name.toUpperCase())) continue;
          grew = mark(model.logical, column, `from ${source}`) || grew;
        }
  }
  return personal;
}

/** `core.usage.event.event_id` as its table and its column. */
export function splitColumn(path: string): { table: string; name: string } {
  const at = path.lastIndexOf(".");
  return { table: path.slice(0, at), name: path.slice(at + 1) };
}
