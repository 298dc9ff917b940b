{% snapshot snap %}
{{ config(target_schema='PUBLIC', unique_key='id', strategy='check', check_cols=['name']) }}
select id, name from {{ ref('customers') }}
{% endsnapshot %}
