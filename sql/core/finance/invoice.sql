/*
description: >-
  Invoices, in their latest state, tied to the account by billing's own link or else by the organisation.
owner: finance
grain: one row for each invoice
key: [invoice_id]
columns:
  invoice_id: { type: "varchar", description: "The billing system's id." }
  account_id: { type: "varchar", description: "CRM account." }
  billing_account_id: { type: "varchar", description: "CRM account that billing knows." }
  organization_id: { type: "varchar", description: "Organisation that is billed." }
  status: { type: "varchar", description: "open, overdue, paid or void." }
  issued_at: { type: "timestamp_ntz", description: "When it was issued, UTC." }
  due_at: { type: "timestamp_ntz", description: "When it is due, UTC." }
  tax: { type: "number(18,2)", description: "Tax, US dollars." }
  amount: { type: "number(18,2)", description: "Total, US dollars." }
  line_items: { type: "variant", description: "Its lines." }
  updated_at: { type: "timestamp_ntz", description: "When it came into this state, UTC.", required: true }
tests:
  - accepted_values: { column: status, values: [open, overdue, paid, void] }
  - { not_null: [status, issued_at, amount], severity: blocking }
  - { holds: due_at >= issued_at, severity: blocking }
  - not_null: account_id
*/
select
  i.record:invoice_id::varchar as invoice_id,
  coalesce(i.record:customer.crm_account_id::varchar, o.account_id) as account_id,
  i.record:customer.crm_account_id::varchar as billing_account_id,
  i.record:customer.org_id::varchar as organization_id,
  i.record:status::varchar as status,
  convert_timezone('UTC', try_to_timestamp_tz(i.record:issued_at::varchar))::timestamp_ntz as issued_at,
  convert_timezone('UTC', try_to_timestamp_tz(i.record:due_at::varchar))::timestamp_ntz as due_at,
  try_to_decimal(i.record:tax::varchar, 18, 2) as tax,
  try_to_decimal(i.record:total::varchar, 18, 2) as amount,
  i.record:lines as line_items,
  convert_timezone('UTC', try_to_timestamp_tz(i.record:updated_at::varchar))::timestamp_ntz as updated_at
from raw.billing.invoice i
left join core.customer.organization o on o.organization_id = i.record:customer.org_id::varchar
qualify row_number() over (partition by invoice_id order by updated_at desc) = 1
