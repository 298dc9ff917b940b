/*
description: A stream is about to lose its rows, or has lost them.
owner: data
severity: critical
again: 1 day
*/
select e.object || ' ' || e.event_key as key, e.detail as message
from ops.alert.platform_event e
where e.kind = 'stale_stream' and e.seen_at > dateadd('day', -2, sysdate())
