-- With which earlier period each period is compared: the one before, and the same one of the last year.
create table reference.compared_period (
  grain         varchar not null comment 'day, week, month, quarter or year',
  period_start  date    not null comment 'first day',
  compared_to   varchar not null comment 'previous_period or same_period_last_year',
  base_start    date    not null comment 'first day of the earlier period',
  primary key (grain, period_start, compared_to)
) as
with numbered as (
  select
    grain,
    period_start,
    period_end,
    -- a week belongs to the year of its Thursday (ISO 8601)
    extract(year from case when grain = 'week' then period_start + 3 else period_start end) as year,
    case
      when grain = 'week'
        then date_diff('day', cast(date_trunc('year', period_start + 3) as date), cast(period_start + 3 as date)) // 7
      else extract(month from period_start)
    end as number
  from reference.period
)
select n.grain, n.period_start, 'previous_period' as compared_to, b.period_start as base_start
from numbered as n
inner join numbered as b on b.grain = n.grain and b.period_end + 1 = n.period_start
union all
-- a day with the same weekday 52 weeks before, a week with the week of the same number
select
  n.grain, n.period_start, 'same_period_last_year' as compared_to,
  coalesce(b.period_start, cast(n.period_start - 364 as date)) as base_start
from numbered as n
left join numbered as b
  on b.grain = n.grain and n.grain <> 'day' and b.year = n.year - 1 and b.number = n.number
where b.period_start is not null or n.grain = 'day'
