import { applyFutureGrants, KINDS, printName } from "../access/index.ts";
import type { Change } from "../catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject, type ObjectKind, type StoredTable } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import { createPhysicalTable, readPosition, tablesPosition } from "../sql/index.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable } from "../storage/storage.ts";
import { type StreamPosition, writePosition } from "../storage/transaction.ts";
import type { Cursor } from "./cursor.ts";
import { isBeforeCreation, type Moment, readMoment, versionAt } from "./moment.ts";
import { createPhysicalLike } from "./physical.ts";

/** `CLONE source [AT | BEFORE (…)]`. */
export interface CloneSource {
  name: string[];
  /** What the clone shows; null for now. */
  at: Moment | null;
  /** Are tables left out that did not exist at the moment? */
  ignoresTables: boolean;
}

/** Reads a CLONE clause, if there is one. Source: "CREATE <object> … CLONE". */
export async function readCloneSource(
  ctx: StatementContext,
  cursor: Cursor,
): Promise<CloneSource | undefined> {
  if (!cursor.accept("CLONE")) return undefined;
  const name = cursor.name();
  const kind = cursor.acceptOneOf("AT", "BEFORE");
  const at = kind ? await readMoment(ctx, cursor, kind) : null;
  const ignoresTables = cursor.accept("IGNORE", "TABLES", "WITH", "INSUFFICIENT", "DATA", "RETENTION");
  // There are no hybrid tables.
  cursor.accept("IGNORE", "HYBRID", "TABLES");
  return { name, at, ignoresTables };
}

/**
 * Copies a table's rows, as they were at the moment, into a new physical table (version 0: there before any commit).
 * A moment before the table existed is an error, as Time Travel's.
 */
export async function cloneRows(
  ctx: StatementContext,
  change: Change,
  from: StoredTable,
  to: StoredTable,
  at: CloneSource["at"],
): Promise<void> {
  const version = at
    ? await versionAt(ctx, change.connection, from, at)
    : (ctx.services.versions.snapshot().get(from.id) ?? 0);
  const columns = from.props.columns.map((c) => `"${c.name.replaceAll('"', '""')}"`).join(", ");
  const live = `${BEGIN_VERSION} <= ${version} AND (${END_VERSION} IS NULL OR ${END_VERSION} > ${version})`;
  await change.connection.run(
    `INSERT INTO ${physicalTable(to.id)} (${columns}, ${BEGIN_VERSION}) SELECT ${columns}, 0 ` +
      `FROM ${physicalTable(from.id)} WHERE ${live}`,
  );
}

/** Kinds that come along when their container is cloned, in an order in which references exist. */
const CLONED: readonly ObjectKind[] = [
  "SEQUENCE",
  "FILE_FORMAT",
  "TAG",
  "MASKING_POLICY",
  "ROW_ACCESS_POLICY",
  "STAGE",
  "TABLE",
  "DYNAMIC_TABLE",
  "MATERIALIZED_VIEW",
  "VIEW",
  "FUNCTION",
  "PROCEDURE",
  "STREAM",
  "TASK",
  "PIPE",
];

/**
 * Clones what a database or schema holds into a new one. Tasks come suspended, pipes paused, internal stages not at
 * all; the children keep their grants. Source: "CREATE <object> … CLONE".
 */
export async function cloneContents(
  ctx: StatementContext,
  change: Change,
  from: CatalogObject,
  to: CatalogObject,
  source: CloneSource,
): Promise<void> {
  const ids = new Map<number, number>([[from.id, to.id]]);
  const copies: { original: CatalogObject; copy: CatalogObject }[] = [];
  const copyObject = (original: CatalogObject, parent: number): CatalogObject => {
    const { id: _, createdOn: __, droppedOn: ___, ...fields } = original;
    const copy = change.create({ ...fields, parent } as never) as CatalogObject;
    ids.set(original.id, copy.id);
    copies.push({ original, copy });
    for (const grant of ctx.services.catalog.grantsOn(original.id))
      if (grant.on.scope === "OBJECT")
        change.grant({
          privilege: grant.privilege,
          on: { scope: "OBJECT", kind: copy.kind, id: copy.id },
          grantee: grant.grantee,
          grantOption: grant.grantOption,
          grantedBy: grant.grantedBy,
        });
    return applyFutureGrants(change, copy);
  };
  const fill = async (original: CatalogObject, copy: CatalogObject) => {
    for (const kind of CLONED)
      for (const child of ctx.services.catalog.list(kind, original.id)) {
        if (child.kind === "STAGE" && (child as CatalogObject<"STAGE">).props.url === null) continue;
        if (child.kind === "TABLE" && (child as CatalogObject<"TABLE">).props.tableKind === "TEMPORARY")
          continue;
        if (source.ignoresTables && source.at && child.kind === "TABLE")
          if (isBeforeCreation(child as unknown as StoredTable, source.at)) continue;
        const made = copyObject(child, copy.id);
        if (child.kind === "TABLE" || child.kind === "DYNAMIC_TABLE") {
          const table = child as unknown as StoredTable;
          await createPhysicalLike(change.connection, child.id, made.id, table.props.columns);
          await cloneRows(ctx, change, table, made as unknown as StoredTable, source.at);
        }
        // Its rows follow: until then it is read through its query.
        if (child.kind === "MATERIALIZED_VIEW")
          await createPhysicalTable(
            change.connection,
            made.id,
            (child as CatalogObject<"MATERIALIZED_VIEW">).props.columns,
          );
        if (child.kind === "DYNAMIC_TABLE")
          await ctx.services.runtime.dynamicTables.cloned(change.connection, child.id, made.id);
      }
  };
  if (from.kind === "DATABASE")
    for (const schema of ctx.services.catalog.list("SCHEMA", from.id)) {
      const made = copyObject(schema, to.id);
      if (schema.name !== "INFORMATION_SCHEMA") await fill(schema, made);
    }
  else await fill(from, to);
  const newId = <T extends number | null>(id: T): T => (id === null ? id : ((ids.get(id) ?? id) as T));
  for (const { original, copy } of copies) await remap(ctx, change, original, copy, newId);
}

