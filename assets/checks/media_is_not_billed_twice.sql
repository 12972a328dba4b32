-- No cost row of category media covers days on which ad platforms report spend: it would count twice.
-- table: staging.cost
-- severity: error
select c.cost_id, a.platform
from staging.cost as c
inner join (select distinct platform, day from staging.ad_cost) as a on a.day between c.period_start and c.period_end
where c.category = 'media' and lower(coalesce(c.channel, c.cost_id)) like '%' || replace(a.platform, '_', '%') || '%'
group by c.cost_id, a.platform
