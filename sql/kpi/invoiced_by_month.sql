select month, invoices_issued as invoices, invoiced_amount as amount from mart.finance.invoiced_by_month
