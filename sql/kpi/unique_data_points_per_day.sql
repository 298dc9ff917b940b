select day, events from mart.executive.unique_data_points
