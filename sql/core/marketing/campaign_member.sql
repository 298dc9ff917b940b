/*
description: >-
  Leads and contacts that a campaign reached, in their latest version.
owner: marketing
grain: one row for each member
key: [member_id]
columns:
  member_id: { type: "varchar", description: "The CRM's Id." }
  campaign_id: { type: "varchar", description: "The campaign." }
  campaign: { type: "varchar", description: "Name of the campaign." }
  lead_id: { type: "varchar", description: "The lead." }
  contact_id: { type: "varchar", description: "The contact." }
  has_responded: { type: "boolean", description: "Answered." }
  is_deleted: { type: "boolean", description: "Deleted in the CRM." }
  modified_at: { type: "timestamp_ntz", description: "When this version was made, UTC.", required: true }
*/
select
  m.record:Id::varchar as member_id,
  m.record:CampaignId::varchar as campaign_id,
  c.name as campaign,
  m.record:LeadId::varchar as lead_id,
  m.record:ContactId::varchar as contact_id,
  coalesce(try_to_boolean(m.record:HasResponded::varchar), false) as has_responded,
  coalesce(try_to_boolean(m.record:IsDeleted::varchar), false) as is_deleted,
  convert_timezone('UTC', try_to_timestamp_tz(m.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM'))::timestamp_ntz as modified_at
from raw.salesforce_campaigns.campaignmember m
left join core.marketing.campaign c on c.campaign_id = m.record:CampaignId::varchar
qualify row_number() over (
  partition by member_id
  order by try_to_timestamp_tz(m.record:LastModifiedDate::varchar, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM') desc
) = 1
