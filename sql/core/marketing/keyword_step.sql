/*
description: >-
  Leads and opportunities by the keyword of the first visit that led to them.
owner: marketing
grain: one row for each lead or opportunity that began with a keyword
key: [step, record_id]
columns:
  step: { type: "varchar", description: "lead or opportunity." }
  record_id: { type: "varchar", description: "Lead Id or Opportunity Id." }
  keyword: { type: "varchar", description: "The keyword." }
  is_won: { type: "boolean", description: "Won." }
  amount: { type: "number(18,2)", description: "Value, US dollars." }
*/
select 'lead' as step, l.lead_id as record_id, max(f.keyword) as keyword, false as is_won, 0::number(18, 2) as amount
from core.customer.lead l
join core.customer.identity_link k on k.lead_id = l.lead_id
join core.marketing.first_visit f on f.anonymous_id = k.anonymous_id
where not l.is_deleted and f.keyword is not null
group by l.lead_id
union all
select 'opportunity' as step, o.opportunity_id as record_id, p.first_keyword as keyword, o.is_won, o.amount
from core.customer.opportunity o
join core.marketing.opportunity_touch p on p.opportunity_id = o.opportunity_id
where p.first_keyword is not null and not o.is_deleted
