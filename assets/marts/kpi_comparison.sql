-- Every KPI against the period before, the same period of the last year, and the year so far against the last one's. Only
-- whole periods that are over are compared, and single days in total only.
-- publish: yes
create table marts.kpi_comparison (
  kpi_id               varchar not null comment 'id of the KPI, see reference.kpi',
  grain                varchar not null comment 'day, week, month, quarter or year',
  period_start         date    not null comment 'first day of the period',
  slice                varchar not null comment 'what the members divide: total, channel and so on',
  member               varchar not null comment 'value of the slice; empty for total',
  compared_to          varchar not null comment 'previous_period, same_period_last_year (days: same weekday, weeks: same ISO week) or year_to_date',
  base_start           date    not null comment 'first day of the earlier period; of year_to_date the month of the last year that it runs to',
  value                double           comment 'value of the period; of year_to_date from January up to it',
  base_value           double           comment 'value of the earlier period; NULL when unknown or divided by 0',
  difference           double           comment 'value minus base_value, in the unit of the KPI; NULL where refusal says why',
  relative_difference  double           comment 'difference as a fraction of base_value; NULL when that is 0',
  refusal              varchar          comment 'why there is no difference of two values: a cohort that may still convert is lower than it will be; NULL when there is one',
  is_same_definition   boolean not null comment 'false when the KPI was redefined between the two periods',
  primary key (kpi_id, grain, period_start, slice, member, compared_to),
  constraint finite_value check (difference is null or abs(difference) < 1e300)
) as
with figure as (
  select
    kpi_id, grain, period_start, slice, member, value, numerator, denominator, definition_version,
    case when status = 'immature' then 1 else 0 end as is_immature
  from marts.kpi_value
  -- single days of members differ from each other by chance
  where grain <> 'day' or slice = 'total'
),
first_whole as (
  -- the day from which on every part of a KPI is known
  select k.kpi_id, greatest(n.first_day, coalesce(d.first_day, n.first_day)) as first_day
  from reference.kpi as k
  inner join facts.measure_span as n on n.measure = k.numerator_measure
  left join facts.measure_span as d on d.measure = k.denominator_measure
),
known_period as (
  -- periods that are over and not cut off at their beginning: a part of a month is no month
  select f.kpi_id, f.grain, f.period_start, max(f.definition_version) as definition_version
  from figure as f
  inner join reference.period as p on p.grain = f.grain and p.period_start = f.period_start
  cross join meta.business_date as b
  left join first_whole as w on w.kpi_id = f.kpi_id
  where p.period_end < b.business_date and (w.first_day is null or w.first_day <= f.period_start)
  group by f.kpi_id, f.grain, f.period_start
),
wanted as (
  -- grouped, so that no engine first joins all periods of a KPI with each other: of sixteen years that is a billion pairs
  select n.kpi_id, n.grain, n.period_start, c.compared_to, c.base_start, max(n.definition_version) as definition_version
  from known_period as n
  inner join reference.compared_period as c on c.grain = n.grain and c.period_start = n.period_start
  group by n.kpi_id, n.grain, n.period_start, c.compared_to, c.base_start
),
compared as (
  -- the periods of a KPI of which something is known on both sides
  select
    n.kpi_id, n.grain, n.period_start, n.compared_to, n.base_start, k.additivity,
    n.definition_version = b.definition_version as is_same_definition
  from wanted as n
  inner join known_period as b on b.kpi_id = n.kpi_id and b.grain = n.grain and b.period_start = n.base_start
  inner join reference.kpi as k on k.kpi_id = n.kpi_id
  where k.made_as <> 'not_built'
),
cell as (
  select c.kpi_id, c.grain, c.period_start, f.slice, f.member, c.compared_to
  from compared as c
  inner join figure as f on f.kpi_id = c.kpi_id and f.grain = c.grain and f.period_start = c.period_start
  union
  select c.kpi_id, c.grain, c.period_start, f.slice, f.member, c.compared_to
  from compared as c
  inner join figure as f on f.kpi_id = c.kpi_id and f.grain = c.grain and f.period_start = c.base_start
),
period_pair as (
  select
    l.kpi_id, l.grain, l.period_start, l.slice, l.member, l.compared_to, c.base_start, c.is_same_definition,
    -- of what may be summed a member that is absent counts nothing
    case when n.kpi_id is null and c.additivity = 'additive' then 0e0 else n.value end as value,
    case when b.kpi_id is null and c.additivity = 'additive' then 0e0 else b.value end as base_value,
    n.is_immature, b.is_immature as is_base_immature
  from cell as l
  inner join compared as c
    on c.kpi_id = l.kpi_id and c.grain = l.grain and c.period_start = l.period_start and c.compared_to = l.compared_to
  left join figure as n
    on n.kpi_id = l.kpi_id and n.grain = l.grain and n.period_start = l.period_start and n.slice = l.slice
    and n.member = l.member
  left join figure as b
    on b.kpi_id = l.kpi_id and b.grain = l.grain and b.period_start = c.base_start and b.slice = l.slice
    and b.member = l.member
),
summable as (
  -- the KPIs whose months add up to a year: both parts may be summed
  select k.kpi_id, k.denominator_measure
  from reference.kpi as k
  inner join facts.measure_span as n on n.measure = k.numerator_measure and n.is_additive
  left join facts.measure_span as d on d.measure = k.denominator_measure
  where k.denominator_slice is null and (k.denominator_measure is null or d.is_additive)
),
month_known as (
  select f.kpi_id, f.period_start, f.definition_version
  from figure as f
  inner join summable as s on s.kpi_id = f.kpi_id
  inner join known_period as p on p.kpi_id = f.kpi_id and p.grain = 'month' and p.period_start = f.period_start
  where f.grain = 'month' and f.slice = 'total' and f.numerator is not null
    and (s.denominator_measure is null or f.denominator is not null)
),
year_so_far as (
  -- a year up to a month, when every month of it is known
  select
    u.kpi_id, u.period_start, min(k.definition_version) as first_version, max(k.definition_version) as last_version
  from month_known as u
  inner join month_known as k
    on k.kpi_id = u.kpi_id and k.period_start between cast(date_trunc('year', u.period_start) as date) and u.period_start
  group by u.kpi_id, u.period_start
  having count(*) = max(extract(month from u.period_start))
),
year_amount as (
  select
    y.kpi_id, y.period_start, f.slice, f.member, y.first_version, y.last_version,
    sum(f.numerator) as numerator, sum(f.denominator) as denominator, max(f.is_immature) as is_immature
  from year_so_far as y
  inner join figure as f
    on f.kpi_id = y.kpi_id and f.grain = 'month'
    and f.period_start between cast(date_trunc('year', y.period_start) as date) and y.period_start
  group by y.kpi_id, y.period_start, f.slice, f.member, y.first_version, y.last_version
),
year_pair as (
  select
    n.kpi_id, 'month' as grain, n.period_start, n.slice, n.member, 'year_to_date' as compared_to, c.base_start,
    n.first_version = n.last_version and b.first_version = b.last_version and n.first_version = b.first_version
      as is_same_definition,
    case when s.denominator_measure is null then cast(n.numerator as double) else ratio(n.numerator, n.denominator) end
      as value,
    case when s.denominator_measure is null then cast(b.numerator as double) else ratio(b.numerator, b.denominator) end
      as base_value,
    n.is_immature, b.is_immature as is_base_immature
  from year_amount as n
  inner join summable as s on s.kpi_id = n.kpi_id
  inner join reference.compared_period as c
    on c.grain = 'month' and c.period_start = n.period_start and c.compared_to = 'same_period_last_year'
  inner join year_amount as b
    on b.kpi_id = n.kpi_id and b.period_start = c.base_start and b.slice = n.slice and b.member = n.member
),
pair as (
  select
    kpi_id, grain, period_start, slice, member, compared_to, base_start, is_same_definition, value, base_value,
    is_immature, is_base_immature
  from period_pair
  union all
  select
    kpi_id, grain, period_start, slice, member, compared_to, base_start, is_same_definition, value, base_value,
    is_immature, is_base_immature
  from year_pair
),
ruled as (
  select
    p.*,
    case
      when is_immature = 1 then 'the period may still convert'
      when is_base_immature = 1 then 'the earlier period may still convert'
    end as refusal
  from pair as p
)
select
  kpi_id,
  grain,
  period_start,
  slice,
  member,
  compared_to,
  base_start,
  value,
  base_value,
  case when refusal is null then value - base_value end as difference,
  case when refusal is null then ratio(value - base_value, abs(base_value)) end as relative_difference,
  refusal,
  is_same_definition
from ruled
