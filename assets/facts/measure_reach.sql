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
with offered as (
  select
    m.measure,
    m.part,
    m.source,
    m.preference,
    m.is_additive,
    c.is_enabled,
    c.first_day,
    c.last_day,
    c.as_of,
    c.maturity_days,
    cast(c.as_of - c.maturity_days as date) as settled_until,
    min(case when c.first_day is not null then m.preference end) over (partition by m.measure, m.part) as preferred
  from reference.measure_source as m
  inner join staging.source_coverage as c on c.source = m.source
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
    order by case when o.first_day is null then 1 else 0 end, least(o.settled_until, o.last_day), o.source
  ) as place
from offered as o
cross join meta.business_date as b
where o.preferred is null or (o.preference = o.preferred and o.first_day is not null)
