/*
description: >-
  Accounts that left, by the closing of their organisation.
owner: customer_success
grain: one row for each account that left
key: [account_id]
columns:
  account_id: { type: "varchar", description: "The account." }
  churned_at: { type: "timestamp_ntz", description: "When its organisation was closed, UTC." }
*/
select a.account_id, min(r.modified_at) as churned_at
from core.customer.account a
join core.customer.organization_record r on r.account_id = a.account_id
where not a.is_deleted
  and a.type = 'Former Customer'
  and not r.is_deleted
  and r.status = 'Closed'
group by a.account_id
