select month, payments_received as payments, paid_amount as amount from mart.finance.payments_by_month
