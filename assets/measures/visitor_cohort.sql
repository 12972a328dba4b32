-- Visitors by the month of their first visit, and those of them who were active in the month after it: never summed.
-- source: ga4_period
-- measures: cohort_visitors, retained_visitors
-- asked of ga4: cohort (cohort_visitors, retained_visitors)
-- grains: month (total, channel)
create table measures.visitor_cohort (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'month',
  period_start  date           not null comment 'first day of the month of the first visit',
  slice         varchar        not null comment 'total, or channel of the first visit',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'visitors',
  primary key (measure, grain, period_start, slice, member)
) as
with answered as (
  select q.grain, q.slice, a.period_start
  from reference.period_report as q
  inner join staging.ga4_answer as a
    on a.report = q.grain || '/' || q.slice || '/' || q.form and a.asked = q.asked
  inner join reference.period as r on r.grain = q.grain and r.period_start = a.period_start
  inner join staging.source_coverage as c on c.source = 'ga4_period' and r.period_end >= c.first_day
  where q.form = 'cohort'
),
cohort as (
  -- a cohort that was asked for and has nobody had nobody
  select w.grain, w.period_start, w.slice, '' as member, coalesce(max(p.cohort_total), 0) as visitors
  from answered as w
  left join staging.ga4_period as p
    on p.form = 'cohort' and p.grain = w.grain and p.slice = w.slice and p.period_start = w.period_start
  where w.slice = 'total'
  group by w.grain, w.period_start, w.slice
  union all
  -- GA4 reference §4: its total is that of the whole cohort; at first all of a member are active, a first visit makes so
  select w.grain, w.period_start, w.slice, p.member, p.cohort_active as visitors
  from answered as w
  inner join staging.ga4_period as p
    on p.form = 'cohort' and p.grain = w.grain and p.slice = w.slice and p.period_start = w.period_start
    and p.split_member = '0000'
  where w.slice <> 'total' and p.cohort_active is not null
)
select 'cohort_visitors' as measure, grain, period_start, slice, member, visitors as value
from cohort
union all
-- whoever did not come again has no row
select
  'retained_visitors' as measure, c.grain, c.period_start, c.slice, c.member,
  case when p.grain is null then 0 else p.cohort_active end as value
from cohort as c
left join staging.ga4_period as p
  on p.form = 'cohort' and p.grain = c.grain and p.slice = c.slice and p.period_start = c.period_start
  and p.member = c.member and p.split_member = '0001'
where p.grain is null or p.cohort_active is not null
