-- Contributions to fully loaded cost: one row per cost, day and channel of the ledger.
-- source: ad_cost or cost
create table measures.cost (
  day              date           not null comment 'accrual day',
  row_key          varchar        not null comment 'cost, day and channel',
  load_id          bigint         not null comment 'the load the row came with',
  channel          varchar        not null comment 'slice: channel that bears the cost',
  category         varchar        not null comment 'slice: media, software, staff, agency, content and the like',
  cost_full_eur    decimal(38, 6)          comment 'measure: media, direct and overhead cost in EUR',
  cost_direct_eur  decimal(38, 6)          comment 'measure: media and direct cost in EUR',
  unpriced_rows    bigint         not null comment 'unpriced: 1 when no rate turns the cost into EUR',
  primary key (row_key)
) as
select
  day,
  row_key,
  load_id,
  channel,
  category,
  amount_eur as cost_full_eur,
  case when scope in ('media', 'direct') then amount_eur end as cost_direct_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.cost_day
