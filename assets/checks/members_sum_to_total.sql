-- For additive KPIs the members of a slice sum to the total of the period. A total is unknown only when a member is, and
-- one that is known holds all that its known members tell: an unknown member under it is one that never counts.
-- table: marts.kpi_value
-- severity: error
select
  m.kpi_id, m.grain, m.period_start, m.slice, m.numerator as members, m.unknown_members,
  t.numerator as total
from (
  select v.kpi_id, v.grain, v.period_start, v.slice, max(n.numerator_measure) as measure, sum(v.numerator) as numerator,
    count(*) - count(v.numerator) as unknown_members
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
where (t.numerator is null and m.unknown_members = 0)
  or (
    coalesce(m.numerator, 0) <> t.numerator
    -- a search result with two pages counts for both of them
    and not (m.measure in ('search_clicks', 'search_impressions') and m.numerator > t.numerator)
  )
