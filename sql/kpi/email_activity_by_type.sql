select type, email_activities as activities from mart.marketing.email_by_type
