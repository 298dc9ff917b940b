select id, upper(name) as name, updated_at from {{ ref('customers') }}
