/*
description: >-
  Campaigns, in their latest version.
owner: marketing
grain: one row for each campaign
key: [campaign_id]
columns:
  campaign_id: { type: "varchar", description: "The CRM's Campaign Id." }
  name: { type: "varchar", description: "Name." }
  type: { type: "varchar", description: "Type." }
  utm_campaign: { type: "varchar", description: "What its links carry." }
  budget: { type: "number(18,2)", description: "Budgeted cost, US dollars." }
  cost: { type: "number(18,2)", description: "Actual cost, US dollars." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
*/
select
  c.record:Id::varchar as campaign_id,
  c.record:Name::varchar as name,
  c.record:Type::varchar as type,
  c.record:Utm_Campaign__c::varchar as utm_campaign,
  try_to_decimal(c.record:BudgetedCost::varchar, 18, 2) as budget,
  try_to_decimal(c.record:ActualCost::varchar, 18, 2) as cost,
  coalesce(try_to_boolean(c.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(c.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce_campaigns.campaign c
qualify row_number() over (partition by campaign_id order by modified_at desc) = 1
