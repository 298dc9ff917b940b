/*
description: >-
  What each visit before an opportunity counts: first, last, and by position (40 % first, 40 % last, the rest shared). All visits of all browsers of the account count, however long ago.
owner: marketing
grain: one row for each opportunity and visit before it
key: [opportunity_id, touch_id]
columns:
  opportunity_id: { type: "varchar", description: "The opportunity." }
  touch_id: { type: "varchar", description: "The visit." }
  account_id: { type: "varchar", description: "The account." }
  touched_at: { type: "timestamp_ntz", description: "When, UTC." }
  channel: { type: "varchar", description: "Channel." }
  campaign: { type: "varchar", description: "UTM campaign." }
  keyword: { type: "varchar", description: "UTM term." }
  position: { type: "number(38,0)", description: "Number of the visit, from 1." }
  visits: { type: "number(38,0)", description: "Visits before the opportunity." }
  first_credit: { type: "number(18,6)", description: "1 for the first visit." }
  last_credit: { type: "number(18,6)", description: "1 for the last visit." }
  position_credit: { type: "number(18,6)", description: "Share by position; the shares of an opportunity add up to 1." }
*/
select
  s.opportunity_id,
  s.touch_id,
  s.account_id,
  s.touched_at,
  s.channel,
  s.campaign,
  s.keyword,
  s.position,
  s.visits,
  case when s.position = 1 then 1 else 0 end::number(18, 6) as first_credit,
  case when s.position = s.visits then 1 else 0 end::number(18, 6) as last_credit,
  case
    when s.visits = 1 then 1
    when s.visits = 2 then 0.5
    when s.position in (1, s.visits) then 0.4
    else 0.2 / (s.visits - 2)
  end::number(18, 6) as position_credit
from (
  select
    o.opportunity_id,
    t.touch_id,
    o.account_id,
    t.touched_at,
    t.channel,
    t.campaign,
    t.keyword,
    row_number() over (partition by o.opportunity_id order by t.touched_at, t.touch_id) as position,
    count(*) over (partition by o.opportunity_id) as visits
  from core.customer.opportunity o
  join core.customer.visitor v on v.account_id = o.account_id
  join core.marketing.touch t on t.anonymous_id = v.anonymous_id
  where not o.is_deleted
    and t.type = 'visit'
    and t.touched_at <= o.created_at
) s
