import { KINDS } from "../access/index.ts";
import type { CatalogObject, ObjectKind } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import type { Cursor } from "./cursor.ts";
import { type DropOptions, dropObject } from "./objects.ts";
import { type CommandDef, command } from "./registry.ts";
import {
  containerNames,
  listForShow,
  ownerColumns,
  readShowOptions,
  type ShowColumns,
  type ShowOptions,
  type ShowRow,
  showOutcome,
  timeValue,
} from "./show.ts";

interface Facts {
  source: string;
  test: string;
  status?: CommandDef["status"];
  note?: string;
}

/** SHOW TERSE of schema objects. */
export const TERSE_COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["kind", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
];

/** Values that nearly every SHOW has: created_on, name, database_name, schema_name, owner, owner_role_type, comment. */
export function commonRow(ctx: StatementContext, object: CatalogObject): ShowRow {
  return {
    created_on: timeValue(object.createdOn),
    dropped_on: timeValue(object.droppedOn),
    name: object.name,
    comment: object.comment ?? "",
    ...containerNames(ctx, object),
    ...ownerColumns(ctx, object),
  };
}

/** SHOW <plural> for a kind: its columns, and what each object adds to the common row. */
export function showCommand<K extends ObjectKind>(
  kind: K,
  columns: ShowColumns,
  row: (ctx: StatementContext, object: CatalogObject<K>, options: ShowOptions) => ShowRow | Promise<ShowRow>,
  facts: Facts & {
    plural?: string;
    terse?: ShowColumns;
    history?: ShowColumns;
    filter?: (object: CatalogObject<K>) => boolean;
    /** A clause of its own before the end, and which objects it leaves. */
    clause?: (ctx: StatementContext, cursor: Cursor) => ((object: CatalogObject<K>) => boolean) | null;
    /** More objects than the catalogue lists, already visible to the role. */
    more?: (ctx: StatementContext, options: ShowOptions) => ShowRow[] | Promise<ShowRow[]>;
  },
): CommandDef {
  return command(
    "SHOW",
    facts.plural ?? KINDS[kind].plural,
    async (ctx, cursor, head) => {
      const options = readShowOptions(cursor, head.terse);
      const within = facts.clause?.(ctx, cursor) ?? (() => true);
      cursor.expectEnd();
      const objects = listForShow(ctx, kind, options).filter(
        (object) => (facts.filter?.(object) ?? true) && within(object),
      );
      const rows: ShowRow[] = [];
      for (const object of objects)
        rows.push({ ...commonRow(ctx, object), ...(await row(ctx, object, options)) });
      rows.push(...((await facts.more?.(ctx, options)) ?? []));
      const shown = head.terse
        ? (facts.terse ?? TERSE_COLUMNS)
        : options.history && facts.history
          ? facts.history
          : columns;
      return showOutcome(shown, rows, options);
    },
    facts,
  );
}

/** DROP <kind>. */
export function dropCommand<K extends ObjectKind>(
  kind: K,
  facts: Facts & { words?: string },
  options: Omit<DropOptions<K>, "kind"> = {},
): CommandDef {
  return command(
    "DROP",
    facts.words ?? KINDS[kind].words,
    (ctx, cursor) => dropObject(ctx, cursor, { kind, ...options }),
    facts,
  );
}

/** Columns of DESCRIBE INTEGRATION, STAGE (with parent), FILE FORMAT. */
export const PROPERTY_COLUMNS: ShowColumns = [
  ["property", "text"],
  ["property_type", "text"],
  ["property_value", "text"],
  ["property_default", "text"],
];
