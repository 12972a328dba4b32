-- Followers and likes of pages at the end of each period, and the reach of whole months: never summed over time. Unknown
-- while a page is silent that comes back later; one that never does leaves the sum.
-- source: social_pages
-- measures: followers, page_likes, social_reach
-- grains: day (total), week (total, platform), month (total, platform), quarter (total, platform), year (total, platform)
create table measures.social_page_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total or platform; of the reach platform only',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6)          comment 'of all pages, NULL when that of one is unknown; the reach as the network counted it',
  primary key (measure, grain, period_start, slice, member)
) as
with told as (
  select 'followers' as measure, platform, page, counted_day, period, day, followers as value
  from staging.social_page
  where followers is not null
  union all
  select 'page_likes' as measure, platform, page, counted_day, period, day, page_likes as value
  from staging.social_page
  where page_likes is not null
),
value_of_day as (
  select
    measure, platform, page, counted_day as day, value,
    -- a day says it better than a month of which it is the last one
    row_number() over (partition by measure, platform, page, counted_day order by period, day desc) as place
  from told
),
stock as (
  -- a page that nobody told of for a month is not known any more; it still counts where it is told of again
  select
    measure, platform, page, day, value,
    cast(day + 30 as date) as known_until,
    coalesce(
      cast(lead(day) over (partition by measure, platform, page order by day) - 1 as date), cast(day + 30 as date)
    ) as counted_until
  from value_of_day
  where place = 1
),
reached as (
  select
    p.grain, p.period_start, least(p.period_end, cast(b.business_date - 1 as date)) as last_day
  from reference.period as p
  cross join meta.business_date as b
  where p.period_start < b.business_date
),
at_end as (
  select
    r.grain, r.period_start, s.measure, s.platform, case when r.last_day <= s.known_until then s.value end as value
  from reached as r
  inner join stock as s on r.last_day between s.day and s.counted_until
),
month_reach as (
  select
    platform, cast(date_trunc('month', day) as date) as month, page, reach,
    row_number() over (partition by platform, page, date_trunc('month', day) order by day desc) as place
  from staging.social_page
  where period = 'month'
)
select
  measure, grain, period_start, 'total' as slice, '' as member,
  case when count(*) = count(value) then sum(value) end as value
from at_end
group by measure, grain, period_start
union all
select
  measure, grain, period_start, 'platform' as slice, platform as member,
  case when count(*) = count(value) then sum(value) end as value
from at_end
where grain <> 'day'
group by measure, grain, period_start, platform
union all
-- people who follow two pages of a network are the same people: with more than one page nobody knows how many
select
  'social_reach' as measure, 'month' as grain, month as period_start, 'platform' as slice, platform as member,
  max(reach) as value
from month_reach
where place = 1
group by platform, month
having count(*) = 1 and count(reach) = 1
