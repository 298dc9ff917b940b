select day, console_messages as events from mart.product.console_messages
