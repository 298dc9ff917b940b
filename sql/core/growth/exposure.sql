/*
description: >-
  Each time that a unit saw its variant, once.
owner: growth
grain: one row for each exposure
key: [exposure_id]
columns:
  exposure_id: { type: "varchar", description: "The experiment platform's id." }
  experiment: { type: "varchar", description: "Experiment." }
  variant: { type: "varchar", description: "control or treatment." }
  unit_type: { type: "varchar", description: "org_id or anonymous_id." }
  unit_id: { type: "varchar", description: "The organisation, or the browser." }
  exposed_at: { type: "timestamp_ntz", description: "When, UTC.", required: true }
*/
select
  x.record:exposure_id::varchar as exposure_id,
  x.record:experiment::varchar as experiment,
  x.record:variant::varchar as variant,
  x.record:unit_type::varchar as unit_type,
  x.record:unit_id::varchar as unit_id,
  convert_timezone('UTC', try_to_timestamp_tz(x.record:exposed_at::varchar))::timestamp_ntz as exposed_at
from raw.experiments.exposure x
qualify row_number() over (partition by exposure_id order by exposed_at) = 1
