import {
  currentSchema,
  fullName,
  printIdentifier,
  requirePrivilege,
  resolveObject,
} from "../access/index.ts";
import { type CatalogObject, type DerivedTable, type StoredTable, UNFINISHED } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { physicalTable } from "../storage/storage.ts";
import { type CreateName, changeCatalog, dropTree, latest } from "./objects.ts";
import type { Head } from "./registry.ts";

type Kind = StoredTable["kind"] | DerivedTable["kind"];

export interface PlaceFilled<K extends Kind> {
  kind: K;
  /** `Table`, `Dynamic table`: the answer's first words. */
  title: string;
  head: Head;
  name: CreateName;
  copyGrants: boolean;
  /** Makes the empty relation under the hidden name. */
  make(hidden: CreateName): Promise<unknown>;
  fill(made: CatalogObject<K>): Promise<unknown>;
}

/**
 * Makes a table that has rows from its beginning: it is filled under a hidden name, then takes the wanted one in one
 * change, so that a replaced table can be read by the query and a kill leaves either the old or the new.
 */
export async function placeFilled<K extends Kind>(
  ctx: StatementContext,
  options: PlaceFilled<K>,
): Promise<Outcome> {
  const { kind, head, name } = options;
  const { catalog } = ctx.services;
  const wanted = name.parts[name.parts.length - 1]!;
  if (checkReplace(ctx, kind, head, name) === "keep")
    return statusOutcome(`${printIdentifier(wanted)} already exists, statement succeeded.`);
  const hidden = `${UNFINISHED}${ctx.queryId}`;
  await options.make({ ...name, ifNotExists: false, parts: [...name.parts.slice(0, -1), hidden] });
  const made = catalog.listAll(kind).find((object) => object.name === hidden);
  if (!made) throw errors.internal("the new table is missing");
  try {
    await options.fill(made);
  } catch (error) {
    await changeCatalog(ctx, async (change) => {
      change.purge(made as CatalogObject);
      for (const grant of catalog.grantsOn(made.id)) change.revoke(grant.id);
      await change.connection.run(`DROP TABLE IF EXISTS ${physicalTable(made.id)}`);
    });
    throw error;
  }
  await changeCatalog(ctx, (change) => {
    const holder = holderOf(ctx, kind, head, made.parent, wanted);
    if (holder) {
      dropTree(ctx, change, holder);
      if (options.copyGrants)
        for (const grant of catalog.grantsOn(holder.id))
          if (grant.on.scope === "OBJECT")
            change.grant({ ...grant, on: { scope: "OBJECT", kind, id: made.id } });
    }
    change.update(latest(change, made), { name: wanted });
  });
  return statusOutcome(`${options.title} ${printIdentifier(wanted)} successfully created.`);
}

/** What holds the name that a table is to take: for a temporary one, only the session's own. */
const holderOf = (
  ctx: StatementContext,
  kind: Kind,
  head: Head,
  schemaId: number,
  name: string,
): CatalogObject | undefined =>
  head.modifiers.has("TEMPORARY")
    ? ctx.services.catalog.findTemporary(ctx.session.id, schemaId, name)
    : ctx.services.catalog.findInNamespace(kind, schemaId, name);

/** Fails early, before the query runs, when the name is taken. */
function checkReplace(ctx: StatementContext, kind: Kind, head: Head, name: CreateName): "keep" | "go" {
  const schema =
    name.parts.length === 1 ? currentSchema(ctx) : resolveObject(ctx, "SCHEMA", name.parts.slice(0, -1));
  const holder = holderOf(ctx, kind, head, schema.id, name.parts[name.parts.length - 1]!);
  if (!holder) return "go";
  if (name.ifNotExists && holder.kind === kind) return "keep";
  if (!head.orReplace) throw errors.objectExists(fullName(ctx, holder));
  if (holder.kind !== kind)
    throw errors.alreadyExists(holder.kind.replaceAll("_", " "), fullName(ctx, holder));
  requirePrivilege(ctx, "OWNERSHIP", holder);
  return "go";
}
