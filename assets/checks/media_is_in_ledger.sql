-- Media spend in the ledger equals the media spend of the platforms.
-- table: facts.cost_day
-- severity: blocking
select s.spend_eur, l.amount_eur
from (select coalesce(sum(spend_eur), 0) as spend_eur from facts.ad_cost) as s
cross join (select coalesce(sum(amount_eur), 0) as amount_eur from facts.cost_day where scope = 'media') as l
where s.spend_eur <> l.amount_eur
