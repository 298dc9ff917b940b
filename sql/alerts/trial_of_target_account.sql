/*
description: A company of 500 people or more has signed up for a trial.
owner: sales
severity: notice
again: 3650 days
*/
select
  s.company_domain as key,
  max(a.name) || ' (' || s.company_domain || ', ' || max(a.employees) || ' people) signed up by ' || coalesce(max(s.channel), 'an unknown channel') as message
from core.customer.trial_signup s
join core.customer.account a on a.website_domain = s.company_domain
where a.employees >= 500
  and not a.is_deleted
group by s.company_domain
