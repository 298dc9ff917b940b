import { requirePrivilege } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { changeCatalog, EXECUTED, latest, renameObject } from "./objects.ts";
import { readTagValues, setTags, unsetTags } from "./tag-values.ts";

/**
 * The ALTER actions that every kind has: RENAME TO, SET/UNSET TAG, and SET/UNSET COMMENT when nothing else follows.
 * Undefined when the next words are something else. `privilege` besides OWNERSHIP may change comment and tags.
 */
export async function alterCommon(
  ctx: StatementContext,
  cursor: Cursor,
  object: CatalogObject,
  privilege = "OWNERSHIP",
): Promise<Outcome | undefined> {
  if (cursor.accept("RENAME", "TO")) {
    const target = cursor.name();
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", object);
    await changeCatalog(ctx, (change) => void renameObject(ctx, change, object, target));
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("SET", "TAG")) {
    const tags = readTagValues(cursor);
    cursor.expectEnd();
    requirePrivilege(ctx, privilege, object);
    await changeCatalog(ctx, (change) => setTags(ctx, change, object, tags));
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET", "TAG")) {
    const names = cursor.commaSeparated(() => cursor.name());
    cursor.expectEnd();
    requirePrivilege(ctx, privilege, object);
    await changeCatalog(ctx, (change) => unsetTags(ctx, change, object, names));
    return statusOutcome(EXECUTED);
  }
  const start = cursor.at;
  if (cursor.accept("SET", "COMMENT")) {
    cursor.acceptSymbol("=");
    const comment = cursor.string();
    if (!cursor.atEnd) {
      cursor.at = start;
      return undefined;
    }
    requirePrivilege(ctx, privilege, object);
    await changeCatalog(ctx, (change) => void change.update(latest(change, object), { comment }));
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET", "COMMENT")) {
    if (!cursor.atEnd) {
      cursor.at = start;
      return undefined;
    }
    requirePrivilege(ctx, privilege, object);
    await changeCatalog(ctx, (change) => void change.update(latest(change, object), { comment: null }));
    return statusOutcome(EXECUTED);
  }
  return undefined;
}
