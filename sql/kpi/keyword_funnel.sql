select keyword, keyword_leads as leads, keyword_opportunities as opportunities, keyword_won as won, keyword_revenue as revenue from mart.marketing.keyword_funnel
