/*
description: >-
  What each experiment did to its down-funnel metric, with a 95 % interval, and whether the split of units is as planned (chi-square of one degree over 6.63: one in a hundred by chance). An effect of a mismatched split is no evidence.
owner: growth
grain: one row for each experiment and metric
materialized: view
columns:
  experiment: { type: "varchar", description: "Experiment." }
  metric: { type: "varchar", description: "What counts as success." }
  control_rate: { type: "float", description: "Share of the control that succeeded." }
  treatment_rate: { type: "float", description: "Share of the treated that succeeded." }
  difference: { type: "float", description: "Treated less control." }
  lower_bound: { type: "float", description: "Lower end of the 95 % interval." }
  upper_bound: { type: "float", description: "Upper end of the 95 % interval." }
  sample_ratio_statistic: { type: "float", description: "Chi-square of the split against half and half." }
  sample_ratio_mismatch: { type: "boolean", description: "The split is not as planned." }
*/
select
  x.experiment,
  x.metric,
  x.control_rate,
  x.treatment_rate,
  x.treatment_rate - x.control_rate as difference,
  x.treatment_rate - x.control_rate - 1.96 * x.standard_error as lower_bound,
  x.treatment_rate - x.control_rate + 1.96 * x.standard_error as upper_bound,
  x.sample_ratio_statistic,
  x.sample_ratio_statistic > 6.63 as sample_ratio_mismatch
from (
  select
    a.experiment,
    a.metric,
    a.c_rate as control_rate,
    a.t_rate as treatment_rate,
    sqrt(a.c_rate * (1 - a.c_rate) / nullif(a.c_units, 0) + a.t_rate * (1 - a.t_rate) / nullif(a.t_units, 0)) as standard_error,
    (a.c_units - a.t_units) * (a.c_units - a.t_units) / nullif(a.c_units + a.t_units, 0)::float as sample_ratio_statistic
  from (
    select
      r.experiment,
      r.metric,
      sum(case when r.variant = 'control' then r.experiment_assigned else 0 end)::float as c_units,
      sum(case when r.variant = 'treatment' then r.experiment_assigned else 0 end)::float as t_units,
      sum(case when r.variant = 'control' then r.experiment_converted else 0 end)::float / nullif(sum(case when r.variant = 'control' then r.experiment_assigned else 0 end), 0)::float as c_rate,
      sum(case when r.variant = 'treatment' then r.experiment_converted else 0 end)::float / nullif(sum(case when r.variant = 'treatment' then r.experiment_assigned else 0 end), 0)::float as t_rate
    from mart.growth.experiment_results r
    group by r.experiment, r.metric
  ) a
) x
