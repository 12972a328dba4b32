-- The measures that each definition is counted by: its own, or figures that were handed in where its own sources never came.
create table facts.kpi_measure (
  kpi_id               varchar not null comment 'id of the KPI',
  definition_version   integer not null comment 'version of the definition',
  numerator_measure    varchar          comment 'measure above the line; NULL when it is made of other KPIs, or not built and not handed in',
  denominator_measure  varchar          comment 'measure below the line; NULL for counts and sums',
  denominator_slice    varchar          comment 'total when every member is divided by the total',
  window_days          integer          comment 'days after the period that count for it; NULL when none do',
  is_supplied          boolean not null comment 'a part was handed in, in place of its own source',
  primary key (kpi_id, definition_version)
) as
with supplied as (
  select distinct measure from facts.supplied_figure
),
chosen as (
  select
    k.kpi_id, k.definition_version, k.numerator_measure, k.denominator_measure, k.denominator_slice, k.window_days,
    n.first_day is null or not n.is_enabled as lacks_numerator,
    k.denominator_measure is not null and (d.first_day is null or not d.is_enabled) as lacks_denominator,
    s.measure as supplied_kpi,
    m.base_measure as supplied_base,
    sn.measure as supplied_numerator,
    sd.measure as supplied_denominator
  from reference.kpi_definition as k
  left join (select kpi_id from reference.kpi where made_as in ('growth', 'product')) as o on o.kpi_id = k.kpi_id
  left join facts.measure_span as n on n.measure = k.numerator_measure
  left join facts.measure_span as d on d.measure = k.denominator_measure
  left join reference.metric as m on m.metric_id = k.kpi_id
  left join supplied as s on s.measure = m.measure and s.measure <> coalesce(k.numerator_measure, '')
  left join supplied as sn on sn.measure = 'supplied_' || k.numerator_measure
  left join supplied as sd on sd.measure = 'supplied_' || k.denominator_measure
  -- what is made of other KPIs follows from theirs
  where o.kpi_id is null
),
judged as (
  -- rows under the id of the KPI go first, then those under the ids of its measures, each on its own
  select
    c.*,
    c.supplied_kpi is not null and (c.lacks_numerator or c.lacks_denominator) as is_whole,
    c.lacks_numerator and c.supplied_numerator is not null as is_numerator,
    c.lacks_denominator and c.supplied_denominator is not null as is_denominator
  from chosen as c
)
select
  kpi_id,
  definition_version,
  case when is_whole then supplied_kpi when is_numerator then supplied_numerator else numerator_measure end
    as numerator_measure,
  case
    when is_whole then supplied_base
    when is_denominator then supplied_denominator
    else denominator_measure
  end as denominator_measure,
  case when not is_whole then denominator_slice end as denominator_slice,
  case when not is_whole then window_days end as window_days,
  is_whole or is_numerator or is_denominator as is_supplied
from judged
