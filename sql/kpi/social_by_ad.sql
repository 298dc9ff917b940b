select ad, social_impressions as impressions, social_clicks as clicks, social_cost as cost from mart.marketing.social_by_ad
