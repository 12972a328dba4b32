-- The reverse funnel month by month, for the company and for each revenue segment: a lead must exist lag days earlier.
-- publish: yes
create table marts.funnel_plan_month (
  scenario       varchar not null comment 'seed, benchmark or measured, see marts.funnel_plan',
  segment        varchar not null comment 'revenue segment, of which marketing must deliver its share; empty for the company as a whole',
  stage          varchar not null comment 'stage of the funnel',
  month          date    not null comment 'first day of the month',
  needed         bigint  not null comment 'members of the stage that the month must bring',
  needed_so_far  bigint  not null comment 'members of the stage that must be there by its end, since the plan began',
  primary key (scenario, segment, stage, month)
) as
with passed as (
  -- every day of the plan asks for the same
  select
    n.scenario, n.segment, n.stage, p.period_start as month, n.needed,
    date_diff('day', n.first_day, n.last_day) + 1 as days,
    least(
      greatest(date_diff('day', n.first_day, p.period_end) + n.lag_days + 1, 0),
      date_diff('day', n.first_day, n.last_day) + 1
    ) as days_passed
  from marts.funnel_need as n
  inner join reference.calendar as f on f.day = cast(n.first_day - cast(n.lag_days as integer) as date)
  inner join reference.calendar as l on l.day = cast(n.last_day - cast(n.lag_days as integer) as date)
  inner join reference.period as p on p.grain = 'month' and p.period_start between f.month_start and l.month_start
  where n.needed is not null
),
so_far as (
  select
    scenario, segment, stage, month, (needed * days_passed + days - 1) // days as needed_so_far
  from passed
)
select
  scenario,
  segment,
  stage,
  month,
  needed_so_far - coalesce(
    lag(needed_so_far) over (partition by scenario, segment, stage order by month), 0
  ) as needed,
  needed_so_far
from so_far
