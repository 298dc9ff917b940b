/*
description: >-
  Half of an experiment's units are given each variant: the numbers differ by no more than chance does once in a thousand
  times. An experiment whose split is off measures something else.
model: core.growth.experiment_unit
*/
select u.experiment, count_if(u.variant = 'treatment') as treated, count(*) as units
from core.growth.experiment_unit u
group by u.experiment
having square(2 * count_if(u.variant = 'treatment') - count(*)) > 10.83 * count(*)
