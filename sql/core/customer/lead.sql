/*
description: >-
  People who showed interest, in their latest version.
owner: sales
grain: one row for each lead, deleted ones too
key: [lead_id]
columns:
  lead_id: { type: "varchar", description: "The CRM's Lead Id." }
  email: { type: "varchar", description: "Address as it was given.", tags: [personal] }
  company: { type: "varchar", description: "Company as it was given." }
  channel: { type: "varchar", description: "Channel that the lead came from." }
  status: { type: "varchar", description: "Status of the lead." }
  is_converted: { type: "boolean", description: "Turned into a contact of an account." }
  converted_on: { type: "date", description: "When it was turned into a contact, UTC." }
  contact_id: { type: "varchar", description: "Contact that it was turned into." }
  account_id: { type: "varchar", description: "Account that it was turned into." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM." }
  created_at: { type: "timestamp_ntz", description: "When it was created, UTC." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
tests:
  - relationship: { column: account_id, to: core.customer.account }
  - holds: is_converted or account_id is null
*/
select
  l.record:Id::varchar as lead_id,
  l.record:Email::varchar as email,
  l.record:Company::varchar as company,
  l.record:LeadSource::varchar as channel,
  l.record:Status::varchar as status,
  coalesce(try_to_boolean(l.record:IsConverted::varchar), false) as is_converted,
  try_to_date(l.record:ConvertedDate::varchar) as converted_on,
  l.record:ConvertedContactId::varchar as contact_id,
  l.record:ConvertedAccountId::varchar as account_id,
  coalesce(try_to_boolean(l.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(l.record:CreatedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as created_at,
  convert_timezone('UTC', try_to_timestamp_tz(l.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.lead l
qualify row_number() over (partition by lead_id order by modified_at desc) = 1
