select day, console_sessions as sessions, rage_click_sessions, error_loop_sessions from mart.product.console_friction
