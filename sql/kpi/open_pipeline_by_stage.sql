select stage, opportunities, amount from mart.sales.open_pipeline
