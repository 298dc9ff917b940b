/*
description: >-
  How much each account uses the product: the last 7 and 28 days up to the last day that has events, whatever the calendar says.
  Trend compares the last 7 days with the average of the three weeks before: Growing from 120 %, Shrinking below 80 %.
owner: product
grain: one row for each account that was used within 28 days
materialized: view
key: [account_id]
columns:
  account_id: { type: varchar, description: "CRM account.", required: true }
  as_of_day: { type: date, description: "Last day that counts.", required: true }
  events_7_days: { type: "number(38,0)", description: "Unique events of the last 7 days.", required: true }
  events_28_days: { type: "number(38,0)", description: "Unique events of the last 28 days.", required: true }
  active_days_7_days: { type: "number(38,0)", description: "Days of the last 7 with an event.", required: true }
  active_days_28_days: { type: "number(38,0)", description: "Days of the last 28 with an event.", required: true }
  peak_daily_users_7_days: { type: "number(38,0)", description: "Most users on one of the last 7 days.", required: true }
  peak_daily_users_28_days: { type: "number(38,0)", description: "Most users on one of the last 28 days.", required: true }
  trend: { type: varchar, description: "Growing, Steady, Shrinking, or New where the weeks before had no event.", required: true }
  in_use: { type: boolean, description: "With an event within the last 7 days.", required: true }
*/
select
  u.account_id,
  u.as_of_day,
  u.events_7_days,
  u.events_28_days,
  u.active_days_7_days,
  u.active_days_28_days,
  u.peak_daily_users_7_days,
  u.peak_daily_users_28_days,
  case
    when u.events_28_days = u.events_7_days then 'New'
    when u.events_7_days * 3 >= (u.events_28_days - u.events_7_days) * 1.2 then 'Growing'
    when u.events_7_days * 3 < (u.events_28_days - u.events_7_days) * 0.8 then 'Shrinking'
    else 'Steady'
  end as trend,
  u.events_7_days > 0 as in_use
from (
  select
    a.account_id,
    max(m.as_of_day) as as_of_day,
    sum(case when d.day > dateadd(day, -7, m.as_of_day) then d.events else 0 end)::number(38, 0) as events_7_days,
    sum(d.events)::number(38, 0) as events_28_days,
    count(distinct case when d.day > dateadd(day, -7, m.as_of_day) then d.day end) as active_days_7_days,
    count(distinct d.day) as active_days_28_days,
    max(case when d.day > dateadd(day, -7, m.as_of_day) then d.active_users else 0 end)::number(38, 0) as peak_daily_users_7_days,
    max(d.active_users)::number(38, 0) as peak_daily_users_28_days
  from core.customer.account a
  join mart.product.daily_usage d on d.account_id = a.account_id
  join (select max(x.day) as as_of_day from mart.product.daily_usage x) m on d.day > dateadd(day, -28, m.as_of_day)
  where not a.is_deleted
  group by a.account_id
) u
