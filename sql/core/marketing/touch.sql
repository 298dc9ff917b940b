/*
description: >-
  Visits of the web site and forms sent there, each once.
owner: marketing
grain: one row for each touch
key: [touch_id]
columns:
  touch_id: { type: "varchar", description: "The marketing tool's id." }
  anonymous_id: { type: "varchar", description: "Browser." }
  type: { type: "varchar", description: "visit or form_submit." }
  touched_at: { type: "timestamp_ntz", description: "When, UTC.", required: true }
  email: { type: "varchar", description: "Address that the form gave.", tags: [personal] }
  organization_id: { type: "varchar", description: "Organisation that the form signed up." }
  channel: { type: "varchar", description: "Channel, by UTM source and medium." }
  campaign: { type: "varchar", description: "UTM campaign." }
  keyword: { type: "varchar", description: "UTM term." }
  landing_page: { type: "varchar", description: "Page." }
*/
select
  t.record:touch_id::varchar as touch_id,
  t.record:anonymous_id::varchar as anonymous_id,
  t.record:type::varchar as type,
  convert_timezone('UTC', try_to_timestamp_tz(t.record:touched_at::varchar))::timestamp_ntz as touched_at,
  t.record:email::varchar as email,
  t.record:org_id::varchar as organization_id,
  case coalesce(t.record:utm_source::varchar, '') || '/' || coalesce(t.record:utm_medium::varchar, '')
    when 'search/cpc' then 'Paid Search'
    when 'search/organic' then 'Organic Search'
    when 'social/paid' then 'Paid Social'
    when 'webinar/event' then 'Webinar'
    when 'trade-show/event' then 'Trade Show'
    when 'partner/referral' then 'Partner Referral'
    when '/' then 'Direct'
    else 'Other'
  end as channel,
  t.record:utm_campaign::varchar as campaign,
  t.record:utm_term::varchar as keyword,
  t.record:landing_page::varchar as landing_page
from raw.marketing.touch t
qualify row_number() over (partition by touch_id order by touched_at) = 1
