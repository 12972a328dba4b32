-- Lead cohorts by month: how many of the leads created in a month reached each stage within one window.
-- publish: yes
-- snapshot: month
create table marts.funnel_cohort (
  cohort_month        date    not null comment 'first day of the local month in which the lead was created',
  slice               varchar not null comment 'total, channel, segment or device',
  member              varchar not null comment 'value of the slice; empty for total',
  stage               varchar not null comment 'stage of the funnel',
  stage_position      integer not null comment 'place of the stage, from 1',
  cohort_leads        bigint  not null comment 'leads created in the month',
  reached             bigint  not null comment 'of these, leads that entered this stage or a later one within the window',
  rate                double           comment 'reached / cohort_leads',
  rate_from_previous  double           comment 'reached / reached of the stage before; the product of these is rate',
  window_days         integer not null comment 'days after creation that count',
  is_mature           boolean not null comment 'the window is over for every lead of the month',
  median_days         double           comment 'median whole local days from creation to the stage, negative where an import brought older stages; NULL when none reached it',
  primary key (cohort_month, slice, member, stage),
  constraint never_more_than_leads check (reached <= cohort_leads)
) as
with entry as (
  select
    cast(date_trunc('month', l.created_day) as date) as cohort_month,
    l.person_key, l.channel, l.segment, l.device,
    e.stage, date_diff('day', l.created_day, e.entered_day) as days
  from facts.lead as l
  inner join facts.stage_entry as e on e.person_key = l.person_key
),
sliced as (
  select cohort_month, 'total' as slice, '' as member, person_key, stage, days from entry
  union all
  select cohort_month, 'channel' as slice, channel as member, person_key, stage, days from entry
  union all
  select cohort_month, 'segment' as slice, segment as member, person_key, stage, days from entry
  union all
  select cohort_month, 'device' as slice, device as member, person_key, stage, days from entry
),
cohort as (
  select cohort_month, slice, member, count(*) as cohort_leads
  from sliced
  where stage = 'lead'
  group by cohort_month, slice, member
),
reached as (
  select
    s.cohort_month, s.slice, s.member, s.stage,
    count(*) as reached,
    median(s.days) as median_days
  from sliced as s
  cross join reference.setting as t
  where s.days <= t.conversion_window_days
  group by s.cohort_month, s.slice, s.member, s.stage
),
step as (
  select
    c.cohort_month, c.slice, c.member, g.stage, g.position as stage_position, c.cohort_leads,
    coalesce(r.reached, 0) as reached, r.median_days
  from cohort as c
  cross join reference.stage as g
  left join reached as r
    on r.cohort_month = c.cohort_month and r.slice = c.slice and r.member = c.member and r.stage = g.stage
),
compared as (
  select
    s.cohort_month, s.slice, s.member, s.stage, s.stage_position, s.cohort_leads, s.reached, s.median_days,
    lag(s.reached) over (
      partition by s.cohort_month, s.slice, s.member
      order by s.stage_position
    ) as reached_before
  from step as s
),
read_until as (
  -- the window has to be over in what was read, not only on the calendar
  select least(max(b.business_date), cast(min(s.last_day) + 1 as date)) as day
  from meta.business_date as b
  left join staging.source_coverage as s on s.source in ('crm_leads', 'crm_stages', 'crm_deals') and s.first_day is not null
)
select
  c.cohort_month,
  c.slice,
  c.member,
  c.stage,
  c.stage_position,
  c.cohort_leads,
  c.reached,
  ratio(c.reached, c.cohort_leads) as rate,
  case when c.stage_position = 1 then ratio(c.reached, c.cohort_leads) else ratio(c.reached, c.reached_before) end
    as rate_from_previous,
  t.conversion_window_days as window_days,
  date_diff('day', p.period_end, u.day) > t.conversion_window_days as is_mature,
  c.median_days
from compared as c
cross join reference.setting as t
cross join read_until as u
inner join reference.period as p on p.grain = 'month' and p.period_start = c.cohort_month
