-- The sources that count for each measure: of each part the preferred ones that were ever read.
create table facts.measure_reach (
  measure        varchar not null comment 'name of the measure',
  part           integer not null comment 'part of the measure; it needs all of them',
  source         varchar not null comment 'source that counts',
  is_additive    boolean not null comment 'may be summed',
  is_enabled     boolean not null comment 'switched on in the configuration',
  first_day      date             comment 'first day the source covers; NULL when it was never read',
  last_day       date             comment 'last day the source covers',
  as_of          date             comment 'business date of the last read',
  maturity_days  integer not null comment 'age at which a day no longer changes',
  settled_until  date             comment 'last day that no longer changes',
  age            varchar          comment 'how old the last read is; NULL when it is of today',
  place          integer not null comment '1 for the source the measure waits for',
  primary key (measure, part, source)
) as
with named as (
  select measure, part, source, preference, is_additive from reference.measure_source
  union all
  -- figures that were handed in for a KPI that has sources of its own; days without one are unknown, never 0
  select distinct f.measure, 1 as part, 'metrics' as source, 1 as preference, false as is_additive
  from facts.supplied_figure as f
  where not exists (select 1 from reference.measure_source as m where m.measure = f.measure)
),
supplied as (
  select
    f.measure, min(f.day) as first_day, max(case when f.is_monthly then p.period_end else f.day end) as last_day
  from facts.supplied_figure as f
  inner join reference.period as p on p.grain = 'month' and f.day between p.period_start and p.period_end
  group by f.measure
),
offered as (
  select
    m.measure,
    m.part,
    m.source,
    m.preference,
    m.is_additive,
    c.is_enabled,
    -- each of them is known from its own first day on
    case when starts_with(m.measure, 'supplied_') then s.first_day else c.first_day end as first_day,
    case
      when not starts_with(m.measure, 'supplied_') then c.last_day
      when date_diff('day', s.last_day, c.as_of) <= t.file_reach_days then cast(c.as_of - 1 as date)
      else s.last_day
    end as last_day,
    c.as_of,
    c.maturity_days,
    cast(c.as_of - c.maturity_days as date) as settled_until,
    min(case when c.first_day is not null then m.preference end) over (partition by m.measure, m.part) as preferred
  from named as m
  cross join reference.setting as t
  inner join staging.source_coverage as c on c.source = m.source
  left join supplied as s on s.measure = m.measure
)
select
  o.measure,
  o.part,
  o.source,
  o.is_additive,
  o.is_enabled,
  o.first_day,
  o.last_day,
  o.as_of,
  o.maturity_days,
  o.settled_until,
  case
    when o.as_of < b.business_date
      then o.source || ' was last read on ' || cast(o.as_of as varchar) || ', '
        || cast(date_diff('day', o.as_of, b.business_date) as varchar) || ' days ago'
  end as age,
  row_number() over (
    partition by o.measure
    order by case when o.first_day is null then 1 else 0 end, least(o.settled_until, o.last_day), o.source, o.part
  ) as place
from offered as o
cross join meta.business_date as b
where o.preferred is null
  or (o.preference = o.preferred and (o.first_day is not null or starts_with(o.measure, 'supplied_')))
