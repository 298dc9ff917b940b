/*
description: >-
  The first visit of each browser.
owner: marketing
grain: one row for each browser that visited
key: [anonymous_id]
columns:
  anonymous_id: { type: "varchar", description: "Browser." }
  touched_at: { type: "timestamp_ntz", description: "When, UTC." }
  channel: { type: "varchar", description: "Channel." }
  keyword: { type: "varchar", description: "Keyword." }
*/
select t.anonymous_id, t.touched_at, t.channel, t.keyword
from core.marketing.touch t
where t.type = 'visit' and t.anonymous_id is not null
qualify row_number() over (partition by t.anonymous_id order by t.touched_at, t.touch_id) = 1
