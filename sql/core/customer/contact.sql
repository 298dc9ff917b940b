/*
description: >-
  People at companies, in their latest version.
owner: sales
grain: one row for each contact, deleted ones too
key: [contact_id]
columns:
  contact_id: { type: "varchar", description: "The CRM's Contact Id." }
  account_id: { type: "varchar", description: "Company that the person works for." }
  email: { type: "varchar", description: "Address.", tags: [personal] }
  title: { type: "varchar", description: "Job title." }
  has_opted_out: { type: "boolean", description: "Wants no e-mail." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
tests:
  - relationship: { column: account_id, to: core.customer.account }
*/
select
  c.record:Id::varchar as contact_id,
  c.record:AccountId::varchar as account_id,
  c.record:Email::varchar as email,
  c.record:Title::varchar as title,
  coalesce(try_to_boolean(c.record:HasOptedOutOfEmail::varchar), false) as has_opted_out,
  coalesce(try_to_boolean(c.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(c.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.contact c
qualify row_number() over (partition by contact_id order by modified_at desc) = 1
