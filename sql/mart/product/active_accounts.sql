/*
description: How many accounts used the product, day by day.
owner: product
grain: one row for each day with at least one active account
key: [day]
columns:
  day: { type: date, description: "Day, UTC." }
  accounts: { type: "number(38,0)", description: "Accounts with at least one event." }
*/
select
  u.day,
  count(*) as accounts
from mart.product.daily_usage u
group by u.day
