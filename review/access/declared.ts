import type { Column, Platform } from "../../infra/platform.ts";

/** What is said of a column to be personal, or not to be, where that changes: masks and reviews rest on it. */
export interface DeclaredChange {
  /** `raw.crm.lead.record` */
  column: string;
  was: string;
  is: string;
}

/** Columns whose own declaration changes, new and dropped ones apart. */
export function compareDeclared(base: Platform, head: Platform): DeclaredChange[] {
  const before = declarations(base);
  return [...declarations(head)].flatMap(([column, is]): DeclaredChange[] => {
    const was = before.get(column);
    return was === undefined || was === is ? [] : [{ column, was, is }];
  });
}

/** A model's own columns say it; where there is no model, the table's. */
function declarations(platform: Platform): Map<string, string> {
  const found = new Map<string, string>();
  for (const relation of [...platform.tables, ...platform.views, ...platform.models])
    for (const column of relation.columns)
      found.set(`${relation.logical}.${column.name.toLowerCase()}`, wordsOf(column));
  return found;
}

function wordsOf({ tags, personalFields }: Column): string {
  const said = tags.length === 0 ? "nothing" : tags.toSorted().join(", ");
  return personalFields === undefined ? said : `${said}: ${personalFields.toSorted().join(", ")}`;
}
