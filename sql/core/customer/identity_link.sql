/*
description: >-
  What ties each form to a person and an account, and why. A business address counts by the account's web site; else the organisation that the form signed up.
owner: marketing
grain: one row for each form that was sent
key: [touch_id]
columns:
  touch_id: { type: "varchar", description: "The form." }
  anonymous_id: { type: "varchar", description: "Browser that sent it." }
  email: { type: "varchar", description: "Address that was given.", tags: [personal] }
  lead_id: { type: "varchar", description: "Lead that the CRM made of it." }
  contact_id: { type: "varchar", description: "Contact that the lead was turned into." }
  organization_id: { type: "varchar", description: "Organisation that it signed up." }
  account_id: { type: "varchar", description: "Account that it belongs to." }
  rule: { type: "varchar", description: "email or organization; NULL while nothing ties it." }
  evidence: { type: "varchar", description: "The domain, or the organisation." }
  company_domain: { type: "varchar", description: "Domain of the company, by the address." }
*/
select
  t.touch_id,
  t.anonymous_id,
  t.email,
  l.lead_id,
  l.contact_id,
  t.organization_id,
  coalesce(a.account_id, o.account_id) as account_id,
  case when a.account_id is not null then 'email' when o.account_id is not null then 'organization' end as rule,
  case when a.account_id is not null then a.domain when o.account_id is not null then o.organization_id end as evidence,
  e.company_domain
from core.marketing.touch t
left join core.customer.email_address e on e.email = t.email
left join core.customer.account_domain a on a.domain = e.company_domain
left join core.customer.organization o on o.organization_id = t.organization_id
left join core.customer.lead l on l.email = t.email and l.created_at = t.touched_at
where t.type = 'form_submit'
qualify row_number() over (partition by t.touch_id order by l.lead_id) = 1
