/*
description: Who logged in, from where and how, and who failed to.
owner: data
grain: one row for each attempt
materialized: view
columns:
  attempted_at: { type: "timestamp_ltz(9)", description: "When." }
  user_name: { type: "varchar", description: "As whom." }
  client_ip: { type: "varchar", description: "From which address." }
  client: { type: "varchar", description: "Driver or page." }
  factor: { type: "varchar", description: "Password, key pair or another." }
  succeeded: { type: "boolean", description: "Whether it was let in." }
  reason: { type: "varchar", description: "Why it was not." }
*/
select
  l.event_timestamp as attempted_at,
  l.user_name,
  l.client_ip,
  l.reported_client_type as client,
  l.first_authentication_factor as factor,
  l.is_success = 'YES' as succeeded,
  l.error_message as reason
from snowflake.account_usage.login_history l
