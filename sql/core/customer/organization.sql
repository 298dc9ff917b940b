/*
description: Organisations of the product, with the account that each belongs to now.
owner: product
grain: one row for each organisation that is linked to an account
key: [organization_id]
columns:
  organization_id: { type: varchar, description: "The product's id of the organisation." }
  account_id: { type: varchar, description: "The account that it belongs to." }
  plan: { type: varchar, description: "Plan: free, trial, or one of the paid ones." }
  seats: { type: "number(38,0)", description: "Seats that the plan includes." }
  status: { type: varchar, description: "Active, Inactive or Closed." }
*/
select
  r.organization_id,
  r.account_id,
  r.plan,
  r.seats,
  r.status
from core.customer.organization_record r
where not r.is_deleted
  and r.organization_id is not null
  and r.account_id is not null
qualify row_number() over (partition by r.organization_id order by r.modified_at desc, r.record_id) = 1
