/*
description: >-
  Payments, read from XML, each once.
owner: finance
grain: one row for each attempt to pay
key: [payment_id]
columns:
  payment_id: { type: "varchar", description: "The billing system's id." }
  invoice_id: { type: "varchar", description: "Invoice that is paid." }
  status: { type: "varchar", description: "succeeded or declined." }
  method: { type: "varchar", description: "How it is paid." }
  amount: { type: "number(18,2)", description: "US dollars." }
  paid_at: { type: "timestamp_ntz", description: "When, UTC.", required: true }
tests:
  - relationship: { column: invoice_id, to: core.finance.invoice }
  - accepted_values: { column: status, values: [succeeded, declined] }
  - { not_null: amount, severity: blocking }
*/
select
  get(p.record, '@id')::varchar as payment_id,
  get(xmlget(p.record, 'invoice'), '$')::varchar as invoice_id,
  get(p.record, '@status')::varchar as status,
  get(xmlget(p.record, 'method'), '$')::varchar as method,
  try_to_decimal(get(xmlget(p.record, 'amount'), '$')::varchar, 18, 2) as amount,
  convert_timezone('UTC', try_to_timestamp_tz(get(xmlget(p.record, 'paid_at'), '$')::varchar))::timestamp_ntz as paid_at
from raw.billing.payment p
qualify row_number() over (partition by payment_id order by paid_at desc) = 1
