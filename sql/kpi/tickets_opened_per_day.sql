select day, tickets_opened as tickets from mart.customer_success.tickets_opened where day >= (select min(u.day) as first_day from mart.executive.unique_data_points u)
