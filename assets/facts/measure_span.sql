-- From which day to which day each measure is known: where every part of it is.
create table facts.measure_span (
  measure      varchar not null comment 'name of the measure',
  first_day    date             comment 'first day on which every part is known; NULL when one was never read',
  last_day     date             comment 'last day on which every part is known',
  is_enabled   boolean not null comment 'every part has a source that is switched on',
  is_additive  boolean not null comment 'may be summed; missing rows then mean 0',
  primary key (measure)
) as
with part_span as (
  select
    measure,
    part,
    min(first_day) as first_day,
    max(last_day) as last_day,
    max(case when is_enabled then 1 else 0 end) as is_enabled,
    min(case when is_additive then 1 else 0 end) as is_additive
  from facts.measure_reach
  group by measure, part
)
select
  measure,
  case when count(first_day) = count(*) then max(first_day) end as first_day,
  min(last_day) as last_day,
  min(is_enabled) = 1 as is_enabled,
  min(is_additive) = 1 as is_additive
from part_span
group by measure
