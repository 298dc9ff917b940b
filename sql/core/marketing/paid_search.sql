/*
description: >-
  Impressions, clicks and cost by day and keyword; the newest report of a row counts.
owner: marketing
grain: one row for each reported row
key: [row_id]
columns:
  row_id: { type: "varchar", description: "The platform's id of day and keyword." }
  day: { type: "date", description: "Day." }
  campaign: { type: "varchar", description: "Campaign." }
  keyword: { type: "varchar", description: "The keyword." }
  impressions: { type: "number(38,0)", description: "How often it was shown." }
  clicks: { type: "number(38,0)", description: "How often it was clicked." }
  cost: { type: "number(18,2)", description: "US dollars." }
  exported_at: { type: "timestamp_ntz", description: "When the report was made, UTC.", required: true }
tests:
  - holds: clicks <= impressions
*/
select
  a.record:row_id::varchar as row_id,
  try_to_date(a.record:date::varchar) as day,
  a.record:campaign::varchar as campaign,
  a.record:keyword::varchar as keyword,
  try_to_number(a.record:impressions::varchar) as impressions,
  try_to_number(a.record:clicks::varchar) as clicks,
  (try_to_number(a.record:cost_micros::varchar) / 1000000)::number(18, 2) as cost,
  convert_timezone('UTC', try_to_timestamp_tz(a.record:exported_at::varchar))::timestamp_ntz as exported_at
from raw.ads.paid_search a
qualify row_number() over (partition by row_id order by exported_at desc) = 1
