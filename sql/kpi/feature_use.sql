select feature, feature_uses as uses, feature_users as users from mart.product.feature_use
