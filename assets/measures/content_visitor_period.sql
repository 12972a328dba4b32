-- New visitors whose first visit began on a content page, as GA4 counted them for each grain and slice: never summed.
-- source: ga4_period
-- measures: content_new_users
-- asked of ga4: content (content_new_users)
-- grains: day (total, channel), month (total, channel, landing_page)
create table measures.content_visitor_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel or landing_page',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6) not null comment 'users with a first visit',
  primary key (measure, grain, period_start, slice, member)
) as
with answered as (
  -- an answer to other pages than are content now is no answer
  select q.grain, q.slice, a.period_start
  from reference.period_report as q
  inner join staging.ga4_answer as a
    on a.report = q.grain || '/' || q.slice || '/' || q.form and a.asked = q.asked
  inner join reference.period as r on r.grain = q.grain and r.period_start = a.period_start
  inner join staging.source_coverage as c on c.source = 'ga4_period' and r.period_end >= c.first_day
  where q.form = 'content'
)
-- a period that was asked for and has nobody had nobody
select
  'content_new_users' as measure, w.grain, w.period_start, w.slice,
  case when w.slice = 'total' then '' else p.member end as member,
  coalesce(p.new_users, 0) as value
from answered as w
left join staging.ga4_period as p
  on p.form = 'content' and p.grain = w.grain and p.slice = w.slice and p.period_start = w.period_start
where w.slice = 'total' or p.new_users is not null
