/*
description: Unique data points a day, the company's measure of volume. Repeated deliveries count once.
owner: executive
grain: one row for each day
key: [day]
columns:
  day: { type: date, description: "Day on which the events occurred, UTC." }
  events: { type: "number(38,0)", description: "Unique events." }
*/
select
  t.day,
  sum(t.events) as events
from mart.product.events_by_type t
group by t.day
