-- Distinct customers of the web shop, counted at each grain and slice: never summed.
-- source: orders
-- measures: ordering_customers
-- grains: every (total, channel, device, source_medium, campaign)
create table measures.shop_customer_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel, device, source_medium or campaign of the order',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'customers with an order in the period; an order that names nobody counts for none',
  primary key (measure, grain, period_start, slice, member)
) as
with customer_day as (
  select distinct
    order_day,
    channel,
    device,
    source_medium,
    campaign,
    case when not starts_with(customer_identity, 'order ') then customer_identity end as customer
  from facts.shop_order
  union all
  -- a channel or device that only gave money back had no customer, and says so
  select refund_day as order_day, channel, device, null as source_medium, campaign, null as customer
  from facts.refund
),
ordered as (
  select 'day' as grain, o.order_day as period_start, o.channel, o.device, o.source_medium, o.campaign, o.customer
  from customer_day as o
  union all
  select 'week' as grain, c.week_start as period_start, o.channel, o.device, o.source_medium, o.campaign, o.customer
  from customer_day as o
  inner join reference.calendar as c on c.day = o.order_day
  union all
  select 'month' as grain, c.month_start as period_start, o.channel, o.device, o.source_medium, o.campaign, o.customer
  from customer_day as o
  inner join reference.calendar as c on c.day = o.order_day
  union all
  select 'quarter' as grain, c.quarter_start as period_start, o.channel, o.device, o.source_medium, o.campaign, o.customer
  from customer_day as o
  inner join reference.calendar as c on c.day = o.order_day
  union all
  select 'year' as grain, c.year_start as period_start, o.channel, o.device, o.source_medium, o.campaign, o.customer
  from customer_day as o
  inner join reference.calendar as c on c.day = o.order_day
)
-- a period that was read and has no order had no customer
select
  'ordering_customers' as measure, p.grain, p.period_start, 'total' as slice, '' as member,
  count(distinct o.customer) as value
from reference.period as p
inner join staging.source_coverage as c
  on c.source = 'orders' and p.period_end >= c.first_day and p.period_start <= c.last_day
left join ordered as o on o.grain = p.grain and o.period_start = p.period_start
group by p.grain, p.period_start
union all
select
  'ordering_customers' as measure, grain, period_start, 'channel' as slice, channel as member,
  count(distinct customer) as value
from ordered
group by grain, period_start, channel
union all
select
  'ordering_customers' as measure, grain, period_start, 'device' as slice, device as member,
  count(distinct customer) as value
from ordered
group by grain, period_start, device
union all
-- long tails stand where they are shown: campaigns by day and month, sources by month
select
  'ordering_customers' as measure, grain, period_start, 'campaign' as slice, campaign as member,
  count(distinct customer) as value
from ordered
where grain in ('day', 'month')
group by grain, period_start, campaign
union all
select
  'ordering_customers' as measure, grain, period_start, 'source_medium' as slice, source_medium as member,
  count(distinct customer) as value
from ordered
where grain = 'month' and source_medium is not null
group by grain, period_start, source_medium
