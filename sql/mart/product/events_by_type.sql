/*
description: What is done with the product, day by day.
owner: product
grain: one row for each day and event type
key: [day, event_type]
cluster: [day]
columns:
  day: { type: date, description: "Day, UTC." }
  event_type: { type: varchar, description: "What was done; (none) where the event does not say." }
  events: { type: "number(38,0)", description: "Unique events." }
*/
select
  e.event_date as day,
  coalesce(e.event_type, '(none)') as event_type,
  count(*) as events
from core.usage.event e
group by e.event_date, coalesce(e.event_type, '(none)')
