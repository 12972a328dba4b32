-- Lines of the orders that count, in EUR by the rate of the order day.
create table facts.order_line (
  row_key     varchar        not null comment 'order and line',
  order_id    varchar        not null comment 'the order',
  product     varchar        not null comment 'article the shop sold',
  category    varchar        not null comment 'category of the article; (unknown) when empty',
  quantity    decimal(38, 6) not null comment 'number of articles; negative for a correction',
  line_eur    decimal(38, 6)          comment 'net value in EUR; NULL when the rate is missing',
  load_id     bigint         not null comment 'the load the row came with',
  primary key (row_key)
) as
select
  l.order_id || '|' || l.line_no as row_key,
  l.order_id,
  trim(l.product_id) as product,
  coalesce(nullif(trim(l.category), ''), '(unknown)') as category,
  l.quantity,
  round(l.net_amount * x.eur_per_unit, 2) as line_eur,
  l.load_id
from staging.order_line as l
inner join facts.shop_order as o on o.order_id = l.order_id
inner join staging.shop_order as s on s.order_id = l.order_id
left join reference.exchange_rate as x on x.currency = s.currency and o.order_day between x.valid_from and x.valid_until
