/*
description: >-
  Accounts without a paid plan whose use of the product says that sales should talk to them.
  Points: 50 for use on 3 of the last 7 days, 30 for 3 users on one day, 20 for growing or new use; 70 qualify.
  Accounts with an open opportunity are with sales already, and are none.
owner: growth
grain: one row for each account that qualifies
materialized: view
key: [account_id]
columns:
  account_id: { type: varchar, description: "CRM account.", required: true }
  qualified_on: { type: date, description: "Last day of use that counted.", required: true }
  score: { type: "number(38,0)", description: "Points, 70 to 100.", required: true }
  score_source: { type: varchar, description: "What made the score: rules, and their version.", required: true }
  reasons: { type: varchar, description: "Why, in words.", required: true }
  status: { type: varchar, description: "Open; the activation withdraws it.", required: true }
  has_opted_out: { type: boolean, description: "Every contact of the account has opted out of e-mail.", required: true }
*/
select
  p.account_id,
  p.as_of_day as qualified_on,
  (p.days_points + p.users_points + p.trend_points)::number(38, 0) as score,
  'rules-1' as score_source,
  'Active on ' || to_varchar(p.active_days_7_days) || ' of 7 days, up to ' || to_varchar(p.peak_daily_users_7_days) || ' users a day, use is ' || lower(p.trend) || '.' as reasons,
  'Open' as status,
  p.has_opted_out
from (
  select
    u.account_id,
    u.as_of_day,
    u.active_days_7_days,
    u.peak_daily_users_7_days,
    u.trend,
    case when u.active_days_7_days >= 3 then 50 else 0 end as days_points,
    case when u.peak_daily_users_7_days >= 3 then 30 else 0 end as users_points,
    case when u.trend in ('Growing', 'New') then 20 else 0 end as trend_points,
    coalesce(c.contacts = c.opted_out, false) as has_opted_out
  from mart.product.account_usage_summary u
  join (
    select r.account_id, max(case when r.plan in ('Business', 'Enterprise') then 1 else 0 end) as has_paid_plan
    from core.customer.organization r
    group by r.account_id
  ) g on g.account_id = u.account_id
  left join (
    select o.account_id, count(*) as opportunities
    from core.customer.opportunity o
    where not o.is_deleted and not o.is_closed
    group by o.account_id
  ) s on s.account_id = u.account_id
  left join (
    select k.account_id, count(*) as contacts, sum(case when k.has_opted_out then 1 else 0 end) as opted_out
    from core.customer.contact k
    where not k.is_deleted
    group by k.account_id
  ) c on c.account_id = u.account_id
  where g.has_paid_plan = 0
    and s.account_id is null
) p
where p.days_points + p.users_points + p.trend_points >= 70
