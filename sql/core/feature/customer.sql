/*
description: >-
  What was known of a customer as of a day: only dated facts of that day and before, so nothing that happens later changes a row. Exceptions, said here: employees, industry and channel are those of now, and so is the link of tickets and sessions to the account.
owner: customer_success
grain: one row for each account and day as of which it was a customer
key: [account_id, day]
cluster: [day]
freshness: daily
columns:
  account_id: { type: varchar, description: "The account." }
  day: { type: date, description: "As of the end of this day, UTC." }
  tenure_quarters: { type: varchar, description: "Quarters of a year since it became a customer; 8 for two years and more." }
  employees: { type: "number(38,0)", description: "Number of employees." }
  industry: { type: varchar, description: "Industry." }
  source_channel: { type: varchar, description: "Channel that the account came from." }
  tickets_30_days: { type: "number(38,0)", description: "Tickets opened in the last 30 days." }
  tickets_90_days: { type: "number(38,0)", description: "Tickets opened in the last 90 days." }
  urgent_tickets_90_days: { type: "number(38,0)", description: "Those of high or urgent priority." }
  satisfaction_90_days: { type: "number(9,4)", description: "Mean score of tickets solved in the last 90 days, 1 to 5; NULL without one." }
  days_to_pay_90_days: { type: "number(9,4)", description: "Mean days from issue to payment of what was paid in the last 90 days; NULL without one." }
  declined_payments_90_days: { type: "number(38,0)", description: "Attempts to pay that were declined in the last 90 days." }
  overdue_invoices: { type: "number(38,0)", description: "Invoices past their due date and unpaid on that day." }
  days_unpaid: { type: "number(38,0)", description: "Days since the issue of the oldest invoice that was unpaid on that day; 0 without one." }
  expansions_won: { type: "number(38,0)", description: "Deals won beyond the first." }
  open_expansions: { type: "number(38,0)", description: "Deals beyond the first that were open on that day." }
  quarters_since_win: { type: varchar, description: "Quarters of a year since the last deal was won; 8 for two years and more." }
  sessions_28_days: { type: "number(38,0)", description: "Console sessions in the last 28 days; NULL while its sessions have not been known for so long." }
  friction_28_days: { type: "number(38,0)", description: "Of these, those with a rage click or an error loop." }
*/
select
  b.account_id,
  b.day,
  least(floor(datediff(day, b.customer_since, b.day) / 91), 8)::varchar as tenure_quarters,
  a.employees,
  a.industry,
  a.source as source_channel,
  coalesce(t.tickets_30_days, 0) as tickets_30_days,
  coalesce(t.tickets_90_days, 0) as tickets_90_days,
  coalesce(t.urgent_tickets_90_days, 0) as urgent_tickets_90_days,
  t.satisfaction_90_days,
  p.days_to_pay_90_days,
  coalesce(p.declined_payments_90_days, 0) as declined_payments_90_days,
  coalesce(i.overdue_invoices, 0) as overdue_invoices,
  coalesce(i.days_unpaid, 0) as days_unpaid,
  coalesce(d.expansions_won, 0) as expansions_won,
  coalesce(d.open_expansions, 0) as open_expansions,
  least(floor(datediff(day, coalesce(d.last_won_on, b.customer_since), b.day) / 91), 8)::varchar as quarters_since_win,
  case when s.known_for >= 28 then s.sessions_28_days end as sessions_28_days,
  case when s.known_for >= 28 then s.friction_28_days end as friction_28_days
from core.feature.customer_as_of b
join core.customer.account a on a.account_id = b.account_id
left join (
  select
    q.account_id,
    q.day,
    count_if(x.created_at::date > dateadd(day, -30, q.day)) as tickets_30_days,
    count_if(x.created_at::date > dateadd(day, -90, q.day)) as tickets_90_days,
    count_if(x.created_at::date > dateadd(day, -90, q.day) and x.priority in ('high', 'urgent')) as urgent_tickets_90_days,
    avg(case when x.solved_at::date between dateadd(day, -89, q.day) and q.day then x.satisfaction end)::number(9, 4) as satisfaction_90_days
  from core.feature.customer_as_of q
  join core.support.ticket x on x.account_id = q.account_id and x.created_at::date <= q.day
  group by q.account_id, q.day
) t on t.account_id = b.account_id and t.day = b.day
left join (
  select
    q.account_id,
    q.day,
    avg(case when x.status = 'succeeded' and x.paid_at::date > dateadd(day, -90, q.day) then datediff(day, v.issued_at, x.paid_at) end)::number(9, 4) as days_to_pay_90_days,
    count_if(x.status = 'declined' and x.paid_at::date > dateadd(day, -90, q.day)) as declined_payments_90_days
  from core.feature.customer_as_of q
  join core.finance.invoice v on v.account_id = q.account_id
  join core.finance.payment x on x.invoice_id = v.invoice_id and x.paid_at::date <= q.day
  group by q.account_id, q.day
) p on p.account_id = b.account_id and p.day = b.day
left join (
  select
    q.account_id,
    q.day,
    count_if(v.due_at::date <= q.day) as overdue_invoices,
    max(datediff(day, v.issued_at::date, q.day)) as days_unpaid
  from core.feature.customer_as_of q
  join core.finance.invoice v on v.account_id = q.account_id and v.issued_at::date <= q.day
  left join (
    select y.invoice_id, min(y.paid_at) as paid_at
    from core.finance.payment y
    where y.status = 'succeeded' and y.invoice_id is not null
    group by y.invoice_id
  ) x on x.invoice_id = v.invoice_id
  where (x.paid_at is null or x.paid_at::date > q.day)
    and not (v.status = 'void' and v.updated_at::date <= q.day)
  group by q.account_id, q.day
) i on i.account_id = b.account_id and i.day = b.day
left join (
  select
    q.account_id,
    q.day,
    count_if(o.type = 'Existing Business' and o.is_won and o.close_date <= q.day) as expansions_won,
    count_if(o.type = 'Existing Business' and not (o.is_closed and o.close_date <= q.day)) as open_expansions,
    max(case when o.is_won and o.close_date <= q.day then o.close_date end) as last_won_on
  from core.feature.customer_as_of q
  join core.customer.opportunity o on o.account_id = q.account_id and o.created_at::date <= q.day
  where not (o.is_deleted and o.modified_at::date <= q.day)
  group by q.account_id, q.day
) d on d.account_id = b.account_id and d.day = b.day
left join (
  select
    q.account_id,
    q.day,
    datediff(day, min(x.started_at)::date, q.day) as known_for,
    count_if(x.started_at::date > dateadd(day, -28, q.day)) as sessions_28_days,
    count_if(x.started_at::date > dateadd(day, -28, q.day) and (x.has_rage_click or x.has_error_loop)) as friction_28_days
  from core.feature.customer_as_of q
  join core.customer.organization g on g.account_id = q.account_id
  join core.usage.console_session x on x.organization_id = g.organization_id and x.started_at::date <= q.day
  group by q.account_id, q.day
) s on s.account_id = b.account_id and s.day = b.day
