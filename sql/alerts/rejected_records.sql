/*
description: Records broke the contract of their source, twice as many as when it was told last.
owner: data
severity: warning
again: 3650 days
*/
select
  r.source || ' ' || floor(log(2, count(*))) as key,
  r.source || ': ' || count(*) || ' records were rejected, the last for ' || max(r.reason) as message
from ops.quality.rejected_record r
group by r.source
