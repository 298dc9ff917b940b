/*
description: >-
  What became of each unit of an experiment, beyond the click: organisations that pay, visitors that start a trial.
owner: growth
grain: one row for each assignment
key: [assignment_id]
columns:
  assignment_id: { type: "varchar", description: "The assignment." }
  experiment: { type: "varchar", description: "Experiment." }
  variant: { type: "varchar", description: "control or treatment." }
  metric: { type: "varchar", description: "What counts as success: paid, or trial_button_clicked." }
  is_exposed: { type: "boolean", description: "Saw the variant." }
  is_converted: { type: "boolean", description: "Succeeded." }
  account_id: { type: "varchar", description: "CRM account, of an organisation." }
tests:
  - holds: is_exposed or not is_converted
*/
select
  a.assignment_id,
  max(a.experiment) as experiment,
  max(a.variant) as variant,
  max(case when a.unit_type = 'org_id' then 'paid' else 'trial_button_clicked' end) as metric,
  count(x.exposure_id) > 0 as is_exposed,
  count(case when o.plan in ('Business', 'Enterprise') then 1 end) + count(case when m.name = 'Trial Button Clicked' then 1 end) > 0 as is_converted,
  max(o.account_id) as account_id
from core.growth.assignment a
left join core.growth.exposure x on x.experiment = a.experiment and x.unit_id = a.unit_id
left join core.customer.organization o on o.organization_id = a.unit_id
left join core.usage.message m on m.anonymous_id = a.unit_id and m.name = 'Trial Button Clicked'
group by a.assignment_id
