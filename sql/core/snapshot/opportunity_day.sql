/*
description: >-
  Every opportunity as the CRM's export of each day had it, so that any two days can be compared.
owner: sales
grain: one row for each day and opportunity
key: [day, opportunity_id]
cluster: [day]
columns:
  day: { type: "date", description: "Day of the export, UTC: as its folder says, or else of the file." }
  opportunity_id: { type: "varchar", description: "The CRM's Id." }
  account_id: { type: "varchar", description: "Account of the deal." }
  stage: { type: "varchar", description: "Stage on that day." }
  forecast_category: { type: "varchar", description: "Forecast category on that day." }
  amount: { type: "number(18,2)", description: "Value on that day, US dollars." }
  probability: { type: "number(38,0)", description: "Probability in per cent on that day." }
  close_date: { type: "date", description: "Expected or actual day of closing, as known on that day." }
  is_closed: { type: "boolean", description: "Won or lost by then." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM by then." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
*/
select
  coalesce(try_to_date(split_part(split_part(x.file_name, 'dt=', 2), '/', 1)), x.file_last_modified::date) as day,
  x.record:Id::varchar as opportunity_id,
  x.record:AccountId::varchar as account_id,
  x.record:StageName::varchar as stage,
  x.record:ForecastCategoryName::varchar as forecast_category,
  try_to_decimal(x.record:Amount::varchar, 18, 2) as amount,
  try_to_number(x.record:Probability::varchar) as probability,
  try_to_date(x.record:CloseDate::varchar) as close_date,
  coalesce(try_to_boolean(x.record:IsClosed::varchar), false) as is_closed,
  coalesce(try_to_boolean(x.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(x.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.opportunity x
where coalesce(try_to_date(split_part(split_part(x.file_name, 'dt=', 2), '/', 1)), x.file_last_modified::date) is not null
qualify row_number() over (partition by day, opportunity_id order by modified_at desc) = 1
