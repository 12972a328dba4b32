-- Every ratio lies within the range its definition declares.
-- table: marts.kpi_value
-- severity: error
select v.kpi_id, v.grain, v.period_start, v.slice, v.member, v.numerator, v.denominator
from marts.kpi_value as v
inner join reference.kpi as k on k.kpi_id = v.kpi_id
where ((k.value_range in ('0..1', '0..') and v.value < 0) or (k.value_range = '0..1' and v.value > 1))
  -- what an automation counted on a day may belong to e-mails of earlier days, and bounces are taken back
  and not (k.family = 'email' and exists (
    select 1
    from facts.email_automation_day as a
    inner join reference.period as p on a.day between p.period_start and p.period_end
    where p.grain = v.grain and p.period_start = v.period_start and a.is_readable and a.is_dated))
