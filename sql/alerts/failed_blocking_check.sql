/*
description: A blocking check found rows, and what reads the model waits.
owner: data
severity: critical
again: 1 day
*/
select
  r.check_name as key,
  r.check_name || ': ' || r.failing_rows || ' rows; what reads ' || r.model || ' waits' as message,
  r.owner
from ops.quality.check_result r
where r.severity = 'blocking'
  and r.failing_rows > 0
  and r.ran_at > dateadd('hour', -6, current_timestamp())
