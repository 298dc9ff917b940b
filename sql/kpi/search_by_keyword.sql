select keyword, search_impressions as impressions, search_clicks as clicks, search_cost as cost from mart.marketing.search_by_keyword
