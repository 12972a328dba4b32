-- Followers and likes of pages at the end of each period, what followers grew by, and the reach of whole months.
-- source: social_pages
-- measures: followers, page_likes, follower_growth, social_reach
-- grains: day (total), week (total, platform), month (total, platform), quarter (total, platform), year (total, platform)
create table measures.social_page_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total or platform; of the reach platform only',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'over pages, the last value of each; the reach as the network counted it',
  primary key (measure, grain, period_start, slice, member)
) as
with told as (
  select
    platform, page, counted_day, followers, page_likes,
    -- a day says it better than a month of which it is the last one
    row_number() over (partition by platform, page, counted_day order by period, day desc) as place
  from staging.social_page
  where followers is not null or page_likes is not null
),
value_of_day as (
  select 'followers' as measure, platform, page, counted_day as day, followers as value
  from told
  where place = 1 and followers is not null
  union all
  select 'page_likes' as measure, platform, page, counted_day as day, page_likes as value
  from told
  where place = 1 and page_likes is not null
),
stock as (
  -- a page that nobody told of for a month is not known any more
  select
    measure, platform, page, day, value,
    least(
      cast(day + 30 as date),
      cast(lead(day) over (partition by measure, platform, page order by day) - 1 as date)
    ) as valid_until
  from value_of_day
),
reached as (
  select
    p.grain, p.period_start, cast(p.period_start - 1 as date) as day_before,
    least(p.period_end, cast(b.business_date - 1 as date)) as last_day
  from reference.period as p
  cross join meta.business_date as b
  where p.period_start < b.business_date
),
at_end as (
  select r.grain, r.period_start, r.day_before, s.measure, s.platform, s.page, s.day, s.value
  from reached as r
  inner join stock as s on r.last_day between s.day and s.valid_until
),
counted as (
  select measure, grain, period_start, platform, value from at_end
  union all
  -- a page grows from what it had: what it came with is no growth, and a period in which nobody told of it is not known
  select 'follower_growth' as measure, e.grain, e.period_start, e.platform, e.value - s.value as value
  from at_end as e
  inner join stock as s
    on s.measure = e.measure and s.platform = e.platform and s.page = e.page
    and e.day_before between s.day and s.valid_until
  where e.measure = 'followers' and e.day >= e.period_start
),
month_reach as (
  select
    platform, cast(date_trunc('month', day) as date) as month, page, reach,
    row_number() over (partition by platform, page, date_trunc('month', day) order by day desc) as place
  from staging.social_page
  where period = 'month'
)
select measure, grain, period_start, 'total' as slice, '' as member, sum(value) as value
from counted
group by measure, grain, period_start
union all
select measure, grain, period_start, 'platform' as slice, platform as member, sum(value) as value
from counted
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
