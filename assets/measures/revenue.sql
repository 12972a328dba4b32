-- Contributions to revenue: one row per order, refund and won deal, on its day.
-- source: revenue_from
create table measures.revenue (
  day             date           not null comment 'order, refund or won day',
  row_key         varchar        not null comment 'order, refund or deal',
  load_id         bigint         not null comment 'the load the row came with',
  channel         varchar        not null comment 'slice: channel',
  revenue_eur     decimal(38, 6)          comment 'measure: net revenue in EUR, refunds negative',
  margin_eur      decimal(38, 6)          comment 'measure: gross profit in EUR, refunds negative',
  unpriced_rows   bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
select
  day,
  row_key,
  load_id,
  channel,
  revenue_eur,
  margin_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.revenue
