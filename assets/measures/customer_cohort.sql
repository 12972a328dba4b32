-- Contributions of customers to what their cohort was worth: one row per customer, on the day of the first purchase;
-- and one per buyer of the web shop, on the day of the first order, with whether another followed.
-- source: revenue_from
-- source of buyer_cohort, buyers_again: orders
create table measures.customer_cohort (
  day                 date           not null comment 'day of the first purchase',
  row_key             varchar        not null comment 'the customer',
  load_id             bigint         not null comment 'the load of the first purchase',
  channel             varchar        not null comment 'slice: channel of the first purchase',
  segment             varchar        not null comment 'slice: segment of the first purchase',
  customer_cohort     bigint                  comment 'measure: 1 for a customer of any kind of sale that counts as revenue',
  lifetime_value_eur  decimal(38, 6)          comment 'measure: net revenue of the first 365 days in EUR; what was given back of it counts whenever it was',
  buyer_cohort        bigint                  comment 'measure: 1 for a buyer of the web shop',
  buyers_again        bigint                  comment 'measure: 1 when another order followed on a later day, within 365 days',
  unpriced_rows       bigint         not null comment 'unpriced: sales of these days that no rate turns into EUR',
  primary key (row_key)
) as
with sale as (
  select
    sale_key,
    max(customer) as customer,
    min(case when kind <> 'refund' then day end) as day,
    max(channel) as channel,
    max(segment) as segment,
    sum(revenue_eur) as revenue_eur,
    sum(case when is_unpriced then 1 else 0 end) as unpriced,
    max(case when kind <> 'refund' then load_id end) as load_id
  from facts.revenue
  where customer is not null
  group by sale_key
),
placed as (
  select
    customer, day, channel, segment, revenue_eur, unpriced, load_id,
    min(day) over (partition by customer) as first_day,
    row_number() over (partition by customer order by day, sale_key) as place
  from sale
  -- a credit note without an order is no purchase
  where day is not null
),
ordered as (
  select
    customer_identity, order_day, channel, load_id,
    min(order_day) over (partition by customer_identity) as first_day,
    row_number() over (partition by customer_identity order by order_day, order_id) as place
  from facts.shop_order
  where not starts_with(customer_identity, 'order ')
)
select
  first_day as day,
  customer || ' sales' as row_key,
  max(case when place = 1 then load_id end) as load_id,
  max(case when place = 1 then channel end) as channel,
  max(case when place = 1 then segment end) as segment,
  1 as customer_cohort,
  sum(revenue_eur) as lifetime_value_eur,
  null as buyer_cohort,
  null as buyers_again,
  sum(unpriced) as unpriced_rows
from placed
where date_diff('day', first_day, day) <= 365
group by customer, first_day
union all
select
  first_day as day,
  customer_identity || ' orders' as row_key,
  max(case when place = 1 then load_id end) as load_id,
  max(case when place = 1 then channel end) as channel,
  '(unknown)' as segment,
  null as customer_cohort,
  null as lifetime_value_eur,
  1 as buyer_cohort,
  max(case when order_day > first_day and date_diff('day', first_day, order_day) <= 365 then 1 else 0 end) as buyers_again,
  0 as unpriced_rows
from ordered
group by customer_identity, first_day
