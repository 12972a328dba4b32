-- Filled and lost carts: of the shop's own list where there is one, else sessions of GA4, never both.
-- source: carts else ga4_period
-- measures: filled_carts, lost_carts
-- asked of ga4: eventName (filled_carts, lost_carts)
-- grains: every (total, channel, device, source_medium, campaign)
create table measures.cart_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel or device; of GA4 also source_medium and campaign',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'carts of the list, or sessions with something in the cart',
  primary key (measure, grain, period_start, slice, member)
) as
with cart_day as (
  select created_day, channel, device, count(*) as filled, sum(case when is_lost then 1 else 0 end) as lost
  from facts.cart
  group by created_day, channel, device
),
member_day as (
  select created_day, 'total' as slice, '' as member, filled, lost from cart_day
  union all
  select created_day, 'channel' as slice, channel as member, filled, lost from cart_day
  union all
  select created_day, 'device' as slice, device as member, filled, lost from cart_day
),
listed as (
  select
    p.grain, p.period_start, c.slice, c.member,
    sum(c.filled) as filled,
    sum(c.lost) as lost
  from reference.period as p
  inner join member_day as c on c.created_day between p.period_start and p.period_end
  group by p.grain, p.period_start, c.slice, c.member
),
of_list as (
  select grain, period_start, slice, member, filled, lost from listed
  union all
  -- a period that was read and has no cart had none
  select p.grain, p.period_start, 'total' as slice, '' as member, 0 as filled, 0 as lost
  from reference.period as p
  inner join staging.source_coverage as v
    on v.source = 'carts' and p.period_end >= v.first_day and p.period_start <= v.last_day
  left join listed as l on l.grain = p.grain and l.period_start = p.period_start and l.slice = 'total'
  where l.grain is null
),
of_ga4 as (
  select grain, slice, period_start, member, cart_sessions as filled, purchase_sessions as bought
  from facts.visit_with_event
  where slice in ('total', 'channel', 'device', 'source_medium', 'campaign') and not exists (select 1 from staging.cart)
)
select 'filled_carts' as measure, grain, period_start, slice, member, filled as value from of_list
union all
select 'lost_carts' as measure, grain, period_start, slice, member, lost as value from of_list
union all
select 'filled_carts' as measure, grain, period_start, slice, member, filled as value from of_ga4
union all
-- more purchases than carts (a saved cart, an express checkout) cannot be told apart from lost ones: no figure
select 'lost_carts' as measure, grain, period_start, slice, member, filled - bought as value
from of_ga4
where filled >= bought
