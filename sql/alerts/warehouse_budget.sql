/*
description: A warehouse has used much of its budget.
owner: data
severity: warning
again: 31 days
*/
select e.object || ' ' || e.event_key as key, e.detail as message
from ops.alert.platform_event e
where e.kind = 'warehouse_budget' and e.seen_at > dateadd('day', -2, sysdate())
