-- No cost row of category media covers days on which an export reports the same platform or channel: it would count twice.
-- table: facts.cost_day
-- severity: blocking
select c.cost_id, a.platform
from (
  select
    cost_id, period_start, period_end, lower(trim(coalesce(channel, ''))) as channel,
    ' ' || regexp_replace(lower(coalesce(channel, '') || ' ' || cost_id), '[^a-z0-9]+', ' ', 'g') || ' ' as words
  from staging.cost
  where category = 'media'
) as c
inner join facts.ad_cost as a on a.day between c.period_start and c.period_end and a.origin = 'export'
left join (
  -- names of one or two letters say nothing in a text
  select alias as name, platform from reference.platform_alias where length(alias) > 2
  union
  select platform as name, platform from facts.ad_cost where length(platform) > 2
) as n on n.platform = a.platform
where c.channel = lower(a.channel)
  or contains(c.words, ' ' || regexp_replace(n.name, '[^a-z0-9]+', ' ', 'g') || ' ')
group by c.cost_id, a.platform
