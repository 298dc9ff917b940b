import { errors } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import { readTagValues, type TagValue } from "./tag-values.ts";

/** A column in the list of CREATE [MATERIALIZED] VIEW. */
export interface ViewColumn {
  name: string;
  comment: string | null;
  masking: { name: string[]; using: string[] } | null;
  tags: TagValue[];
}

export function readViewColumn(cursor: Cursor): ViewColumn {
  const column: ViewColumn = { name: cursor.identifier(), comment: null, masking: null, tags: [] };
  for (;;) {
    if (cursor.accept("COMMENT")) {
      cursor.acceptSymbol("=");
      column.comment = cursor.string();
    } else if (cursor.accept("WITH", "MASKING", "POLICY") || cursor.accept("MASKING", "POLICY")) {
      const name = cursor.name();
      column.masking = {
        name,
        using: cursor.accept("USING") ? cursor.parenthesized(() => cursor.identifier()) : [],
      };
    } else if (cursor.accept("WITH", "TAG") || cursor.accept("TAG"))
      column.tags.push(...readTagValues(cursor));
    else if (cursor.sees("PROJECTION") || cursor.sees("WITH", "PROJECTION"))
      throw errors.unsupported("PROJECTION POLICY");
    else return column;
  }
}
