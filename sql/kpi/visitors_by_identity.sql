select level, visitors from mart.growth.visitors_by_identity
