import { requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject, ColumnDef, DerivedTable } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { changeCatalog, EXECUTED, latest } from "./objects.ts";
import { readRowAccess, resolveMasking, resolveRowAccess } from "./tables.ts";
import { readTagValues, setTags, unsetTags } from "./tag-values.ts";

/** Relations that follow from a query: their columns have policies, tags and comments, and nothing else to change. */
type Derived = CatalogObject<"VIEW"> | DerivedTable;

/** ADD and DROP ROW ACCESS POLICY, ALTER COLUMN of a view or dynamic table; undefined when something else follows. */
export async function alterRelation(
  ctx: StatementContext,
  cursor: Cursor,
  object: Derived,
): Promise<Outcome | undefined> {
  const put = async (rowAccessPolicy: Derived["props"]["rowAccessPolicy"]): Promise<Outcome> => {
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", object);
    await changeCatalog(ctx, (change) => {
      const current = latest(change, object as CatalogObject<"VIEW">);
      change.update(current, { props: { ...current.props, rowAccessPolicy } });
    });
    return statusOutcome(EXECUTED);
  };
  const added = () => {
    const access = readRowAccess(cursor);
    if (!access) throw cursor.syntaxError();
    return resolveRowAccess(ctx, access, object.props.columns);
  };
  if (cursor.accept("ADD")) return put(added());
  if (cursor.accept("DROP", "ALL", "ROW", "ACCESS", "POLICIES")) return put(undefined);
  if (cursor.accept("DROP", "ROW", "ACCESS", "POLICY")) {
    resolveObject(ctx, "ROW_ACCESS_POLICY", cursor.name());
    if (!cursor.acceptSymbol(",")) return put(undefined);
    cursor.expect("ADD");
    return put(added());
  }
  if (cursor.accept("ALTER") || cursor.accept("MODIFY")) return alterColumn(ctx, cursor, object);
  return undefined;
}

async function alterColumn(ctx: StatementContext, cursor: Cursor, object: Derived): Promise<Outcome> {
  requirePrivilege(ctx, "OWNERSHIP", object);
  cursor.accept("COLUMN");
  const name = cursor.identifier();
  if (!object.props.columns.some((column) => column.name === name)) throw errors.invalidIdentifier(name);
  const put = async (next: (column: ColumnDef) => ColumnDef) => {
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => {
      const current = latest(change, object as CatalogObject<"VIEW">);
      const columns = current.props.columns.map((column) => (column.name === name ? next(column) : column));
      change.update(current, { props: { ...current.props, columns } });
    });
  };
  if (cursor.accept("SET", "MASKING", "POLICY")) {
    const policy = cursor.name();
    const using = cursor.accept("USING") ? cursor.parenthesized(() => cursor.identifier()) : [];
    cursor.accept("FORCE");
    const masking = resolveMasking(ctx, { name: policy, using }, name);
    await put((column) => ({ ...column, ...masking }));
  } else if (cursor.accept("UNSET", "MASKING", "POLICY"))
    await put(({ maskingPolicyId: _, maskingPolicyColumns: __, ...rest }) => rest);
  else if (cursor.accept("SET", "TAG")) {
    const tags = readTagValues(cursor);
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => setTags(ctx, change, object, tags, name));
  } else if (cursor.accept("UNSET", "TAG")) {
    const names = cursor.commaSeparated(() => cursor.name());
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => unsetTags(ctx, change, object, names, name));
  } else if (object.kind === "DYNAMIC_TABLE" && cursor.accept("UNSET", "COMMENT"))
    await put((column) => ({ ...column, comment: null }));
  else if (object.kind === "DYNAMIC_TABLE" && cursor.accept("COMMENT")) {
    const comment = cursor.string();
    await put((column) => ({ ...column, comment }));
  } else throw cursor.syntaxError();
  return statusOutcome(EXECUTED);
}
