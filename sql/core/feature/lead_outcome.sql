/*
description: >-
  What became of a lead in the 90 days after a day, once they have passed.
owner: sales
grain: one row for each lead and day as of which it was not converted, 90 days or more before the last export
key: [lead_id, day]
cluster: [day]
freshness: daily
columns:
  lead_id: { type: varchar, description: "The lead." }
  day: { type: date, description: "Day after which the 90 days begin, UTC." }
  converted: { type: boolean, description: "It was turned into a contact of an account within 90 days." }
*/
select
  b.lead_id,
  b.day,
  coalesce(d.is_converted and d.converted_on <= dateadd(day, 90, b.day), false) as converted
from core.feature.lead_as_of b
join core.feature.lead f on f.lead_id = b.lead_id and f.day = b.day
join core.customer.lead d on d.lead_id = b.lead_id
where dateadd(day, 90, b.day) <= b.last_day
