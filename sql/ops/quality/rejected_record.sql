/*
description: Records that broke the contract of their source, as they came. Nothing that arrives is lost.
owner: data
grain: one row for each record that was refused
key: [source, origin]
columns:
  source: { type: varchar, description: "Source and object, e.g. salesforce_account." }
  origin: { type: varchar, description: "File and line, or topic, partition and offset." }
  reason: { type: varchar, description: "not_json, missing_key or bad_timestamp; the first that holds." }
  raw_text: { type: varchar, description: "The record's text.", tags: [personal] }
*/
select
  'salesforce_account' as source,
  r.file_name || ':' || to_varchar(r.file_row_number) as origin,
  case
    when r.record is null then 'not_json'
    when coalesce(r.record:Id::varchar, '') = '' then 'missing_key'
    else 'bad_timestamp'
  end as reason,
  r.line as raw_text
from raw.salesforce.account r
where r.record is null
  or coalesce(r.record:Id::varchar, '') = ''
  or try_to_timestamp_tz(r.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is null
union all
select
  'salesforce_contact' as source,
  r.file_name || ':' || to_varchar(r.file_row_number) as origin,
  case
    when r.record is null then 'not_json'
    when coalesce(r.record:Id::varchar, '') = '' then 'missing_key'
    else 'bad_timestamp'
  end as reason,
  r.line as raw_text
from raw.salesforce.contact r
where r.record is null
  or coalesce(r.record:Id::varchar, '') = ''
  or try_to_timestamp_tz(r.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is null
union all
select
  'salesforce_lead' as source,
  r.file_name || ':' || to_varchar(r.file_row_number) as origin,
  case
    when r.record is null then 'not_json'
    when coalesce(r.record:Id::varchar, '') = '' then 'missing_key'
    else 'bad_timestamp'
  end as reason,
  r.line as raw_text
from raw.salesforce.lead r
where r.record is null
  or coalesce(r.record:Id::varchar, '') = ''
  or try_to_timestamp_tz(r.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is null
union all
select
  'salesforce_opportunity' as source,
  r.file_name || ':' || to_varchar(r.file_row_number) as origin,
  case
    when r.record is null then 'not_json'
    when coalesce(r.record:Id::varchar, '') = '' then 'missing_key'
    else 'bad_timestamp'
  end as reason,
  r.line as raw_text
from raw.salesforce.opportunity r
where r.record is null
  or coalesce(r.record:Id::varchar, '') = ''
  or try_to_timestamp_tz(r.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is null
union all
select
  'salesforce_directory_org__c' as source,
  r.file_name || ':' || to_varchar(r.file_row_number) as origin,
  case
    when r.record is null then 'not_json'
    when coalesce(r.record:Id::varchar, '') = '' then 'missing_key'
    else 'bad_timestamp'
  end as reason,
  r.line as raw_text
from raw.salesforce.directory_org__c r
where r.record is null
  or coalesce(r.record:Id::varchar, '') = ''
  or try_to_timestamp_tz(r.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') is null
union all
select
  'product_events' as source,
  coalesce(r.record_metadata:topic::varchar, '?')
    || '/' || coalesce(r.record_metadata:partition::varchar, '?')
    || '/' || coalesce(r.record_metadata:offset::varchar, '?') as origin,
  case
    when coalesce(r.record_content:event_id::varchar, '') = '' then 'missing_key'
    else 'bad_timestamp'
  end as reason,
  to_json(r.record_content) as raw_text
from raw.product.events r
where coalesce(r.record_content:event_id::varchar, '') = ''
  or try_to_timestamp_tz(r.record_content:occurred_at::varchar) is null
union all
select
  'product_events' as source,
  coalesce(get(r.record_metadata:headers, '__connect.errors.topic')::varchar, '?')
    || '/' || coalesce(get(r.record_metadata:headers, '__connect.errors.partition')::varchar, '?')
    || '/' || coalesce(get(r.record_metadata:headers, '__connect.errors.offset')::varchar, '?') as origin,
  'not_json' as reason,
  r.record_content::varchar as raw_text
from raw.product.dead_letters r
