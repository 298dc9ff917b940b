/*
description: >-
  Sessions in the console: a user's messages with no gap of more than 30 minutes. A rage click is four clicks on one element within two seconds, an error loop the same error three times within a minute.
owner: product
grain: one row for each session
key: [user_id, session_number]
columns:
  user_id: { type: "varchar", description: "User.", tags: [personal] }
  session_number: { type: "number(38,0)", description: "Number of the user's session, from 1." }
  organization_id: { type: "varchar", description: "Organisation." }
  started_at: { type: "timestamp_ntz", description: "First message, UTC." }
  ended_at: { type: "timestamp_ntz", description: "Last message, UTC." }
  messages: { type: "number(38,0)", description: "Messages." }
  has_rage_click: { type: "boolean", description: "With a rage click." }
  has_error_loop: { type: "boolean", description: "With an error loop." }
*/
select
  n.user_id,
  n.session_number,
  max(n.organization_id) as organization_id,
  min(n.occurred_at) as started_at,
  max(n.occurred_at) as ended_at,
  count(*) as messages,
  max(n.rage_click) = 1 as has_rage_click,
  max(n.error_loop) = 1 as has_error_loop
from (
  select
    s.user_id,
    s.organization_id,
    s.occurred_at,
    s.rage_click,
    s.error_loop,
    coalesce(sum(s.begins) over (partition by s.user_id order by s.occurred_at, s.message_id rows between unbounded preceding and current row), 0) as session_number
  from (
    select
      m.user_id,
      m.message_id,
      m.organization_id,
      m.occurred_at,
      case
        when datediff(millisecond, lag(m.occurred_at) over (partition by m.user_id order by m.occurred_at, m.message_id), m.occurred_at) <= 1800000 then 0
        else 1
      end as begins,
      case
        when m.name = 'Element Clicked'
          and datediff(millisecond, m.occurred_at, lead(m.occurred_at, 3) over (partition by m.user_id, m.name, m.element order by m.occurred_at, m.message_id)) <= 2000 then 1
        else 0
      end as rage_click,
      case
        when m.name = 'Error Shown'
          and datediff(millisecond, m.occurred_at, lead(m.occurred_at, 2) over (partition by m.user_id, m.name, m.error_code order by m.occurred_at, m.message_id)) <= 60000 then 1
        else 0
      end as error_loop
    from core.usage.message m
    where m.app = 'console' and m.user_id is not null
  ) s
) n
group by n.user_id, n.session_number
