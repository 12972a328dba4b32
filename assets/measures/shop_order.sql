-- Contributions to orders, their value and what was in them: one row per order that counts, before later returns.
-- source: orders
-- source of items, orders_with_lines, orders_by_category, orders_across_categories: orders; order_lines
create table measures.shop_order (
  day                       date           not null comment 'order day',
  row_key                   varchar        not null comment 'the order',
  load_id                   bigint         not null comment 'the load the row came with',
  channel                   varchar        not null comment 'slice: channel of the order',
  source_medium             varchar        not null comment 'slice: source and medium of the order',
  campaign                  varchar        not null comment 'slice: campaign of the order',
  device                    varchar        not null comment 'slice: device of the order',
  country                   varchar        not null comment 'slice: country of the order',
  order_count               bigint         not null comment 'measure: 1',
  order_value_eur           decimal(38, 6)          comment 'measure: net value in EUR before later returns',
  order_margin_eur          decimal(38, 6)          comment 'measure: gross profit in EUR, by the company rate where the shop sent none',
  known_order_margin_eur    decimal(38, 6)          comment 'measure: gross profit in EUR of orders with a margin of their own',
  orders_with_margin        bigint                  comment 'measure: 1 when the shop sent a margin',
  orders_of_customers       bigint                  comment 'measure: 1 when the order names who bought',
  items                     decimal(38, 6)          comment 'measure: articles of all lines; corrections left out',
  orders_with_lines         bigint                  comment 'measure: 1 when the lines of the order are known',
  orders_by_category        bigint                  comment 'measure: the same, where the shop names categories at all',
  orders_across_categories  bigint                  comment 'measure: 1 when its lines are of two categories or more',
  unpriced_rows             bigint         not null comment 'unpriced: 1 when no rate turns it into EUR',
  primary key (row_key)
) as
with content as (
  select
    order_id,
    sum(case when quantity > 0 then quantity else 0 end) as items,
    count(distinct case when quantity > 0 and category <> '(unknown)' then category end) as categories
  from facts.order_line
  group by order_id
),
named as (
  select count(*) as lines from facts.order_line where category <> '(unknown)'
)
select
  o.order_day as day,
  'order ' || o.order_id as row_key,
  o.load_id,
  o.channel,
  o.source_medium,
  o.campaign,
  o.device,
  o.country,
  1 as order_count,
  o.order_eur as order_value_eur,
  o.margin_eur as order_margin_eur,
  case when o.has_own_margin then o.margin_eur end as known_order_margin_eur,
  case when o.has_own_margin then 1 end as orders_with_margin,
  case when not starts_with(o.customer_identity, 'order ') then 1 end as orders_of_customers,
  c.items,
  case when c.order_id is not null then 1 end as orders_with_lines,
  case when c.order_id is not null and n.lines > 0 then 1 end as orders_by_category,
  case when c.categories >= 2 then 1 end as orders_across_categories,
  case when o.is_unpriced then 1 else 0 end as unpriced_rows
from facts.shop_order as o
cross join named as n
left join content as c on c.order_id = o.order_id
