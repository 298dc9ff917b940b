/*
description: A check found rows.
owner: data
severity: notice
again: 7 days
*/
select
  r.check_name as key,
  r.check_name || ': ' || max(r.failing_rows) || ' rows' as message,
  max(r.owner) as owner
from ops.quality.check_result r
where r.severity = 'warning'
  and r.failing_rows > 0
  and r.ran_at > dateadd('hour', -24, current_timestamp())
group by r.check_name
