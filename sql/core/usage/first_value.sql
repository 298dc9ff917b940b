/*
description: >-
  How long an organisation took from its sign-up to its first value: a directory that is connected.
owner: growth
grain: one row for each organisation that connected a directory
key: [organization_id]
columns:
  organization_id: { type: "varchar", description: "Organisation." }
  account_id: { type: "varchar", description: "CRM account." }
  signed_up_at: { type: "timestamp_ntz", description: "When it signed up, UTC; NULL where the form is not known." }
  first_value_at: { type: "timestamp_ntz", description: "When it first connected a directory, UTC." }
  seconds: { type: "number(38,0)", description: "Time between the two." }
*/
select
  m.organization_id,
  max(o.account_id) as account_id,
  min(t.touched_at) as signed_up_at,
  min(m.occurred_at) as first_value_at,
  datediff(second, min(t.touched_at), min(m.occurred_at)) as seconds
from core.usage.message m
left join core.marketing.touch t on t.organization_id = m.organization_id
left join core.customer.organization o on o.organization_id = m.organization_id
where m.name = 'Directory Connected' and m.organization_id is not null
group by m.organization_id
