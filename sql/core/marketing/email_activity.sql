/*
description: >-
  What became of each e-mail, each activity once.
owner: marketing
grain: one row for each activity
key: [activity_id]
columns:
  activity_id: { type: "varchar", description: "The marketing tool's id." }
  type: { type: "varchar", description: "sent, delivered, bounced, opened, clicked or unsubscribed." }
  lead_id: { type: "varchar", description: "The CRM's lead." }
  email: { type: "varchar", description: "Address.", tags: [personal] }
  campaign: { type: "varchar", description: "Campaign." }
  occurred_at: { type: "timestamp_ntz", description: "When, UTC.", required: true }
*/
select
  a.record:activity_id::varchar as activity_id,
  a.record:type::varchar as type,
  a.record:crm_lead_id::varchar as lead_id,
  a.record:email::varchar as email,
  a.record:campaign::varchar as campaign,
  convert_timezone('UTC', try_to_timestamp_tz(a.record:occurred_at::varchar))::timestamp_ntz as occurred_at
from raw.marketing.email_activity a
qualify row_number() over (partition by activity_id order by occurred_at) = 1
