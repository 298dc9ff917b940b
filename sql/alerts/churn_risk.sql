/*
description: A customer has stopped using the product.
owner: customer_success
severity: notice
again: 90 days
*/
select
  o.organization_id || ' ' || o.status as key,
  a.name || ' is a customer (' || coalesce(o.plan, 'no plan') || '), and its organisation is ' || lower(o.status) as message
from core.customer.organization o
join core.customer.account a on a.account_id = o.account_id
where a.type like 'Customer%'
  and not a.is_deleted
  and o.status in ('Inactive', 'Closed')
