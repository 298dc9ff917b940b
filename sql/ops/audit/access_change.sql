/*
description: >-
  Who changed what who may do: privileges, roles, users, masks and network policies, with the statement that did it.
owner: data
grain: one row for each statement that changed access
materialized: view
columns:
  changed_at: { type: "timestamp_ltz(9)", description: "When the statement began." }
  user_name: { type: "varchar", description: "Who changed it." }
  role_name: { type: "varchar", description: "With which role." }
  change: { type: "varchar", description: "Kind of statement, e.g. GRANT." }
  statement: { type: "varchar", description: "The statement, secrets left out by Snowflake." }
  query_id: { type: "varchar", description: "The statement's id." }
*/
select
  q.start_time as changed_at,
  q.user_name,
  q.role_name,
  q.query_type as change,
  q.query_text as statement,
  q.query_id
from snowflake.account_usage.query_history q
where q.execution_status = 'SUCCESS'
  and (
    q.query_type in ('GRANT', 'REVOKE')
    or q.query_type like '%\\_ROLE' escape '\\'
    or q.query_type like '%\\_USER' escape '\\'
    or q.query_type like '%\\_MASKING%' escape '\\'
    or q.query_type like '%\\_ROW\\_ACCESS%' escape '\\'
    or q.query_type like '%\\_NETWORK%' escape '\\'
  )
