/*
description: >-
  Tickets of the help desk, in their latest state.
owner: customer_success
grain: one row for each ticket
key: [ticket_id]
columns:
  ticket_id: { type: "varchar", description: "The help desk's id." }
  account_id: { type: "varchar", description: "CRM account of the organisation." }
  organization_id: { type: "varchar", description: "Organisation that asks." }
  status: { type: "varchar", description: "new, open or solved." }
  priority: { type: "varchar", description: "Priority." }
  channel: { type: "varchar", description: "How it came." }
  requester_email: { type: "varchar", description: "Who asks.", tags: [personal] }
  satisfaction: { type: "number(38,0)", description: "Score that was given, 1 to 5." }
  created_at: { type: "timestamp_ntz", description: "When it was opened, UTC." }
  solved_at: { type: "timestamp_ntz", description: "When it was solved, UTC." }
  updated_at: { type: "timestamp_ntz", description: "When it came into this state, UTC.", required: true }
tests:
  - accepted_values: { column: status, values: [new, open, solved] }
  - not_null: account_id
*/
select
  t.record:ticket_id::varchar as ticket_id,
  o.account_id as account_id,
  t.record:org_id::varchar as organization_id,
  t.record:status::varchar as status,
  t.record:priority::varchar as priority,
  t.record:channel::varchar as channel,
  t.record:requester.email::varchar as requester_email,
  try_to_number(t.record:satisfaction.score::varchar) as satisfaction,
  convert_timezone('UTC', try_to_timestamp_tz(t.record:created_at::varchar))::timestamp_ntz as created_at,
  convert_timezone('UTC', try_to_timestamp_tz(t.record:solved_at::varchar))::timestamp_ntz as solved_at,
  convert_timezone('UTC', try_to_timestamp_tz(t.record:updated_at::varchar))::timestamp_ntz as updated_at
from raw.support.ticket t
left join core.customer.organization o on o.organization_id = t.record:org_id::varchar
qualify row_number() over (partition by ticket_id order by updated_at desc) = 1
