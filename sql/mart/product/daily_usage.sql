/*
description: How much each account used the product, day by day.
owner: product
grain: one row for each day and account with at least one event
key: [day, account_id]
cluster: [day]
columns:
  day: { type: date, description: "Day, UTC." }
  account_id: { type: varchar, description: "CRM account." }
  events: { type: "number(38,0)", description: "Unique events." }
  active_users: { type: "number(38,0)", description: "Users with at least one event." }
*/
select
  e.event_date as day,
  e.account_id,
  count(*) as events,
  count(distinct e.user_id) as active_users
from core.usage.event e
where e.account_id is not null
group by e.event_date, e.account_id
