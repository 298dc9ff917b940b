import type { ModelFile } from "../../../../pipelines/models/model.ts";

/** A model that keeps the latest version of each opportunity as it arrives. */
export const DEAL: ModelFile = {
  path: "sql/core/a/deal.sql",
  text: `/*
description: x
owner: sales
grain: one row for each deal
key: [id]
columns:
  id: { type: varchar, description: "x" }
  name: { type: varchar, description: "x" }
  version: { type: "number(38,0)", description: "x" }
*/
select
  r.record:Id::varchar as id,
  r.record:Name::varchar as name,
  r.record:Version::number(38, 0) as version
from raw.salesforce.opportunity r
where r.record:Id::varchar is not null and r.record:Version::number(38, 0) is not null
qualify row_number() over (partition by id order by version desc) = 1`,
};
