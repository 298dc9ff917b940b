/*
description: >-
  Which unit was given which variant, each assignment once.
owner: growth
grain: one row for each assignment
key: [assignment_id]
columns:
  assignment_id: { type: "varchar", description: "The experiment platform's id." }
  experiment: { type: "varchar", description: "Experiment." }
  variant: { type: "varchar", description: "control or treatment." }
  unit_type: { type: "varchar", description: "org_id or anonymous_id." }
  unit_id: { type: "varchar", description: "The organisation, or the browser." }
  assigned_at: { type: "timestamp_ntz", description: "When, UTC.", required: true }
*/
select
  x.record:assignment_id::varchar as assignment_id,
  x.record:experiment::varchar as experiment,
  x.record:variant::varchar as variant,
  x.record:unit_type::varchar as unit_type,
  x.record:unit_id::varchar as unit_id,
  convert_timezone('UTC', try_to_timestamp_tz(x.record:assigned_at::varchar))::timestamp_ntz as assigned_at
from raw.experiments.assignment x
qualify row_number() over (partition by assignment_id order by assigned_at) = 1
