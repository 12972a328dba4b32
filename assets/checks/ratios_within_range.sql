-- A rate whose numerator is part of its denominator lies between 0 and 1.
-- table: marts.kpi_value
-- severity: error
select v.kpi_id, v.grain, v.period_start, v.slice, v.member, v.numerator, v.denominator
from marts.kpi_value as v
inner join reference.kpi as k on k.kpi_id = v.kpi_id and k.interval_kind = 'wilson_95'
where v.value < 0 or v.value > 1
