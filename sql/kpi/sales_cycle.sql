select 'mean_days' as metric, 'all' as population, sales_cycle_deals as opportunities, sales_cycle_mean as days from mart.sales.sales_cycle
union all
select 'median_days' as metric, 'all' as population, sales_cycle_deals as opportunities, sales_cycle_median as days from mart.sales.sales_cycle
union all
select 'median_days' as metric, 'without_partners' as population, sales_cycle_deals_without_partners as opportunities, sales_cycle_median_without_partners as days from mart.sales.sales_cycle
