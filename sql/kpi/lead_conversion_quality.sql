select e.trained_on, e.cases, e.positives, e.base_rate, e.mean_score, e.auc, e.log_loss, e.base_log_loss, e.top_decile_lift from mart.sales.lead_conversion_evaluation e
