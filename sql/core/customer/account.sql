/*
description: Companies as the CRM knows them, in their latest version. Everything else is tied to account_id.
owner: sales
grain: one row for each account, deleted ones too
key: [account_id]
columns:
  account_id: { type: varchar, description: "The CRM's Account Id." }
  name: { type: varchar, description: "Name of the company." }
  type: { type: varchar, description: "Prospect, Customer, Former Customer, Channel Partner / Reseller …" }
  industry: { type: varchar, description: "Industry, as sales entered it." }
  country: { type: varchar, description: "Country of the billing address." }
  employees: { type: "number(38,0)", description: "Number of employees." }
  source: { type: varchar, description: "Channel that the account came from." }
  website_domain: { type: varchar, description: "Domain of the web site, without www." }
  is_deleted: { type: boolean, description: "Deleted in the CRM." }
  created_at: { type: timestamp_ntz, description: "When it was created, UTC." }
  modified_at: { type: timestamp_ntz, description: "When this version was made, UTC.", required: true }
tests:
  - not_null: name
*/
select
  a.record:Id::varchar as account_id,
  a.record:Name::varchar as name,
  a.record:Type::varchar as type,
  a.record:Industry::varchar as industry,
  a.record:BillingCountry::varchar as country,
  try_to_number(a.record:NumberOfEmployees::varchar) as employees,
  a.record:AccountSource::varchar as source,
  nullif(regexp_replace(lower(a.record:Website::varchar), '^https?://(www[.])?|/.*$', ''), '') as website_domain,
  coalesce(try_to_boolean(a.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(a.record:CreatedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as created_at,
  convert_timezone('UTC', try_to_timestamp_tz(a.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce.account a
where a.record:Id::varchar is not null
  and a.record:Id::varchar <> ''
  and try_to_timestamp_tz(a.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is not null
qualify row_number() over (partition by account_id order by modified_at desc) = 1
