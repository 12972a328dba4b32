-- Every day from 2000 to 2049 with the periods it belongs to.
-- publish: yes
create table reference.calendar (
  day            date    not null comment 'the day',
  week_start     date    not null comment 'Monday of its ISO week',
  month_start    date    not null comment 'first day of its month',
  quarter_start  date    not null comment 'first day of its quarter',
  year_start     date    not null comment 'first day of its year',
  primary key (day)
) as
select
  cast(g.day as date) as day,
  cast(date_trunc('week', g.day) as date) as week_start,
  cast(date_trunc('month', g.day) as date) as month_start,
  cast(date_trunc('quarter', g.day) as date) as quarter_start,
  cast(date_trunc('year', g.day) as date) as year_start
from (
  select unnest(generate_series(cast('2000-01-01' as timestamp), cast('2049-12-31' as timestamp), interval 1 day)) as day
) as g
