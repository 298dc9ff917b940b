/*
description: A source sends other fields than its contract knows.
owner: data
severity: warning
again: 3650 days
*/
select
  d.source || '.' || d.field || ' ' || d.drift as key,
  d.source || '.' || d.field || ' is ' || d.drift || ' (' || d.action || ')' as message
from ops.quality.schema_drift d
