-- Contributions to orders and order value: one row per order that counts, before later returns.
-- source: orders
create table measures.shop_order (
  day              date           not null comment 'order day',
  row_key          varchar        not null comment 'the order',
  load_id          bigint         not null comment 'the load the row came with',
  channel          varchar        not null comment 'slice: channel of the order',
  device           varchar        not null comment 'slice: device of the order',
  order_count      bigint         not null comment 'measure: 1',
  order_value_eur  decimal(38, 6)          comment 'measure: net value in EUR before later returns',
  unpriced_rows    bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
select
  order_day as day,
  'order ' || order_id as row_key,
  load_id,
  channel,
  device,
  1 as order_count,
  order_eur as order_value_eur,
  case when is_unpriced then 1 else 0 end as unpriced_rows
from facts.shop_order
