-- Contributions to what the web shop took in: orders on their day, and refunds, negative, on theirs.
-- source: orders
create table measures.shop_revenue (
  day               date           not null comment 'order or refund day',
  row_key           varchar        not null comment 'order or refund',
  load_id           bigint         not null comment 'the load the row came with',
  channel           varchar        not null comment 'slice: channel of the order',
  shop_revenue_eur  decimal(38, 6)          comment 'measure: net revenue in EUR, refunds negative',
  unpriced_rows     bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
select
  order_day as day,
  'order ' || order_id as row_key,
  load_id,
  channel,
  order_eur as shop_revenue_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.shop_order
union all
select
  refund_day as day,
  'refund ' || order_id as row_key,
  load_id,
  channel,
  -refund_eur as shop_revenue_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.refund
