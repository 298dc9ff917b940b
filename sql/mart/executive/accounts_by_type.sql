/*
description: How many accounts there are of each type.
owner: executive
grain: one row for each type of account
key: [type]
columns:
  type: { type: varchar, description: "Type of the account; (none) where the CRM has none." }
  accounts: { type: "number(38,0)", description: "Accounts that are not deleted." }
*/
select
  coalesce(a.type, '(none)') as type,
  count(*) as accounts
from core.customer.account a
where not a.is_deleted
group by coalesce(a.type, '(none)')
