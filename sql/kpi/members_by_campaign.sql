select campaign, campaign_members as members, campaign_responses as responded from mart.marketing.campaign_results
