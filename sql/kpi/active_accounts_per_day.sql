select day, accounts from mart.product.active_accounts
