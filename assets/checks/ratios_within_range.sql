-- Every ratio lies within the range its definition declares.
-- table: marts.kpi_value
-- severity: error
select v.kpi_id, v.grain, v.period_start, v.slice, v.member, v.numerator, v.denominator
from marts.kpi_value as v
inner join reference.kpi as k on k.kpi_id = v.kpi_id
where (k.value_range in ('0..1', '0..') and v.value < 0) or (k.value_range = '0..1' and v.value > 1)
