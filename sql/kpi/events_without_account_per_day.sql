select day, events_without_account as events from mart.engineering.events_without_account
