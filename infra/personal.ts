/**
 * Which columns hold personal data, and why: those that a header or a source's contract tags, raw ones that such a
 * column is read from, and those in which a value of one of these can be read (`Model.shows`). A column that its header
 * tags `not_personal` ends the way: somebody says that what is left of the value tells of no person.
 */
import type { Column, Platform } from "./platform.ts";

/** Tags that mark personal data. */
const PERSONAL = /^(pii|personal|sensitive)(\b|[_.:=-]|$)/i;
const NOT_PERSONAL = "not_personal";

/** Fields of a record that are personal; `all` where none is told apart. */
type Fields = Set<string> | "all";

interface Mark {
  why: string;
  fields: Fields;
}

export type PersonalInput = Pick<Platform, "tables" | "views" | "models">;

/** For each logical table or view its personal columns (upper-case names), each with the reason. */
export function personalColumns(platform: PersonalInput): Map<string, Map<string, string>> {
  const marks = new Marks();
  const cleared = new Set<string>();
  for (const relation of [...platform.tables, ...platform.views, ...platform.models])
    for (const column of relation.columns) {
      const id = `${relation.logical}.${column.name.toLowerCase()}`;
      if (isTagged(column)) marks.add(id, "tagged", new Set(column.personalFields), !column.personalFields);
      else if (column.tags.includes(NOT_PERSONAL)) cleared.add(id);
    }
  const modelled = new Set(platform.models.map((model) => model.logical));
  for (const model of platform.models)
    for (const column of model.columns.filter(isTagged))
      for (const source of shown(model, column.name)) {
        const { table, name, field } = splitColumn(source);
        // A whole record in a tagged column says nothing of its fields.
        if (modelled.has(table) || field === undefined) continue;
        const why = `read as ${model.logical}.${column.name.toLowerCase()}`;
        marks.add(`${table}.${name.toLowerCase()}`, why, new Set([field]), false);
      }
  for (const table of platform.tables)
    for (const column of table.columns) {
      if (column.sameAs === undefined || !marks.has(`${table.logical}.${column.sameAs.toLowerCase()}`))
        continue;
      const why = `the text of ${column.sameAs.toLowerCase()}`;
      marks.add(`${table.logical}.${column.name.toLowerCase()}`, why, new Set(), true);
    }
  for (let grew = true; grew; ) {
    grew = false;
    for (const model of platform.models)
      for (const [column, sources] of Object.entries(model.shows)) {
        const id = `${model.logical}.${column.toLowerCase()}`;
        if (cleared.has(id) || marks.has(id)) continue;
        const from = sources.find((source) => marks.isPersonal(source));
        if (from === undefined) continue;
        marks.add(id, `from ${from}`, new Set(), true);
        grew = true;
      }
  }
  return marks.byRelation();
}

class Marks {
  private readonly marks = new Map<string, Mark>();

  has = (id: string): boolean => this.marks.has(id);

  /** The first reason is kept; fields come together. */
  add(id: string, why: string, fields: Set<string>, all: boolean): void {
    const known = this.marks.get(id);
    if (known === undefined) this.marks.set(id, { why, fields: all ? "all" : fields });
    else if (all) known.fields = "all";
    else if (known.fields !== "all") for (const field of fields) known.fields.add(field);
  }

  /** Of a column, or of a field of its records. */
  isPersonal(source: string): boolean {
    const { table, name, field } = splitColumn(source);
    const mark = this.marks.get(`${table}.${name.toLowerCase()}`);
    if (mark === undefined) return false;
    return field === undefined || mark.fields === "all" || mark.fields.has(field);
  }

  byRelation(): Map<string, Map<string, string>> {
    const result = new Map<string, Map<string, string>>();
    for (const [id, { why }] of this.marks) {
      const { table, name } = splitColumn(id);
      const columns = result.get(table) ?? new Map<string, string>();
      result.set(table, columns.set(name.toUpperCase(), why));
    }
    return result;
  }
}

const isTagged = (column: Pick<Column, "tags">): boolean => column.tags.some((tag) => PERSONAL.test(tag));

const shown = (model: PersonalInput["models"][number], column: string): string[] =>
  model.shows[column.toLowerCase()] ?? model.shows[column] ?? [];

/** `raw.crm.lead.record:Email` as its table, its column and the field. */
export function splitColumn(path: string): { table: string; name: string; field?: string } {
  const colon = path.indexOf(":");
  const column = colon < 0 ? path : path.slice(0, colon);
  const at = column.lastIndexOf(".");
  return {
    table: column.slice(0, at),
    name: column.slice(at + 1),
    ...(colon < 0 ? {} : { field: path.slice(colon + 1) }),
  };
}
