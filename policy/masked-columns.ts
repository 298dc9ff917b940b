import { quoted, quotedObject } from "../infra/names.ts";
import type { Column, Table, View } from "../infra/platform.ts";
import { type EngineResource, ifKnown, record, strings, text } from "./from-resources.ts";

/** Whether a column is masked. */
export type IsMasked = (relation: Table | View, column: Column) => boolean;

/**
 * What masks columns among the engine's resources: a tag on the column, its table, schema or database that has a masking
 * policy of the column's type, or a policy of its own. Source: "Tag-based masking policies". A view has no mask of its
 * own here: it is masked where the tables are that it shows, which the program's data tell.
 */
export function maskedByResources(resources: readonly EngineResource[]): IsMasked {
  const of = (type: string) => resources.filter((each) => each.type === `snowflake:index/${type}`);
  const types = new Map(
    of("maskingPolicy:MaskingPolicy").flatMap(({ props }): [string, string][] => {
      const id = nameOf(props);
      const type = ifKnown(() => text(record((props["arguments"] as unknown[])[0])["type"]));
      return id === undefined || type === undefined ? [] : [[id, typeName(type)]];
    }),
  );
  const tagTypes = new Map(
    of("tag:Tag").flatMap(({ props }): [string, Set<string>][] => {
      const id = nameOf(props);
      const masks = ifKnown(() => strings(props["maskingPolicies"])) ?? [];
      return id === undefined ? [] : [[id, new Set(masks.flatMap((mask) => types.get(mask) ?? []))]];
    }),
  );
  // Names of what is tagged, in one to four quoted parts, each with the types that its tags mask.
  const tagged = new Map<string, Set<string>>();
  for (const { props } of of("tagAssociation:TagAssociation")) {
    const masked = tagTypes.get(ifKnown(() => text(props["tagId"])) ?? "") ?? new Set<string>();
    for (const id of ifKnown(() => strings(props["objectIdentifiers"])) ?? [])
      tagged.set(id, new Set([...(tagged.get(id) ?? []), ...masked]));
  }
  const own = new Set(
    of("tableColumnMaskingPolicyApplication:TableColumnMaskingPolicyApplication").flatMap(({ props }) => {
      const table = ifKnown(() => text(props["table"]));
      const column = ifKnown(() => text(props["column"]));
      return table === undefined || column === undefined ? [] : [`${table}.${quoted(column)}`];
    }),
  );
  return (relation, column) => {
    if ("statement" in relation) return column.masking !== undefined;
    const table = quotedObject(relation);
    const id = `${table}.${quoted(column.name)}`;
    const holders = [id, table, quoted(relation.database, relation.schema), quoted(relation.database)];
    return own.has(id) || holders.some((each) => tagged.get(each)?.has(typeName(column.type)) === true);
  };
}

function nameOf(props: Record<string, unknown>): string | undefined {
  const [database, schema, name] = ["database", "schema", "name"].map((part) =>
    ifKnown(() => text(props[part])),
  );
  return database === undefined || schema === undefined || name === undefined
    ? undefined
    : quoted(database, schema, name);
}

const typeName = (type: string): string => type.split("(", 1)[0]!.trim().toUpperCase();
