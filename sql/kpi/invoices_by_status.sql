select status, invoices, invoice_amount as amount from mart.finance.invoices_by_status
