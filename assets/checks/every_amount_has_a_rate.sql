-- Every amount in another currency has an exchange rate on or before its day.
-- table: reference.exchange_rate
-- severity: warning
select 'ad cost' as what, row_key from facts.ad_cost where is_unpriced
union all
select 'cost' as what, cost_id as row_key from facts.cost_day where is_unpriced
union all
select 'sale' as what, row_key from facts.revenue where is_unpriced
union all
select 'receipt' as what, row_key from measures.receipt_line where unpriced_rows > 0
union all
select 'e-mail revenue' as what, campaign_id as row_key
from marts.email_campaign
where revenue_eur is null and orders > 0
