-- Stage entries by month: persons up to SQL, deals for opportunities, customers at the end. Not a cohort.
-- publish: yes
-- snapshot: month
create table marts.funnel_period (
  month               date    not null comment 'first day of the local month of the entry',
  slice               varchar not null comment 'total, channel or device',
  member              varchar not null comment 'value of the slice; empty for total',
  stage               varchar not null comment 'stage of the funnel',
  stage_position      integer not null comment 'place of the stage, from 1',
  entered             bigint  not null comment 'entries of the month: persons, deals or customers',
  rate_from_previous  double           comment 'entered / entered of the stage before in the same month: a period figure, no conversion rate',
  primary key (month, slice, member, stage)
) as
with person_entry as (
  select cast(date_trunc('month', entered_day) as date) as month, channel, device, stage
  from facts.stage_entry
  where stage not in ('opportunity', 'customer')
),
counted as (
  select month, 'total' as slice, '' as member, stage, count(*) as entered
  from person_entry
  group by month, stage
  union all
  select month, 'channel' as slice, channel as member, stage, count(*) as entered
  from person_entry
  group by month, channel, stage
  union all
  select month, 'device' as slice, device as member, stage, count(*) as entered
  from person_entry
  group by month, device, stage
  union all
  select
    period_start as month,
    case when slice = 'lead_source' then 'channel' else slice end as slice,
    member,
    case when measure = 'customers' then 'customer' else 'opportunity' end as stage,
    cast(value as bigint) as entered
  from marts.kpi_part
  where grain = 'month' and slice in ('total', 'lead_source', 'device') and measure in ('opportunities', 'customers')
),
key as (
  select distinct month, slice, member from counted
),
spread as (
  select
    k.month, k.slice, k.member, g.stage, g.position as stage_position, coalesce(c.entered, 0) as entered
  from key as k
  cross join reference.stage as g
  left join counted as c
    on c.month = k.month and c.slice = k.slice and c.member = k.member and c.stage = g.stage
),
compared as (
  select
    month, slice, member, stage, stage_position, entered,
    lag(entered) over (partition by month, slice, member order by stage_position) as entered_before
  from spread
)
select
  month,
  slice,
  member,
  stage,
  stage_position,
  entered,
  ratio(entered, entered_before) as rate_from_previous
from compared
