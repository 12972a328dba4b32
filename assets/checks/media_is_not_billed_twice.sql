-- No cost row of category media covers days on which an export reports the same platform or channel: it would count twice.
-- table: facts.cost_day
-- severity: blocking
select c.cost_id, a.platform
from staging.cost as c
inner join facts.ad_cost as a on a.day between c.period_start and c.period_end and a.origin = 'export'
left join reference.platform_alias as n on n.alias = replace(lower(trim(coalesce(c.channel, ''))), ' ', '_')
where c.category = 'media'
  and (
    lower(trim(coalesce(c.channel, ''))) = lower(a.channel)
    or n.platform = a.platform
    or replace(lower(coalesce(c.channel, '') || ' ' || c.cost_id), '-', ' ') like '%' || replace(a.platform, '_', '%') || '%'
    or exists (
      select 1 from reference.platform_alias as o
      where o.platform = a.platform
        and replace(lower(c.cost_id), '-', ' ') like '%' || replace(o.alias, '_', ' ') || '%'
    )
  )
group by c.cost_id, a.platform
