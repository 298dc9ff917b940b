/*
description: >-
  What happened in browsers, each message once.
owner: product
grain: one row for each message
key: [message_id]
within: [message_date]
cluster: [message_date]
columns:
  message_id: { type: "varchar", description: "Segment's messageId." }
  message_date: { type: "date", description: "Day on which it happened, UTC." }
  occurred_at: { type: "timestamp_ntz", description: "When it happened, UTC.", required: true }
  app: { type: "varchar", description: "website or console." }
  type: { type: "varchar", description: "identify, group, page or track." }
  name: { type: "varchar", description: "Event of a track, name of a page." }
  anonymous_id: { type: "varchar", description: "Browser." }
  user_id: { type: "varchar", description: "User of the product.", tags: [personal] }
  organization_id: { type: "varchar", description: "Organisation whose console it is." }
  feature: { type: "varchar", description: "Feature that was used." }
  element: { type: "varchar", description: "Element that was clicked." }
  error_code: { type: "varchar", description: "Error that was shown." }
tests:
  - volume: { column: message_date, days: 14 }
*/
select
  m.record_content:messageId::varchar as message_id,
  convert_timezone('UTC', try_to_timestamp_tz(m.record_content:timestamp::varchar))::timestamp_ntz as occurred_at,
  occurred_at::date as message_date,
  m.record_content:context.app.name::varchar as app,
  m.record_content:type::varchar as type,
  coalesce(m.record_content:event::varchar, m.record_content:name::varchar) as name,
  m.record_content:anonymousId::varchar as anonymous_id,
  m.record_content:userId::varchar as user_id,
  coalesce(m.record_content:groupId::varchar, m.record_content:context.groupId::varchar) as organization_id,
  m.record_content:properties.feature::varchar as feature,
  m.record_content:properties.element::varchar as element,
  m.record_content:properties.error_code::varchar as error_code
from raw.console.messages m
qualify row_number() over (partition by message_id order by occurred_at) = 1
