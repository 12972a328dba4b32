-- For additive KPIs the members of a slice sum to the total of the period.
-- table: marts.kpi_value
-- severity: error
select m.kpi_id, m.grain, m.period_start, m.slice, m.numerator as members, t.numerator as total
from (
  select v.kpi_id, v.grain, v.period_start, v.slice, max(n.numerator_measure) as measure, sum(v.numerator) as numerator
  from marts.kpi_value as v
  inner join reference.kpi_definition as k
    on k.kpi_id = v.kpi_id and k.definition_version = v.definition_version and k.additivity = 'additive'
  inner join facts.kpi_measure as n on n.kpi_id = k.kpi_id and n.definition_version = k.definition_version
  -- figures that were handed in are as complete as whoever hands them in made them
  where v.slice <> 'total' and not starts_with(n.numerator_measure, 'supplied_')
  group by v.kpi_id, v.grain, v.period_start, v.slice
) as m
inner join marts.kpi_value as t
  on t.kpi_id = m.kpi_id and t.grain = m.grain and t.period_start = m.period_start and t.slice = 'total'
where m.numerator <> t.numerator
  -- a search result with two pages counts for both of them
  and not (m.measure in ('search_clicks', 'search_impressions') and m.numerator > t.numerator)
