select status, tickets from mart.customer_success.tickets_by_status
