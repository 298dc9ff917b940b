select experiment, variant, metric, experiment_assigned as assigned, experiment_exposed as exposed, experiment_converted as converted from mart.growth.experiment_results
