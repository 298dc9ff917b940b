/*
description: >-
  Every lead as the CRM's export of each day had it, so that any two days can be compared.
owner: sales
grain: one row for each day and lead
key: [day, lead_id]
cluster: [day]
columns:
  day: { type: "date", description: "Day of the export, UTC: as its folder says, or else of the file." }
  lead_id: { type: "varchar", description: "The CRM's Id." }
  status: { type: "varchar", description: "Status of the lead on that day." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM by then." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
*/
select
  coalesce(try_to_date(split_part(split_part(x.file_name, 'dt=', 2), '/', 1)), x.file_last_modified::date) as day,
  x.record:Id::varchar as lead_id,
  x.record:Status::varchar as status,
  coalesce(try_to_boolean(x.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(x.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.lead x
where coalesce(try_to_date(split_part(split_part(x.file_name, 'dt=', 2), '/', 1)), x.file_last_modified::date) is not null
qualify row_number() over (partition by day, lead_id order by modified_at desc) = 1
