-- For additive KPIs the members of a slice sum to the total of the period.
-- table: marts.kpi_value
-- severity: error
select m.kpi_id, m.grain, m.period_start, m.slice, m.numerator as members, t.numerator as total
from (
  select v.kpi_id, v.grain, v.period_start, v.slice, sum(v.numerator) as numerator
  from marts.kpi_value as v
  inner join reference.kpi_definition as k
    on k.kpi_id = v.kpi_id and k.definition_version = v.definition_version and k.additivity = 'additive'
  where v.slice <> 'total'
  group by v.kpi_id, v.grain, v.period_start, v.slice
) as m
inner join marts.kpi_value as t
  on t.kpi_id = m.kpi_id and t.grain = m.grain and t.period_start = m.period_start and t.slice = 'total'
where m.numerator <> t.numerator
