/*
description: >-
  The funnel of any day beside that of any earlier one.
owner: sales
grain: one row for each two days and stage
materialized: view
columns:
  day_before: { type: "date", description: "The earlier day." }
  day_after: { type: "date", description: "The later day." }
  stage: { type: "varchar", description: "Stage." }
  opportunities_before: { type: "number(38,0)", description: "Open deals then." }
  opportunities_after: { type: "number(38,0)", description: "Open deals later." }
  amount_change: { type: "number(18,2)", description: "Change of their value, US dollars." }
*/
select
  p.day_before,
  p.day_after,
  f.stage,
  sum(case when f.day = p.day_before then f.funnel_opportunities else 0 end)::number(38, 0) as opportunities_before,
  sum(case when f.day = p.day_after then f.funnel_opportunities else 0 end)::number(38, 0) as opportunities_after,
  sum(case when f.day = p.day_after then f.funnel_amount else -f.funnel_amount end)::number(18, 2) as amount_change
from (
  select a.day as day_before, b.day as day_after
  from (select distinct x.day from mart.sales.funnel_by_day x) a
  join (select distinct y.day from mart.sales.funnel_by_day y) b on b.day > a.day
) p
join mart.sales.funnel_by_day f on f.day = p.day_before or f.day = p.day_after
group by p.day_before, p.day_after, f.stage
