/*
description: A task failed.
owner: data
severity: warning
again: 1 day
*/
select e.object || ' ' || e.event_key as key, e.detail as message
from ops.alert.platform_event e
where e.kind = 'failed_task' and e.seen_at > dateadd('day', -2, sysdate())
