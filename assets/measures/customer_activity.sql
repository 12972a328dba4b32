-- Customers at the start of a period, and what became of them by its end: counted at each grain, never summed.
-- A customer is who bought within customer_activity_days before.
-- source: revenue_from
-- source of customers_upsold: revenue_from; crm_deals
-- measures: customers_at_start, customers_kept, customers_upsold
-- grains: month (total, channel, segment), quarter (total, channel, segment), year (total, channel, segment)
create table measures.customer_activity (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel or segment of the first purchase',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'customers',
  primary key (measure, grain, period_start, slice, member)
) as
with purchase as (
  select
    customer, day, row_key, channel, segment,
    row_number() over (partition by customer order by day, row_key) as place
  from facts.revenue
  where customer is not null and kind <> 'refund'
),
origin as (
  select customer, channel, segment from purchase where place = 1
),
purchase_day as (
  select distinct customer, day from purchase
),
upsold as (
  select distinct r.customer, d.won_day as day
  from facts.deal as d
  inner join staging.deal as s on s.deal_id = d.deal_id
  inner join facts.revenue as r on r.row_key = 'deal ' || d.deal_id
  where s.deal_type = 'upsell' and r.customer is not null
),
asked as (
  -- before sales reach back as far as a customer counts, some of them are not known
  select
    p.grain, p.period_start, t.customer_activity_days,
    least(p.period_end, cast(b.business_date - 1 as date)) as last_day
  from reference.period as p
  cross join meta.business_date as b
  cross join reference.setting as t
  inner join facts.measure_span as s on s.measure = 'customers_at_start'
  where p.grain in ('month', 'quarter', 'year') and p.period_start < b.business_date
    and date_diff('day', s.first_day, p.period_start) >= t.customer_activity_days and p.period_start <= s.last_day
),
seen as (
  select
    a.grain, a.period_start, a.last_day, a.customer_activity_days, c.customer,
    max(case when c.day < a.period_start then c.day end) as bought_before,
    max(c.day) as bought_last
  from asked as a
  inner join purchase_day as c
    on c.day >= a.period_start - a.customer_activity_days and c.day <= a.last_day
  group by a.grain, a.period_start, a.last_day, a.customer_activity_days, c.customer
),
upsold_in as (
  select distinct a.grain, a.period_start, u.customer
  from asked as a
  inner join upsold as u on u.day between a.period_start and a.last_day
),
judged as (
  select
    s.grain, s.period_start, o.channel, o.segment,
    case when date_diff('day', s.bought_last, s.last_day) < s.customer_activity_days then 1 else 0 end as is_kept,
    case when u.customer is not null then 1 else 0 end as is_upsold
  from seen as s
  inner join origin as o on o.customer = s.customer
  left join upsold_in as u on u.grain = s.grain and u.period_start = s.period_start and u.customer = s.customer
  where s.bought_before is not null
),
counted as (
  select
    a.grain, a.period_start, 'total' as slice, '' as member,
    count(j.is_kept) as at_start, coalesce(sum(j.is_kept), 0) as kept, coalesce(sum(j.is_upsold), 0) as upsold
  from asked as a
  left join judged as j on j.grain = a.grain and j.period_start = a.period_start
  group by a.grain, a.period_start
  union all
  select
    grain, period_start, 'channel' as slice, channel as member, count(*) as at_start, sum(is_kept) as kept,
    sum(is_upsold) as upsold
  from judged
  group by grain, period_start, channel
  union all
  select
    grain, period_start, 'segment' as slice, segment as member, count(*) as at_start, sum(is_kept) as kept,
    sum(is_upsold) as upsold
  from judged
  group by grain, period_start, segment
)
select 'customers_at_start' as measure, grain, period_start, slice, member, at_start as value from counted
union all
select 'customers_kept' as measure, grain, period_start, slice, member, kept as value from counted
union all
select 'customers_upsold' as measure, grain, period_start, slice, member, upsold as value from counted
