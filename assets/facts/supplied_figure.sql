-- Figures that were handed in and can be used: one row for each part, a ratio only with both.
create table facts.supplied_figure (
  measure     varchar        not null comment 'measure the figure belongs to',
  day         date           not null comment 'day of the figure',
  slice       varchar        not null comment 'total, or what the members divide',
  member      varchar        not null comment 'value of the slice; empty for total',
  value       decimal(18, 6) not null comment 'the figure',
  roll_up     varchar        not null comment 'sum, last or month, see reference.metric',
  is_monthly  boolean        not null comment 'it speaks for its whole month',
  load_id     bigint         not null comment 'the load the row came with',
  primary key (measure, day, slice, member)
) as
with usable as (
  select r.measure, r.base_measure, r.roll_up, r.is_monthly, m.day, m.slice, m.member, m.value, m.numerator, m.denominator, m.load_id
  from staging.metric as m
  inner join reference.metric as r on r.metric_id = m.metric_id
  cross join meta.business_date as b
  where m.day < b.business_date and m.slice <> 'variant'
    and (r.base_measure is null or (m.numerator is not null and m.denominator is not null))
)
select
  measure, day, slice, member,
  case when base_measure is null then coalesce(value, numerator) else numerator end as value,
  roll_up, is_monthly, load_id
from usable
union all
select base_measure as measure, day, slice, member, denominator as value, roll_up, is_monthly, load_id
from usable
where base_measure is not null
