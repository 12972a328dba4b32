-- Contributions to sales in pieces: one row per order or won deal, on its day; what is both counts once.
-- source of sales: revenue_from
-- source of new_sales: customers_from
create table measures.sale (
  day        date    not null comment 'order day or won day',
  row_key    varchar not null comment 'order or deal; the person where the CRM only tells of stages',
  load_id    bigint  not null comment 'the load the row came with',
  channel    varchar not null comment 'slice: channel of the order or deal',
  sales      bigint           comment 'measure: 1 when it counts as revenue',
  new_sales  bigint           comment 'measure: 1 for won new business and for the first order of a customer',
  primary key (row_key)
) as
with ordered as (
  select
    order_id, order_day, person_key, channel, load_id,
    row_number() over (partition by customer_identity order by order_day, order_id) as place
  from facts.shop_order
),
counted as (
  select row_key, day, channel, load_id, 1 as sales, null as new_sales
  from facts.revenue
  where kind in ('order', 'deal')
  union all
  select 'deal ' || d.deal_id as row_key, d.won_day as day, d.channel, d.load_id, null as sales, 1 as new_sales
  from facts.deal as d
  cross join reference.setting as s
  where d.won_day is not null and d.is_new_business and s.customers_from in ('deals', 'both')
  union all
  select
    'lead ' || cast(e.person_key as varchar) as row_key, e.entered_day as day, e.channel, e.load_id, null as sales,
    1 as new_sales
  from facts.stage_entry as e
  cross join reference.setting as s
  where e.stage = 'customer' and s.customers_from in ('deals', 'both')
    and not exists (select 1 from staging.deal)
    and not exists (
      select 1 from facts.shop_order as o where s.customers_from = 'both' and o.person_key = e.person_key
    )
  union all
  select 'order ' || o.order_id as row_key, o.order_day as day, o.channel, o.load_id, null as sales, 1 as new_sales
  from ordered as o
  cross join reference.setting as s
  where o.place = 1 and s.customers_from in ('orders', 'both')
    -- a person who also has a won deal is that deal's conversion
    and not exists (
      select 1 from facts.deal as d
      where s.customers_from = 'both' and d.person_key = o.person_key and d.is_new_business and d.won_day is not null
    )
)
select
  day,
  row_key,
  load_id,
  channel,
  max(sales) as sales,
  max(new_sales) as new_sales
from counted
group by day, row_key, load_id, channel
