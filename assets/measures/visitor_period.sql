-- Distinct visitors and the sessions they belong to, at the grains and slices that GA4 was asked for: never summed.
-- source: ga4_period
-- measures: users, new_users, period_sessions, scrolled_users, returning_users, new_and_returning_users
-- asked of ga4: all (users, new_users, period_sessions, scrolled_users), newVsReturning (returning_users, new_and_returning_users)
-- grains: every (total, channel, device, source_medium, campaign, landing_page, page, country, city, age, gender)
create table measures.visitor_period (
  measure       varchar        not null comment 'name of the measure',
  grain         varchar        not null comment 'day, week, month, quarter or year',
  period_start  date           not null comment 'first day of the period',
  slice         varchar        not null comment 'total, channel, device, source_medium, campaign, page, country and so on',
  member        varchar        not null comment 'value of the slice; empty for total',
  value         decimal(38, 6)          comment 'users or sessions of the period; NULL of groups that GA4 withheld for being small',
  primary key (measure, grain, period_start, slice, member)
) as
with visitor_kind as (
  select
    grain, slice, period_start, member,
    coalesce(max(case when split_member = 'returning' then total_users end), 0) as returning_users,
    coalesce(max(case when split_member = 'new' then total_users end), 0) as kind_new_users,
    min(case when total_users is null then 0 else 1 end) as is_known
  from staging.ga4_period
  -- a visitor without a kind is left out of both parts
  where form = 'newVsReturning' and split_member in ('new', 'returning')
  group by grain, slice, period_start, member
)
select 'users' as measure, grain, period_start, slice, member, total_users as value
from facts.website_member
where total_users is not null
union all
select 'new_users' as measure, grain, period_start, slice, member, new_users as value
from facts.website_member
where new_users is not null
union all
select 'period_sessions' as measure, grain, period_start, slice, member, sessions as value
from facts.website_member
union all
select 'scrolled_users' as measure, grain, period_start, slice, member, scrolled_users as value
from facts.website_member
where scrolled_users is not null
union all
-- GA4 reference §9: where demographics are asked for, small groups have no row
select 'users' as measure, a.grain, a.period_start, q.slice, '(withheld)' as member, null as value
from reference.period_report as q
inner join staging.ga4_answer as a
  on a.report = q.grain || '/' || q.slice || '/' || q.form and a.asked = q.asked and a.is_thresholded
inner join reference.period as r on r.grain = a.grain and r.period_start = a.period_start
inner join staging.source_coverage as c on c.source = 'ga4_period' and r.period_end >= c.first_day
where q.form = 'all' and q.slice in ('age', 'gender')
union all
select
  'returning_users' as measure, w.grain, w.period_start, w.slice, w.member, coalesce(k.returning_users, 0) as value
from facts.website_member as w
left join visitor_kind as k
  on k.grain = w.grain and k.slice = w.slice and k.period_start = w.period_start and k.member = w.member
where w.has_kinds = 1 and coalesce(k.is_known, 1) = 1
union all
select
  'new_and_returning_users' as measure, w.grain, w.period_start, w.slice, w.member,
  coalesce(k.kind_new_users + k.returning_users, 0) as value
from facts.website_member as w
left join visitor_kind as k
  on k.grain = w.grain and k.slice = w.slice and k.period_start = w.period_start and k.member = w.member
where w.has_kinds = 1 and coalesce(k.is_known, 1) = 1
