import { personalColumns } from "../../infra/personal.ts";
import type { Platform } from "../../infra/platform.ts";

/** How a reader sees a column. `pii` names why it counts as personal: its tag, or the tagged column that it comes from. */
export interface ColumnSight {
  sight: "clear" | "masked";
  pii?: string;
}

/** A function that says how someone with the given roles sees the columns of a table or view. */
export function sightOf(
  platform: Platform,
): (logical: string, roles: string[]) => Record<string, ColumnSight> {
  const personal = personalColumns(platform);
  const relations = new Map(
    [...platform.tables, ...platform.views].map((relation) => [relation.logical, relation]),
  );
  return (logical, roles) => {
    const relation = relations.get(logical);
    if (!relation) return {};
    return Object.fromEntries(
      relation.columns.map((column) => {
        const { masking } = column;
        const masked = masking !== undefined && !masking.unmasked.some((role) => roles.includes(role));
        const pii = personal.get(logical)?.get(column.name.toUpperCase());
        return [
          column.name,
          { sight: masked ? "masked" : "clear", ...(pii === undefined ? {} : { pii }) } satisfies ColumnSight,
        ];
      }),
    );
  };
}
