/*
description: >-
  Health of each customer, 0 to 100, by rules that anyone can follow. Use: 8 points for each active day of the last 5 at most (40).
  Adoption: most users on a day, as a share of the seats (30). Support: 15, less 5 for each open ticket and 10 for a bad rating among those of the account.
  Billing: 15, none with an overdue invoice. Healthy from 70, Watch from 40, else At Risk.
owner: customer_success
grain: one row for each customer
materialized: view
key: [account_id]
columns:
  account_id: { type: varchar, description: "CRM account.", required: true }
  health_score: { type: "number(38,0)", description: "Points, 0 to 100.", required: true }
  health_band: { type: varchar, description: "Healthy, Watch or At Risk.", required: true }
  reasons: { type: varchar, description: "The four parts, in words.", required: true }
  score_source: { type: varchar, description: "What made the score: rules, and their version.", required: true }
*/
select
  h.account_id,
  h.points as health_score,
  case when h.points >= 70 then 'Healthy' when h.points >= 40 then 'Watch' else 'At Risk' end as health_band,
  'Use ' || to_varchar(h.use_points) || '/40, adoption ' || to_varchar(h.adoption_points) || '/30, support ' || to_varchar(h.support_points) || '/15, billing ' || to_varchar(h.billing_points) || '/15' as reasons,
  'rules-1' as score_source
from (
  select
    p.account_id,
    p.use_points,
    p.adoption_points,
    p.support_points,
    p.billing_points,
    (p.use_points + p.adoption_points + p.support_points + p.billing_points)::number(38, 0) as points
  from (
    select
      a.account_id,
      (least(coalesce(u.active_days_7_days, 0), 5) * 8)::number(38, 0) as use_points,
      coalesce(round(least(u.peak_daily_users_7_days / nullif(g.seats, 0), 1) * 30), 0)::number(38, 0) as adoption_points,
      greatest(15 - coalesce(t.open_tickets, 0) * 5 - case when coalesce(t.bad_ratings, 0) > 0 then 10 else 0 end, 0)::number(38, 0) as support_points,
      case when coalesce(i.overdue, 0) > 0 then 0 else 15 end::number(38, 0) as billing_points
    from core.customer.account a
    left join mart.product.account_usage_summary u on u.account_id = a.account_id
    left join (
      select r.account_id, sum(r.seats) as seats
      from core.customer.organization r
      where r.status = 'Active'
      group by r.account_id
    ) g on g.account_id = a.account_id
    left join (
      select
        k.account_id,
        sum(case when k.status in ('new', 'open') then 1 else 0 end) as open_tickets,
        sum(case when k.satisfaction <= 2 then 1 else 0 end) as bad_ratings
      from core.support.ticket k
      group by k.account_id
    ) t on t.account_id = a.account_id
    left join (
      select n.account_id, sum(case when n.status = 'overdue' then 1 else 0 end) as overdue
      from core.finance.invoice n
      group by n.account_id
    ) i on i.account_id = a.account_id
    where a.type like 'Customer%' and not a.is_deleted
  ) p
) h
