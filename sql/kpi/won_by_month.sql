select month, won_opportunities as opportunities, won_amount as amount from mart.sales.won_by_month
