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
with tracked as (
  -- each report and country and device is a list of its own, measured on its own days
  select
    q.day, q.carries || ' | ' || q.country || ' | ' || q.device as list, q.query, q.country, q.device, q.position
  from staging.seo_query as q
  cross join meta.business_date as b
  where q.is_tracked and q.query <> '' and q.day < b.business_date
),
row_of as (
  select day, 'total' as slice, '' as member, list, query, position from tracked
  union all
  select day, 'query' as slice, query as member, list, query, position from tracked
  union all
  select day, 'country' as slice, country as member, list, query, position from tracked where country <> ''
  union all
  select day, 'device' as slice, device as member, list, query, position from tracked where device <> ''
),
measured_day as (
  select slice, member, list, day, lag(day) over (partition by slice, member, list order by day) as day_before
  from (select distinct slice, member, list, day from row_of) as d
),
measured as (
  select
    p.grain, p.period_start, d.slice, d.member, d.list, max(d.day) as last_day,
    -- the earliest measurement of the period has the one before the period before it
    coalesce(
      max(case when d.day_before < p.period_start then d.day_before end),
      case when min(d.day) < max(d.day) then min(d.day) end
    ) as first_day
  from measured_day as d
  inner join reference.period as p on d.day between p.period_start and p.period_end
  group by p.grain, p.period_start, d.slice, d.member, d.list
),
at_end as (
  -- a keyword stands at its best position
  select m.grain, m.period_start, m.slice, m.member, r.query, min(r.position) as position
  from measured as m
  inner join row_of as r on r.slice = m.slice and r.member = m.member and r.list = m.list and r.day = m.last_day
  group by m.grain, m.period_start, m.slice, m.member, r.query
),
at_start as (
  select m.grain, m.period_start, m.slice, m.member, r.query, min(r.position) as position
  from measured as m
  inner join row_of as r on r.slice = m.slice and r.member = m.member and r.list = m.list and r.day = m.first_day
  where m.slice <> 'query'
  group by m.grain, m.period_start, m.slice, m.member, r.query
),
begun as (
  select distinct grain, period_start, slice, member from at_start
),
standing as (
  select
    e.grain, e.period_start, e.slice, e.member, e.query, e.position,
    row_number() over (
      partition by e.grain, e.period_start, e.slice, e.member order by e.position nulls last, e.query
    ) as place,
    count(e.position) over (partition by e.grain, e.period_start, e.slice, e.member) as found
  from at_end as e
),
counted as (
  select
    s.grain,
    s.period_start,
    s.slice,
    s.member,
    count(*) as tracked_keywords,
    sum(case when s.position <= 100 then 1 else 0 end) as ranking_keywords,
    -- a keyword that was put on the list inside the period is not new in the results
    sum(case when s.position <= 100 and b.query is not null and coalesce(b.position, 101) > 100 then 1 else 0 end)
      as new_ranking_keywords,
    -- the middle one, or half the sum of the two in the middle
    sum(case when 2 * s.place between s.found and s.found + 2 then s.position end)
      * max(
        case when s.found > 0 and s.found = 2 * (s.found // 2) then cast('0.5' as decimal(2, 1)) else cast('1.0' as decimal(2, 1)) end
      ) as keyword_position
  from standing as s
  left join at_start as b
    on b.grain = s.grain and b.period_start = s.period_start and b.slice = s.slice and b.member = s.member
    and b.query = s.query
  group by s.grain, s.period_start, s.slice, s.member
)
select 'tracked_keywords' as measure, grain, period_start, slice, member, tracked_keywords as value
from counted
union all
select 'ranking_keywords' as measure, grain, period_start, slice, member, ranking_keywords as value
from counted
where slice <> 'query'
union all
select
  'new_ranking_keywords' as measure, c.grain, c.period_start, c.slice, c.member, c.new_ranking_keywords as value
from counted as c
inner join begun as b
  on b.grain = c.grain and b.period_start = c.period_start and b.slice = c.slice and b.member = c.member
union all
select 'keyword_position' as measure, grain, period_start, slice, member, keyword_position as value
from counted
