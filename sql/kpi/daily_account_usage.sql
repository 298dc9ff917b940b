select day, account_id, events, active_users from mart.product.daily_usage
