/*
description: >-
  Who read which column with personal data: one row for each statement and column. A role that a mask hides the values
  from is told too; it saw masked ones. Tables are told, also where a view was asked.
owner: data
grain: one row for each statement and column with personal data that it read
materialized: view
columns:
  read_at: { type: "timestamp_ltz(9)", description: "When the statement began." }
  user_name: { type: "varchar", description: "Who asked." }
  role_name: { type: "varchar", description: "With which role." }
  object_name: { type: "varchar", description: "Table: database, schema and name." }
  column_name: { type: "varchar", description: "Column." }
  warehouse_name: { type: "varchar", description: "On which warehouse." }
  query_id: { type: "varchar", description: "The statement's id." }
*/
select
  r.read_at,
  r.user_name,
  q.role_name,
  r.object_name,
  r.column_name,
  q.warehouse_name,
  r.query_id
from (
  select
    a.query_id,
    a.query_start_time as read_at,
    a.user_name,
    o.value:objectName::varchar as object_name,
    c.value:columnName::varchar as column_name
  from snowflake.account_usage.access_history a
  , lateral flatten(input => a.base_objects_accessed) o
  , lateral flatten(input => o.value:columns) c
) r
join (
  select distinct
    t.object_database || '.' || t.object_schema || '.' || t.object_name as object_name,
    t.column_name
  from snowflake.account_usage.tag_references t
  where t.tag_name = 'PERSONAL' and t.tag_schema = 'GOVERNANCE' and t.domain = 'COLUMN'
) p on p.object_name = r.object_name and p.column_name = r.column_name
left join snowflake.account_usage.query_history q on q.query_id = r.query_id
