/*
description: >-
  Trials that were signed up, with the company that is really behind each: the same company counts once, however often it signs up.
owner: growth
grain: one row for each lead that signed up for a trial
key: [lead_id]
columns:
  lead_id: { type: "varchar", description: "The lead." }
  email: { type: "varchar", description: "Address that was given.", tags: [personal] }
  channel: { type: "varchar", description: "Channel." }
  is_free_mail: { type: "boolean", description: "By a free-mail address." }
  email_domain: { type: "varchar", description: "Company's domain, by this address alone." }
  company_domain: { type: "varchar", description: "Company's domain, by the browser's other addresses or the account too; NULL where nothing tells." }
  customer_domain: { type: "varchar", description: "The company's domain where its account is or was a customer." }
tests:
  - unique: company_domain      # the same company, signed up several times
*/
select
  l.lead_id,
  l.email,
  l.channel,
  e.is_free_mail,
  e.company_domain as email_domain,
  coalesce(e.company_domain, v.company_domain, a.website_domain) as company_domain,
  case
    when a.type like 'Customer%' or a.type = 'Former Customer'
    then coalesce(e.company_domain, v.company_domain, a.website_domain)
  end as customer_domain
from core.customer.lead l
join core.customer.identity_link k on k.lead_id = l.lead_id
left join core.customer.email_address e on e.email = l.email
left join core.customer.visitor v on v.anonymous_id = k.anonymous_id
left join core.customer.account a on a.account_id = v.account_id
where k.organization_id is not null
