/*
description: >-
  What users, agents and devices of the product did: each event once, whatever arrived how often,
  tied to the CRM account of its organisation. An organisation that is linked late corrects its earlier events.
owner: product
grain: one row for each event
key: [event_id]
within: [event_date]
cluster: [event_date]
columns:
  event_id: { type: varchar, description: "The product's id of the event." }
  event_date: { type: date, description: "Day on which it occurred, UTC." }
  organization_id: { type: varchar, description: "Organisation in which it occurred." }
  account_id: { type: varchar, description: "CRM account of the organisation; NULL while it is linked to none." }
  user_id: { type: varchar, description: "Who did it.", tags: [personal] }
  event_type: { type: varchar, description: "What was done." }
  occurred_at: { type: timestamp_ntz, description: "When it occurred, UTC." }
  received_at: { type: timestamp_ntz, description: "When the product received it, UTC." }
  properties: { type: variant, description: "What else is known, by event type." }
  kafka_partition: { type: "number(38,0)", description: "Where its record stands in the topic.", required: true }
  kafka_offset: { type: "number(38,0)", description: "Where its record stands in the partition.", required: true }
tests:
  - not_null: account_id        # organisations that no account is linked to
  - freshness: { column: occurred_at, within: 26 hours }
  - volume: { column: event_date, days: 14 }
  - reconciliation: { with: raw.product.events, column: event_date }
*/
select
  e.record_content:event_id::varchar as event_id,
  e.record_content:org_id::varchar as organization_id,
  o.account_id as account_id,
  e.record_content:user_id::varchar as user_id,
  e.record_content:event_type::varchar as event_type,
  convert_timezone('UTC', try_to_timestamp_tz(e.record_content:occurred_at::varchar))::timestamp_ntz as occurred_at,
  occurred_at::date as event_date,
  convert_timezone('UTC', try_to_timestamp_tz(e.record_content:received_at::varchar))::timestamp_ntz as received_at,
  e.record_content:properties as properties,
  e.record_metadata:partition::number(38, 0) as kafka_partition,
  e.record_metadata:offset::number(38, 0) as kafka_offset
from raw.product.events e
left join core.customer.organization o on o.organization_id = e.record_content:org_id::varchar
where e.record_content:event_id::varchar is not null
  and e.record_content:event_id::varchar <> ''
  and try_to_timestamp_tz(e.record_content:occurred_at::varchar) is not null
qualify row_number() over (partition by event_id order by kafka_partition, kafka_offset) = 1
