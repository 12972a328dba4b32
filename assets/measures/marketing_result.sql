-- Contributions to what marketing earned after its cost: gross profit rows and, negative, the cost ledger.
-- source: ad_cost or cost; revenue_from
create table measures.marketing_result (
  day                   date           not null comment 'day of the sale or accrual day',
  row_key               varchar        not null comment 'sale or ledger row',
  load_id               bigint         not null comment 'the load the row came with',
  channel               varchar        not null comment 'slice: channel',
  marketing_result_eur  decimal(38, 6)          comment 'measure: gross profit minus fully loaded cost in EUR',
  unpriced_rows         bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
select
  day,
  row_key,
  load_id,
  channel,
  margin_eur as marketing_result_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.revenue
union all
select
  day,
  'cost ' || row_key as row_key,
  load_id,
  channel,
  -amount_eur as marketing_result_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.cost_day
