select type, accounts from mart.executive.accounts_by_type
