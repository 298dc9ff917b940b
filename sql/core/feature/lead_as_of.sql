/*
description: >-
  Days as of which a lead is looked at while it is not converted: the first of each month since it was created, and the day of the last export. Months, not ages, so that those of the past are as those of now.
owner: sales
grain: one row for each day as of which a lead was there and not converted
materialized: view
columns:
  lead_id: { type: varchar, description: "The lead.", required: true }
  day: { type: date, description: "As of the end of this day, UTC.", required: true }
  last_day: { type: date, description: "Day of the last export: what happened until then is known.", required: true }
  created_on: { type: date, description: "When it was created, UTC.", required: true }
*/
select c.lead_id, c.day, c.last_day, c.created_on
from (
  select
    d.lead_id,
    d.created_at::date as created_on,
    d.converted_on,
    case when d.is_deleted then d.modified_at::date end as deleted_on,
    l.last_day,
    case when f.value::number(38, 0) = 0 then l.last_day else dateadd(month, f.value::number(38, 0), date_trunc(month, d.created_at))::date end as day,
    f.value::number(38, 0) = 0 as is_last
  from core.customer.lead d
  join (select s.lead_id, max(s.day) as last_day from core.snapshot.lead_day s group by s.lead_id) l on l.lead_id = d.lead_id
  , lateral flatten(input => array_generate_range(0, 61)) f
  where d.created_at is not null
) c
where (c.is_last or c.day < c.last_day)
  and c.day >= c.created_on
  and (c.converted_on is null or c.day < c.converted_on)
  and (c.deleted_on is null or c.day < c.deleted_on)