/** References between cloned objects point to the clones; what runs by itself is stopped. */
async function remap(
  ctx: StatementContext,
  change: Change,
  original: CatalogObject,
  copy: CatalogObject,
  newId: <T extends number | null>(id: T) => T,
): Promise<void> {
  const context = (c: { databaseId: number | null; schemaId: number | null }) => ({
    databaseId: newId(c.databaseId),
    schemaId: newId(c.schemaId),
  });
  const put = (props: object) => void change.update(copy, { props: { ...copy.props, ...props } as never });
  switch (copy.kind) {
    case "VIEW": {
      const { props } = copy as CatalogObject<"VIEW">;
      return put({ context: context(props.context) });
    }
    case "MATERIALIZED_VIEW": {
      const { props } = copy as CatalogObject<"MATERIALIZED_VIEW">;
      const sourceId = newId(props.sourceId);
      const moved = change.objects.get(sourceId);
      return put({
        context: context(props.context),
        sourceId,
        source: { ...props.source, name: moved ? changedName(change, moved) : props.source.name },
      });
    }
    case "DYNAMIC_TABLE": {
      const { props } = copy as CatalogObject<"DYNAMIC_TABLE">;
      const on = change.now;
      return put({
        context: context(props.context),
        isClone: true,
        suspended: { reason: "CLONED_AUTO_SUSPENDED", on },
        lastSuspendedOn: on,
      });
    }
    case "TASK": {
      const { props } = copy as CatalogObject<"TASK">;
      return put({
        state: "suspended",
        predecessors: props.predecessors.map(newId),
        finalizes: newId(props.finalizes),
        context: context(props.context),
      });
    }
    case "PIPE": {
      const { props } = copy as CatalogObject<"PIPE">;
      return put({
        paused: true,
        tableId: newId(props.tableId),
        stageId: newId(props.stageId),
        context: context(props.context),
      });
    }
    case "STREAM": {
      const { props } = copy as CatalogObject<"STREAM">;
      const sourceId = newId(props.sourceId);
      const at = (id: number) => ctx.services.versions.snapshot().get(id) ?? 0;
      const position: StreamPosition = {
        version: sourceId === props.sourceId ? at(sourceId) : 0,
        more: null,
      };
      const baseIds = props.baseIds?.map(newId);
      if (baseIds) {
        // The copied view may name the tables of old too. What is cloned begins anew.
        const versions = new Map(props.baseIds!.map((id) => [id, at(id)]));
        for (const id of baseIds) if (!versions.has(id)) versions.set(id, 0);
        Object.assign(position, tablesPosition(versions));
      } else if (props.sourceKind === "STAGE") {
        const before = await readPosition(change.connection, original.id);
        if (before) Object.assign(position, before);
      }
      await writePosition(change.connection, copy.id, position, change.now);
      return put({ sourceId, ...(baseIds ? { baseIds } : {}) });
    }
    case "TABLE": {
      const { props } = copy as CatalogObject<"TABLE">;
      return put({
        columns: props.columns.map((column) =>
          column.maskingPolicyId === undefined
            ? column
            : { ...column, maskingPolicyId: newId(column.maskingPolicyId) },
        ),
      });
    }
    default:
      return;
  }
}

/** Full name of an object that this change makes. */
function changedName(change: Change, object: CatalogObject): string {
  const parts = [object.name];
  for (let at = object.parent; at !== ACCOUNT_ID; ) {
    const container = change.objects.get(at) ?? change.catalog.get(at);
    if (!container) break;
    parts.unshift(container.name);
    at = container.parent;
  }
  return printName(parts);
}

/** Can the kind be cloned by itself? */
export const isClonable = (kind: ObjectKind): boolean =>
  KINDS[kind].scope === "SCHEMA" && CLONED.includes(kind);
