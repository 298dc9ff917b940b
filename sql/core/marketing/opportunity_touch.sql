/*
description: >-
  First and last visit before each opportunity.
owner: marketing
grain: one row for each opportunity that is not deleted
key: [opportunity_id]
columns:
  opportunity_id: { type: "varchar", description: "The opportunity." }
  account_id: { type: "varchar", description: "The account." }
  visits: { type: "number(38,0)", description: "Visits before it." }
  first_touch_at: { type: "timestamp_ntz", description: "First visit, UTC." }
  first_channel: { type: "varchar", description: "Channel of the first visit." }
  first_keyword: { type: "varchar", description: "Keyword of the first visit." }
  last_touch_at: { type: "timestamp_ntz", description: "Last visit, UTC." }
  last_channel: { type: "varchar", description: "Channel of the last visit." }
  last_keyword: { type: "varchar", description: "Keyword of the last visit." }
*/
select
  o.opportunity_id,
  max(o.account_id) as account_id,
  count(a.touch_id) as visits,
  min(a.touched_at) as first_touch_at,
  max(case when a.position = 1 then a.channel end) as first_channel,
  max(case when a.position = 1 then a.keyword end) as first_keyword,
  max(a.touched_at) as last_touch_at,
  max(case when a.position = a.visits then a.channel end) as last_channel,
  max(case when a.position = a.visits then a.keyword end) as last_keyword
from core.customer.opportunity o
left join core.marketing.attribution a on a.opportunity_id = o.opportunity_id
where not o.is_deleted
group by o.opportunity_id
