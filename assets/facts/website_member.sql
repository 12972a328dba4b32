-- The members of a slice that are shown in a period: all, or the 200 with the most sessions where there are many.
create table facts.website_member (
  grain           varchar not null comment 'day, week, month, quarter or year',
  slice           varchar not null comment 'total, channel, device, source_medium, campaign, page, country and so on',
  period_start    date    not null comment 'first day of the period',
  member          varchar not null comment 'value of the slice; empty for total',
  total_users     bigint           comment 'distinct: users of all visits; NULL where several members became one',
  new_users       bigint           comment 'users with a first visit; NULL where several members became one',
  sessions        bigint  not null comment 'sessions',
  scrolled_users  bigint           comment 'distinct: users who reached 90 % of a page; NULL as total_users is',
  has_kinds       integer not null comment '1 when GA4 was asked for new and returning visitors of the same period',
  has_events      integer not null comment '1 when GA4 was asked for the events of the same period',
  primary key (grain, slice, period_start, member)
) as
with visited as (
  -- a period that GA4 was asked for and had nothing to tell of had no visit
  select
    p.grain, 'total' as slice, p.period_start, '' as member,
    case when g.grain is null then 0 else g.total_users end as total_users,
    case when g.grain is null then 0 else g.new_users end as new_users,
    coalesce(g.sessions, 0) as sessions,
    case when g.grain is null then 0 else g.scrolled_users end as scrolled_users
  from reference.period as p
  inner join meta.current_part as c
    on c.object = 'ga4.period' and c.part = p.grain || '/total/all/' || cast(p.period_start as varchar)
  inner join staging.source_coverage as v on v.source = 'ga4_period' and p.period_end >= v.first_day
  left join staging.ga4_period as g
    on g.grain = p.grain and g.slice = 'total' and g.form = 'all' and g.period_start = p.period_start
  union all
  select grain, slice, period_start, member, total_users, new_users, sessions, scrolled_users
  from staging.ga4_period
  where form = 'all' and slice <> 'total'
),
answered as (
  -- an answer to other fields or events than are asked for now is no answer
  select q.grain, q.slice, q.form, a.period_start
  from reference.period_report as q
  inner join staging.ga4_answer as a
    on a.report = q.grain || '/' || q.slice || '/' || q.form and a.asked = q.asked
),
ranked as (
  select
    grain, slice, period_start, member, total_users, new_users, sessions, scrolled_users,
    row_number() over (partition by grain, slice, period_start order by sessions desc, member) as place
  from visited
)
select
  r.grain,
  r.slice,
  r.period_start,
  r.member,
  r.total_users,
  r.new_users,
  r.sessions,
  r.scrolled_users,
  case when k.period_start is null then 0 else 1 end as has_kinds,
  case when e.period_start is null then 0 else 1 end as has_events
from ranked as r
left join answered as k
  on k.form = 'newVsReturning' and k.grain = r.grain and k.slice = r.slice and k.period_start = r.period_start
left join answered as e
  on e.form = 'eventName' and e.grain = r.grain and e.slice = r.slice and e.period_start = r.period_start
where r.place <= 200 or r.slice in ('total', 'channel', 'device', 'country', 'age', 'gender')
