/*
description: >-
  What became of a customer in the 90 days after a day, once they have passed.
owner: customer_success
grain: one row for each account and day as of which it was a customer, 90 days or more before the last export
key: [account_id, day]
cluster: [day]
freshness: daily
columns:
  account_id: { type: varchar, description: "The account." }
  day: { type: date, description: "Day after which the 90 days begin, UTC." }
  churned: { type: boolean, description: "It left within 90 days." }
  expanded: { type: boolean, description: "A deal beyond the first was won within 90 days." }
*/
select
  b.account_id,
  b.day,
  coalesce(h.churned_on <= dateadd(day, 90, b.day), false) as churned,
  coalesce(e.won, 0) > 0 as expanded
from core.feature.customer_as_of b
join core.feature.customer f on f.account_id = b.account_id and f.day = b.day
left join (select c.account_id, min(c.churned_at)::date as churned_on from core.customer.churn c group by c.account_id) h on h.account_id = b.account_id
left join (
  select q.account_id, q.day, count(*) as won
  from core.feature.customer_as_of q
  join core.customer.opportunity o on o.account_id = q.account_id and o.is_won and o.type = 'Existing Business'
    and o.close_date > q.day and o.close_date <= dateadd(day, 90, q.day)
  where not o.is_deleted
  group by q.account_id, q.day
) e on e.account_id = b.account_id and e.day = b.day
where dateadd(day, 90, b.day) <= b.last_day
