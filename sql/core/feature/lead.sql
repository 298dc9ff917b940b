/*
description: >-
  What was known of a lead as of a day, while it was not converted: only dated facts of that day and before, so nothing that happens later changes a row.
owner: sales
grain: one row for each lead and day as of which it was not converted
key: [lead_id, day]
cluster: [day]
freshness: daily
columns:
  lead_id: { type: varchar, description: "The lead." }
  day: { type: date, description: "As of the end of this day, UTC." }
  age: { type: varchar, description: "Age of the lead: in its n-th week, or older than eight weeks." }
  channel: { type: varchar, description: "Channel that it came from." }
  is_free_mail: { type: boolean, description: "By a free-mail address." }
  is_trial: { type: boolean, description: "It signed up for a trial." }
  company_is_account: { type: boolean, description: "Its company had an account of the CRM by then." }
  leads_of_company: { type: "number(38,0)", description: "Leads of its company's domain by then, itself included; 1 where the domain is nobody's." }
  visits: { type: "number(38,0)", description: "Visits of the browser that sent its form, by then." }
  mails_sent: { type: "number(38,0)", description: "Nurture mails sent to it by then; NULL where none is known." }
  share_opened: { type: "number(9,4)", description: "Of these, the share that was opened by then." }
  mails_clicked: { type: "number(38,0)", description: "Mails in which it had clicked by then; NULL where none is known to be sent." }
*/
select
  b.lead_id,
  b.day,
  case
    when datediff(day, b.created_on, b.day) <= 56 then ceil((datediff(day, b.created_on, b.day) + 1) / 7)::varchar || ' weeks'
    else 'older'
  end as age,
  d.channel,
  coalesce(e.is_free_mail, false) as is_free_mail,
  coalesce(k.is_trial, false) as is_trial,
  coalesce(a.created_at::date <= b.day, false) as company_is_account,
  coalesce(o.leads, 1) as leads_of_company,
  coalesce(v.visits, 0) as visits,
  m.mails_sent,
  (m.mails_opened / nullif(m.mails_sent, 0))::number(9, 4) as share_opened,
  m.mails_clicked
from core.feature.lead_as_of b
join core.customer.lead d on d.lead_id = b.lead_id
left join core.customer.email_address e on e.email = d.email
left join core.customer.account_domain n on n.domain = e.company_domain
left join core.customer.account a on a.account_id = n.account_id
left join (
  select i.lead_id, max(i.organization_id) is not null as is_trial
  from core.customer.identity_link i
  where i.lead_id is not null
  group by i.lead_id
) k on k.lead_id = b.lead_id
left join (
  select q.lead_id, q.day, count(distinct x.lead_id) as leads
  from core.feature.lead_as_of q
  join core.customer.lead y on y.lead_id = q.lead_id
  join core.customer.email_address z on z.email = y.email
  join core.customer.email_address w on w.company_domain = z.company_domain
  join core.customer.lead x on x.email = w.email and x.created_at::date <= q.day
  group by q.lead_id, q.day
) o on o.lead_id = b.lead_id and o.day = b.day
left join (
  select q.lead_id, q.day, count(distinct t.touch_id) as visits
  from core.feature.lead_as_of q
  join core.customer.identity_link i on i.lead_id = q.lead_id
  join core.marketing.touch t on t.anonymous_id = i.anonymous_id and t.type = 'visit' and t.touched_at::date <= q.day
  group by q.lead_id, q.day
) v on v.lead_id = b.lead_id and v.day = b.day
left join (
  select
    q.lead_id,
    q.day,
    count_if(x.type = 'sent') as mails_sent,
    count_if(x.type = 'opened') as mails_opened,
    count_if(x.type = 'clicked') as mails_clicked
  from core.feature.lead_as_of q
  join core.marketing.email_activity x on x.lead_id = q.lead_id and x.occurred_at::date <= q.day
  group by q.lead_id, q.day
) m on m.lead_id = b.lead_id and m.day = b.day
