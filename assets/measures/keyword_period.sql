-- The keywords that are followed, as the last measurement of each period found them: never summed.
-- A period begins with the last measurement before it, or the first one inside it where there is none.
-- source: seo_query
-- measures: tracked_keywords, ranking_keywords, new_ranking_keywords, keyword_position
-- grains: every (total, query, country, device)
create table measures.keyword_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, query, country or device',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6)          comment 'keywords, or the median of their best positions; NULL when none was found',
  primary key (measure, grain, period_start, slice, member)
) as
with row_of as (
  select q.day, 'total' as slice, '' as member, q.query, q.position
  from staging.seo_query as q
  cross join meta.business_date as b
  where q.is_tracked and q.query <> '' and q.day < b.business_date
  union all
  select q.day, 'query' as slice, q.query as member, q.query, q.position
  from staging.seo_query as q
  cross join meta.business_date as b
  where q.is_tracked and q.query <> '' and q.day < b.business_date
  union all
  select q.day, 'country' as slice, q.country as member, q.query, q.position
  from staging.seo_query as q
  cross join meta.business_date as b
  where q.is_tracked and q.query <> '' and q.country <> '' and q.day < b.business_date
  union all
  select q.day, 'device' as slice, q.device as member, q.query, q.position
  from staging.seo_query as q
  cross join meta.business_date as b
  where q.is_tracked and q.query <> '' and q.device <> '' and q.day < b.business_date
),
keyword_day as (
  -- a keyword stands at its best position
  select slice, member, day, query, min(position) as position
  from row_of
  group by slice, member, day, query
),
measured_day as (
  select
    slice, member, day,
    lag(day) over (partition by slice, member order by day) as day_before
  from (select distinct slice, member, day from keyword_day) as d
),
measured as (
  select
    p.grain, p.period_start, d.slice, d.member, max(d.day) as last_day,
    coalesce(min(d.day_before), case when min(d.day) < max(d.day) then min(d.day) end) as first_day
  from measured_day as d
  inner join reference.period as p on d.day between p.period_start and p.period_end
  group by p.grain, p.period_start, d.slice, d.member
),
standing as (
  select
    m.grain, m.period_start, m.slice, m.member, m.first_day, k.query, k.position,
    row_number() over (
      partition by m.grain, m.period_start, m.slice, m.member order by k.position nulls last, k.query
    ) as place,
    count(k.position) over (partition by m.grain, m.period_start, m.slice, m.member) as found
  from measured as m
  inner join keyword_day as k on k.slice = m.slice and k.member = m.member and k.day = m.last_day
),
counted as (
  select
    s.grain,
    s.period_start,
    s.slice,
    s.member,
    min(s.first_day) as first_day,
    count(*) as tracked_keywords,
    sum(case when s.position <= 100 then 1 else 0 end) as ranking_keywords,
    -- a keyword that was put on the list inside the period is not new in the results
    sum(case when s.position <= 100 and b.query is not null and coalesce(b.position, 101) > 100 then 1 else 0 end)
      as new_ranking_keywords,
    -- the middle one, or half the sum of the two in the middle
    sum(case when 2 * s.place between s.found and s.found + 2 then s.position end)
      * max(case when s.found > 0 and s.found = 2 * (s.found // 2) then cast('0.5' as decimal(2, 1)) else cast('1.0' as decimal(2, 1)) end)
      as keyword_position
  from standing as s
  left join keyword_day as b
    on b.slice = s.slice and b.member = s.member and b.day = s.first_day and b.query = s.query
  group by s.grain, s.period_start, s.slice, s.member
)
select 'tracked_keywords' as measure, grain, period_start, slice, member, tracked_keywords as value
from counted
union all
select 'ranking_keywords' as measure, grain, period_start, slice, member, ranking_keywords as value
from counted
where slice <> 'query'
union all
select 'new_ranking_keywords' as measure, grain, period_start, slice, member, new_ranking_keywords as value
from counted
where slice <> 'query' and first_day is not null
union all
select 'keyword_position' as measure, grain, period_start, slice, member, keyword_position as value
from counted
