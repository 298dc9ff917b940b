/*
description: Deals, in their latest version.
owner: sales
grain: one row for each opportunity, deleted ones too
key: [opportunity_id]
columns:
  opportunity_id: { type: varchar, description: "The CRM's Opportunity Id." }
  account_id: { type: varchar, description: "Account that the deal is with." }
  name: { type: varchar, description: "Name of the deal." }
  stage: { type: varchar, description: "Stage of the sales process." }
  type: { type: varchar, description: "New Business or Existing Business." }
  amount: { type: "number(18,2)", description: "Value of the deal, US dollars." }
  close_date: { type: date, description: "Expected or actual day of closing." }
  is_closed: { type: boolean, description: "Won or lost." }
  is_won: { type: boolean, description: "Won." }
  is_partner_sourced: { type: boolean, description: "Found and sold with the partner programme." }
  is_deleted: { type: boolean, description: "Deleted in the CRM." }
  created_at: { type: timestamp_ntz, description: "When it was created, UTC." }
  modified_at: { type: timestamp_ntz, description: "When this version was made, UTC.", required: true }
tests:
  - relationship: { column: account_id, to: core.customer.account }
  - { holds: is_closed or not is_won, severity: blocking }
  - { holds: amount is null or amount >= 0, severity: blocking }
*/
select
  o.record:Id::varchar as opportunity_id,
  o.record:AccountId::varchar as account_id,
  o.record:Name::varchar as name,
  o.record:StageName::varchar as stage,
  o.record:Type::varchar as type,
  try_to_decimal(o.record:Amount::varchar, 18, 2) as amount,
  try_to_date(o.record:CloseDate::varchar) as close_date,
  coalesce(try_to_boolean(o.record:IsClosed::varchar), false) as is_closed,
  coalesce(try_to_boolean(o.record:IsWon::varchar), false) as is_won,
  coalesce(try_to_boolean(o.record:Partner_Sourced__c::varchar), false) as is_partner_sourced,
  coalesce(try_to_boolean(o.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(o.record:CreatedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as created_at,
  convert_timezone('UTC', try_to_timestamp_tz(o.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.opportunity o
where o.record:Id::varchar is not null
  and o.record:Id::varchar <> ''
  and try_to_timestamp_tz(o.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is not null
qualify row_number() over (partition by opportunity_id order by modified_at desc) = 1
