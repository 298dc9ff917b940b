/*
description: >-
  Which account a company's domain belongs to: the oldest that names it as its web site.
owner: sales
grain: one row for each domain of an account
key: [domain]
columns:
  domain: { type: "varchar", description: "Domain of the web site." }
  account_id: { type: "varchar", description: "The account." }
*/
select a.website_domain as domain, a.account_id
from core.customer.account a
where not a.is_deleted and a.website_domain is not null
qualify row_number() over (partition by a.website_domain order by a.created_at, a.account_id) = 1
