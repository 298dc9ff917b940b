/*
description: >-
  Browsers, and how far it is known whose they are: by the forms that they sent, an address before an organisation.
owner: marketing
grain: one row for each browser
key: [anonymous_id]
columns:
  anonymous_id: { type: "varchar", description: "Browser." }
  level: { type: "varchar", description: "anonymous, lead or account." }
  account_id: { type: "varchar", description: "Account of the person." }
  rule: { type: "varchar", description: "Rule that ties it to the account: email or organization." }
  company_domain: { type: "varchar", description: "Domain of the company, by an address." }
  first_seen_at: { type: "timestamp_ntz", description: "First touch, UTC." }
*/
select
  t.anonymous_id,
  case
    when max(k.account_id) is not null then 'account'
    when count(k.touch_id) > 0 then 'lead'
    else 'anonymous'
  end as level,
  coalesce(max(case when k.rule = 'email' then k.account_id end), max(k.account_id)) as account_id,
  case when max(case when k.rule = 'email' then 1 end) = 1 then 'email' else max(k.rule) end as rule,
  max(k.company_domain) as company_domain,
  min(t.touched_at) as first_seen_at
from core.marketing.touch t
left join core.customer.identity_link k on k.touch_id = t.touch_id
where t.anonymous_id is not null
group by t.anonymous_id
