-- Who claims the same orders: what GA4, the e-mail tools and the ad platforms each say they brought, beside the orders of
-- the shop. Every claimant counts by rules and days of its own, so each is held against the orders alone; all platforms
-- together are a row too, which shows what is claimed twice. No KPI is made of a claim.
-- publish: yes
create table marts.overclaim_month (
  fact           varchar        not null comment 'what is claimed: orders',
  month          date           not null comment 'first day of the month',
  claimant_kind  varchar        not null comment 'analytics, email, ad_platform, or ad_platforms: all of them together',
  claimant       varchar        not null comment 'ga4, the e-mail tool, the ad platform, or (all platforms)',
  claimed        decimal(38, 6)          comment 'claim: purchases of GA4 by the day of the event, orders of an e-mail tool by the day of the send, conversions of an ad platform, of every kind its account counts, by the day of the click: they fill up for 30 to 90 days; NULL when it tells none',
  actual         bigint                  comment 'orders that count, by the day of the order; NULL when no shop was read for the month',
  factor         double                  comment 'claimed / actual; NULL when either is unknown or there was no order',
  primary key (fact, month, claimant_kind, claimant)
) as
with month_read as (
  select
    p.period_start as month,
    max(case when s.measure = 'order_count' then 1 else 0 end) as has_orders,
    max(case when s.measure = 'conversions' then 1 else 0 end) as has_events
  from reference.period as p
  inner join facts.measure_span as s on s.first_day <= p.period_end and s.last_day >= p.period_start
  where p.grain = 'month'
  group by p.period_start
),
ordered as (
  select cast(date_trunc('month', order_day) as date) as month, count(*) as orders
  from facts.shop_order
  group by cast(date_trunc('month', order_day) as date)
),
purchased as (
  select cast(date_trunc('month', d.day) as date) as month, sum(d.events) as purchases
  from staging.ga4_event_day as d
  inner join reference.website_event as e on e.event_name = d.event_name and e.role = 'purchase'
  cross join meta.business_date as b
  where d.day < b.business_date
  group by cast(date_trunc('month', d.day) as date)
),
platform_claim as (
  select cast(date_trunc('month', a.day) as date) as month, a.platform, sum(a.conversions) as claimed
  from facts.ad_cost as a
  cross join meta.business_date as b
  where a.origin = 'export' and a.day < b.business_date
  group by cast(date_trunc('month', a.day) as date), a.platform
),
claim as (
  -- a property that never saw a purchase is not asked for any
  select r.month, 'analytics' as claimant_kind, 'ga4' as claimant, coalesce(p.purchases, 0) as claimed
  from month_read as r
  left join purchased as p on p.month = r.month
  where r.has_events = 1 and exists (select 1 from purchased)
  union all
  select
    cast(date_trunc('month', s.send_day) as date) as month, 'email' as claimant_kind, s.tool as claimant,
    sum(s.orders) as claimed
  from facts.email_send as s
  cross join meta.business_date as b
  where s.send_day < b.business_date
  group by cast(date_trunc('month', s.send_day) as date), s.tool
  union all
  select month, 'ad_platform' as claimant_kind, platform as claimant, claimed from platform_claim
  union all
  -- the one sum of claims there is; a platform that tells none adds nothing to it
  select month, 'ad_platforms' as claimant_kind, '(all platforms)' as claimant, sum(claimed) as claimed
  from platform_claim
  group by month
)
select
  'orders' as fact,
  c.month,
  c.claimant_kind,
  c.claimant,
  c.claimed,
  coalesce(o.orders, case when r.has_orders = 1 then 0 end) as actual,
  ratio(c.claimed, coalesce(o.orders, case when r.has_orders = 1 then 0 end)) as factor
from claim as c
left join ordered as o on o.month = c.month
left join month_read as r on r.month = c.month
