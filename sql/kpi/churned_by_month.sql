select month, churned_accounts as accounts from mart.customer_success.churned_by_month
