-- Every cost row is in the ledger to the cent, whatever its period and driver.
-- table: facts.cost_day
-- severity: blocking
select i.cost_id, i.amount_eur, coalesce(l.amount_eur, 0) as in_ledger
from (
  select c.cost_id, round(c.amount * x.eur_per_unit, 2) as amount_eur
  from staging.cost as c
  inner join reference.exchange_rate as x
    on x.currency = c.currency and c.period_start between x.valid_from and x.valid_until
) as i
left join (
  select cost_id, sum(amount_eur) as amount_eur
  from facts.cost_day
  where scope <> 'media'
  group by cost_id
) as l on l.cost_id = i.cost_id
where i.amount_eur <> coalesce(l.amount_eur, 0)
