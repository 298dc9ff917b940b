/*
description: >-
  Every account as the CRM's export of each day had it, so that any two days can be compared.
owner: sales
grain: one row for each day and account
key: [day, account_id]
cluster: [day]
columns:
  day: { type: "date", description: "Day of the export, UTC: as its folder says, or else of the file." }
  account_id: { type: "varchar", description: "The CRM's Id." }
  type: { type: "varchar", description: "Type of the account on that day." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM by then." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
*/
select
  coalesce(try_to_date(split_part(split_part(x.file_name, 'dt=', 2), '/', 1)), x.file_last_modified::date) as day,
  x.record:Id::varchar as account_id,
  x.record:Type::varchar as type,
  coalesce(try_to_boolean(x.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(x.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.account x
where coalesce(try_to_date(split_part(split_part(x.file_name, 'dt=', 2), '/', 1)), x.file_last_modified::date) is not null
qualify row_number() over (partition by day, account_id order by modified_at desc) = 1
