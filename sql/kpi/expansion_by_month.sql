select month, expansion_opportunities as opportunities, expansion_amount as amount from mart.customer_success.expansion_by_month
