/*
description: Somebody fails to log in again and again.
owner: data
severity: warning
again: 1 day
*/
select
  l.user_name || ' ' || to_char(max(l.attempted_at), 'YYYY-MM-DD') as key,
  l.user_name || ' failed to log in ' || count(*) || ' times within four hours, last from ' || max(l.client_ip) as message
from ops.audit.log_in l
where not l.succeeded and l.attempted_at > dateadd('hour', -4, current_timestamp())
group by l.user_name
having count(*) >= 10
