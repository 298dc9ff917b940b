/*
description: >-
  Days as of which a customer is looked at: the first of each month since it became one, and the day of the last export. What a customer was like on such a day is told from dated facts of that day and before, so the months before the first export count too.
owner: customer_success
grain: one row for each day as of which an account was a customer
materialized: view
columns:
  account_id: { type: varchar, description: "The account.", required: true }
  day: { type: date, description: "As of the end of this day, UTC.", required: true }
  last_day: { type: date, description: "Day of the last export: what happened until then is known.", required: true }
  customer_since: { type: date, description: "When its first deal was won.", required: true }
*/
select c.account_id, c.day, c.last_day, c.customer_since
from (
  select
    w.account_id,
    w.customer_since,
    l.last_day,
    h.churned_on,
    case when f.value::number(38, 0) = 0 then l.last_day else dateadd(month, f.value::number(38, 0), date_trunc(month, w.customer_since))::date end as day,
    f.value::number(38, 0) = 0 as is_last
  from (
    select o.account_id, min(o.close_date) as customer_since
    from core.customer.opportunity o
    where o.is_won and o.type = 'New Business' and o.account_id is not null
    group by o.account_id
  ) w
  join (select s.account_id, max(s.day) as last_day from core.snapshot.account_day s group by s.account_id) l on l.account_id = w.account_id
  left join (select e.account_id, min(e.churned_at)::date as churned_on from core.customer.churn e group by e.account_id) h on h.account_id = w.account_id
  , lateral flatten(input => array_generate_range(0, 61)) f
) c
where (c.is_last or c.day < c.last_day)
  and c.day >= c.customer_since
  and (c.churned_on is null or c.day < c.churned_on)
