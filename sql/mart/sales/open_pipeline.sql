/*
description: The open pipeline as of the latest export.
owner: sales
grain: one row for each stage with open opportunities
key: [stage]
columns:
  stage: { type: varchar, description: "Stage of the sales process; (none) where the CRM has none." }
  opportunities: { type: "number(38,0)", description: "Open opportunities." }
  amount: { type: "number(18,2)", description: "Their value, US dollars." }
*/
select
  coalesce(o.stage, '(none)') as stage,
  count(*) as opportunities,
  sum(o.amount) as amount
from core.customer.opportunity o
where not o.is_closed and not o.is_deleted
group by coalesce(o.stage, '(none)')
