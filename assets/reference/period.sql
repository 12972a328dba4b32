-- Every day, week, month, quarter and year of the calendar, with its first and last day.
create table reference.period (
  grain         varchar not null comment 'day, week, month, quarter or year',
  period_start  date    not null comment 'first day',
  period_end    date    not null comment 'last day',
  primary key (grain, period_start)
) as
select 'day' as grain, day as period_start, day as period_end from reference.calendar
union all
select 'week' as grain, week_start as period_start, max(day) as period_end from reference.calendar group by week_start
union all
select 'month' as grain, month_start as period_start, max(day) as period_end from reference.calendar group by month_start
union all
select 'quarter' as grain, quarter_start as period_start, max(day) as period_end
from reference.calendar
group by quarter_start
union all
select 'year' as grain, year_start as period_start, max(day) as period_end from reference.calendar group by year_start
