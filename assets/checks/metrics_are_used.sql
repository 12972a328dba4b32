-- Every figure that was handed in can be used: its id and slice are known, and a ratio has both parts.
-- table: staging.metric
-- severity: warning
select j.metric_id, j.reason, f.path, count(*) as figures, min(j.day) as first_day
from (
  select
    m.metric_id,
    m.day,
    m.load_id,
    case
      when m.slice = 'variant' and upper(m.member) not in ('A', 'B') then 'a variant is A or B'
      when m.slice = 'variant' and (m.numerator is null or m.denominator is null)
        then 'a variant needs numerator and denominator'
      when m.slice = 'variant' and (m.numerator <> floor(m.numerator) or m.denominator <> floor(m.denominator))
        then 'a variant counts whole visitors and conversions'
      when m.slice = 'variant' then null
      when r.metric_id is null then 'no KPI and no measure has this id'
      when k.made_as in ('growth', 'product') then 'the KPI is made of other KPIs: hand in those'
      when r.base_measure is not null and (m.numerator is null or m.denominator is null)
        then 'a ratio needs numerator and denominator'
      when k.kpi_id is not null and g.kpi_id is null then 'the KPI has no slice ' || m.slice
    end as reason
  from staging.metric as m
  left join reference.metric as r on r.metric_id = m.metric_id
  left join reference.kpi as k on k.kpi_id = m.metric_id
  left join (select distinct kpi_id, slice from reference.kpi_grain) as g
    on g.kpi_id = m.metric_id and g.slice = m.slice
) as j
left join meta.load as l on l.load_id = j.load_id
left join (select load_id, max(path) as path from meta.file where load_id is not null group by load_id) as f
  on f.load_id = coalesce(l.fetch_id, l.load_id)
where j.reason is not null
group by j.metric_id, j.reason, f.path
