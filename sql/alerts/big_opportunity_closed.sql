/*
description: A big opportunity was won or lost.
owner: sales
severity: notice
again: 3650 days
*/
select
  o.opportunity_id || ' ' || o.stage as key,
  coalesce(a.name, 'An unknown account') || ': ' || coalesce(o.name, 'an opportunity') || ' over ' || o.amount || ' USD is '
    || case when o.is_won then 'won' else 'lost' end as message
from core.customer.opportunity o
left join core.customer.account a on a.account_id = o.account_id
where o.is_closed
  and not o.is_deleted
  and o.amount >= 50000
  and o.modified_at >= (select dateadd('day', -7, max(x.modified_at)) as since from core.customer.opportunity x)
