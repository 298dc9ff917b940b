import type { Change } from "../catalog/catalog.ts";
import type { CatalogObject, Grant } from "../catalog/model.ts";

/**
 * Future grants that a new object gets. Those of its schema win over those of its database for the same kind.
 * Source: "GRANT <privileges> … Future grants on database or schema objects".
 */
export function futureGrantsFor(change: Change, object: CatalogObject): Grant[] {
  const { catalog } = change;
  const matching = (container: number) =>
    catalog.grantsOn(container).filter((g) => g.on.scope === "FUTURE" && g.on.kind === object.kind);
  const inParent = matching(object.parent);
  if (inParent.length > 0 || object.kind === "SCHEMA") return inParent;
  const parent = catalog.get(object.parent) ?? change.objects.get(object.parent);
  return parent?.kind === "SCHEMA" ? matching(parent.parent) : [];
}

/** Applies the future grants within the change that creates the object; returns it with its owner. */
export function applyFutureGrants<T extends CatalogObject>(change: Change, object: T): T {
  let made = object;
  for (const future of futureGrantsFor(change, object)) {
    if (future.privilege === "OWNERSHIP") {
      made = change.update(made as CatalogObject, { owner: future.grantee.id }) as T;
      continue;
    }
    change.grant({
      privilege: future.privilege,
      on: { scope: "OBJECT", kind: object.kind, id: object.id },
      grantee: future.grantee,
      grantOption: future.grantOption,
      grantedBy: future.grantedBy,
    });
  }
  return made;
}
