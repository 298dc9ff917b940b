import { hasPrivilege, ownsObject, requirePrivilege, resolveObject } from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Cursor } from "./cursor.ts";
import { latest } from "./objects.ts";

export interface TagValue {
  name: string[];
  value: string;
}

/** `(tag = 'value', …)` or the same without parentheses, after TAG. */
export function readTagValues(cursor: Cursor): TagValue[] {
  const one = (): TagValue => {
    const name = cursor.name();
    cursor.expectSymbol("=");
    return { name, value: cursor.string() };
  };
  return cursor.seesSymbol("(") ? cursor.parenthesized(one) : cursor.commaSeparated(one);
}

/** Sets tags; needs APPLY TAG on the account, or APPLY on the tag (and a right on the object, checked before). */
export function setTags(
  ctx: StatementContext,
  change: Change,
  object: Pick<CatalogObject, "id">,
  values: readonly TagValue[],
  column: string | null = null,
): void {
  for (const { name, value } of values) {
    const tag = usableTag(ctx, name);
    const props = latest(change, tag).props;
    if (props.allowedValues && !props.allowedValues.includes(value))
      throw errors.compilation(
        "001420",
        "22023",
        `Tag value '${value}' is not in the allowed list for tag '${tag.name}'.`,
      );
    const assignments = props.assignments.filter((a) => a.objectId !== object.id || a.column !== column);
    assignments.push({ objectId: object.id, column, value });
    change.update(latest(change, tag), { props: { ...props, assignments } });
  }
}

export function unsetTags(
  ctx: StatementContext,
  change: Change,
  object: Pick<CatalogObject, "id">,
  names: readonly string[][],
  column: string | null = null,
): void {
  for (const name of names) {
    const tag = usableTag(ctx, name);
    const props = latest(change, tag).props;
    const assignments = props.assignments.filter((a) => a.objectId !== object.id || a.column !== column);
    change.update(latest(change, tag), { props: { ...props, assignments } });
  }
}

function usableTag(ctx: StatementContext, name: string[]): CatalogObject<"TAG"> {
  const tag = resolveObject(ctx, "TAG", name);
  if (!hasPrivilege(ctx, "APPLY TAG", "ACCOUNT") && !ownsObject(ctx, tag))
    requirePrivilege(ctx, "APPLY", tag);
  return tag;
}

/** Every tag set on the object (or one of its columns); inheritance from containers is the caller's. */
export function tagsOn(
  ctx: Pick<StatementContext, "services">,
  objectId: number,
  column: string | null = null,
): { tag: CatalogObject<"TAG">; value: string }[] {
  return ctx.services.catalog
    .listAll("TAG")
    .flatMap((tag) =>
      tag.props.assignments
        .filter((a) => a.objectId === objectId && a.column === column)
        .map((a) => ({ tag, value: a.value })),
    );
}
