select event_type, sum(events) as events from mart.product.events_by_type group by event_type
