/*
description: >-
  The CRM's records that tie an organisation of the product to an account, in their latest version.
  An organisation may have several: a wrong link is deleted and another one made.
owner: sales
grain: one row for each record, deleted ones too
key: [record_id]
columns:
  record_id: { type: varchar, description: "The CRM's Id of the record." }
  organization_id: { type: varchar, description: "The product's id of the organisation." }
  account_id: { type: varchar, description: "The account that it belongs to." }
  plan: { type: varchar, description: "Plan: free, trial, or one of the paid ones." }
  seats: { type: "number(38,0)", description: "Seats that the plan includes." }
  status: { type: varchar, description: "Active, Inactive or Closed." }
  is_deleted: { type: boolean, description: "The link was withdrawn." }
  modified_at: { type: timestamp_ntz, description: "When this version was made, UTC.", required: true }
*/
select
  d.record:Id::varchar as record_id,
  d.record:Org_Id__c::varchar as organization_id,
  d.record:Account__c::varchar as account_id,
  d.record:Plan__c::varchar as plan,
  try_to_number(d.record:Seats__c::varchar) as seats,
  d.record:Status__c::varchar as status,
  coalesce(try_to_boolean(d.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(d.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.directory_org__c d
where d.record:Id::varchar is not null
  and d.record:Id::varchar <> ''
  and try_to_timestamp_tz(d.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is not null
qualify row_number() over (partition by record_id order by modified_at desc) = 1
