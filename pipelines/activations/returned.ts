/**
 * The models that tell what came back: for each activation, the newest state of every record of the target's export
 * that carries a version. They are models like any other.
 */
import type { ModelFile } from "../models/model.ts";
import { type ContractedTable, fieldText, fieldTime } from "../sources/contract.ts";
import type { Activation } from "./activation.ts";

export const returnedModel = (activation: Activation): string => `core.crm.returned_${activation.key}`;

/** The table that an activation comes back to; undefined where the stack has none. */
export const returnTable = (
  activation: Activation,
  contracted: readonly ContractedTable[],
): ContractedTable | undefined =>
  contracted.find(
    (table) => table.logical === `raw.${activation.returns.source}.${activation.returns.object}`,
  );

export function returnedModels(
  activations: readonly Activation[],
  contracted: readonly ContractedTable[],
): ModelFile[] {
  return activations.flatMap((activation) => {
    const table = returnTable(activation, contracted);
    if (table === undefined) return [];
    const { target } = activation;
    return [
      {
        path: `sql/${returnedModel(activation).replaceAll(".", "/")}.sql`,
        text: `/*
description: Records of ${target.object} as the CRM's export last had them, with the version that the activation ${activation.key} sent.
owner: ${activation.owner}
grain: one row for each external id that came back
key: [external_id]
columns:
  external_id: { type: varchar, description: "${target.object}.${target.externalId}." }
  version: { type: varchar, description: "${target.object}.${target.version}." }
  is_deleted: { type: boolean, description: "Deleted in the CRM." }
  modified_at: { type: timestamp_ntz, description: "When this state was made, UTC.", required: true }
*/
select
  ${fieldText(table, target.externalId, "r")} as external_id,
  ${fieldText(table, target.version, "r")} as version,
  coalesce(try_to_boolean(${fieldText(table, "IsDeleted", "r")}), false) as is_deleted,
  convert_timezone('UTC', ${fieldTime(table, table.contract.time, "r")})::timestamp_ntz as modified_at
from ${table.logical} r
where ${fieldText(table, target.externalId, "r")} is not null
  and ${fieldText(table, target.version, "r")} is not null
qualify row_number() over (partition by external_id order by modified_at desc) = 1
`,
      },
    ];
  });
}
