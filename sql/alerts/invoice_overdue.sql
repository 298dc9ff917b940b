/*
description: An invoice is overdue.
owner: finance
severity: notice
again: 30 days
*/
select
  i.invoice_id as key,
  'Invoice ' || i.invoice_id || ' over ' || i.amount || ' USD was due on ' || to_char(i.due_at, 'YYYY-MM-DD')
    || coalesce(', ' || a.name, '') as message
from core.finance.invoice i
left join core.customer.account a on a.account_id = i.account_id
where i.status = 'overdue'
