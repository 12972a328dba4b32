-- What lowers the trust in the figures of a KPI in a period, for all members of a slice: every signal, the worst in place 1.
-- publish: yes
create table marts.trust_signal (
  kpi_id              varchar  not null comment 'id of the KPI, see reference.kpi',
  definition_version  integer  not null comment 'version of the definition that it is counted by',
  grain               varchar  not null comment 'day, week, month, quarter or year',
  period_start        date     not null comment 'first day of the period',
  slice               varchar  not null comment 'what the members divide: total, channel, device, campaign and so on',
  signal              varchar  not null comment 'stale, late_start, sampled, thresholded, merged, truncated, proxy_opens, source, unattributed or consent',
  level               varchar  not null comment 'caution or bad',
  place               integer  not null comment '1 for the signal that marts.kpi_value names: bad before caution',
  words               varchar  not null comment 'what it is, in words',
  primary key (kpi_id, definition_version, grain, period_start, slice, signal)
) as
with slowest as (
  -- what a figure waits for, and the first day of which it is known
  select
    r.kpi_id, r.definition_version, r.grain, r.slice,
    least(n.settled_until, coalesce(d.settled_until, n.settled_until)) as settled_until,
    case when d.settled_until < n.settled_until then d.source else n.source end as source,
    case when d.settled_until < n.settled_until then d.as_of else n.as_of end as as_of,
    case when d.settled_until < n.settled_until then d.age else n.age end as age,
    greatest(coalesce(ns.first_day, ds.first_day), coalesce(ds.first_day, ns.first_day)) as first_day
  from facts.kpi_rule as r
  inner join facts.measure_reach as n on n.measure = r.numerator_measure and n.place = 1
  inner join facts.measure_span as ns on ns.measure = r.numerator_measure
  left join facts.measure_reach as d on d.measure = r.denominator_measure and d.place = 1
  left join facts.measure_span as ds on ds.measure = r.denominator_measure
),
doubt as (
  -- what the sources of a KPI doubt themselves
  select
    r.kpi_id, r.definition_version, r.grain, r.slice, d.period_start,
    max(case when d.sampled > 0 then d.source end) as sampled,
    max(case when d.thresholded > 0 then d.source end) as thresholded,
    max(case when d.merged > 0 then d.source end) as merged,
    max(case when d.truncated > 0 then d.source end) as truncated,
    max(d.proxy_share) as proxy_share,
    max(d.caution) as caution
  from facts.kpi_rule as r
  inner join facts.measure_reach as m on m.measure in (r.numerator_measure, r.denominator_measure)
  inner join facts.period_doubt as d
    on d.source = m.source and d.grain = r.grain and d.measure in ('', m.measure)
    -- users by event come with the answers of the total
    and d.slice in ('', case when r.slice = 'event_name' then 'total' else r.slice end)
  group by r.kpi_id, r.definition_version, r.grain, r.slice, d.period_start
),
divided as (
  -- of what channels divide, the share without a known one; what may be negative counts by its size
  select
    r.kpi_id, r.definition_version, r.grain, r.slice, p.period_start,
    ratio(
      sum(case when p.member in ('(unknown)', 'Unassigned', '(unallocated)') then abs(p.value) else 0 end), sum(abs(p.value))
    ) as unattributed
  from facts.kpi_rule as r
  inner join facts.measure_span as s on s.measure = r.numerator_measure and s.is_additive
  inner join marts.kpi_part as p on p.measure = r.numerator_measure and p.grain = r.grain and p.slice = r.slice
  cross join reference.setting as t
  where r.slice = 'channel' and r.grain in ('month', 'quarter', 'year')
  group by r.kpi_id, r.definition_version, r.numerator_measure, r.grain, r.slice, p.period_start
  -- one more or less of a few would move it too far; money is no count
  having sum(abs(p.value)) >= max(t.fewest_attributed) or r.numerator_measure like '%_eur'
),
on_ga4 as (
  select distinct r.kpi_id, r.definition_version, r.grain, r.slice
  from facts.kpi_rule as r
  inner join facts.measure_reach as m on m.measure in (r.numerator_measure, r.denominator_measure)
  where starts_with(m.source, 'ga4')
),
said as (
  select
    w.kpi_id, w.definition_version, w.grain, p.period_start, w.slice, 1 as rank, 'stale' as signal,
    date_diff('day', w.as_of, b.business_date) > case when s.is_file then t.unread_file_days else t.unread_api_days end
      as is_bad,
    case
      when date_diff('day', w.as_of, b.business_date) > case when s.is_file then t.unread_file_days else t.unread_api_days end
        then w.age
      else w.source || ' is not up to date'
    end as words
  from slowest as w
  inner join reference.source as s on s.source = w.source
  cross join meta.business_date as b
  cross join reference.setting as t
  inner join reference.period as p
    on p.grain = w.grain and p.period_end > w.settled_until and p.period_start < b.business_date
  where w.age is not null
  union all
  select
    w.kpi_id, w.definition_version, w.grain, p.period_start, w.slice, 2 as rank, 'late_start' as signal, false as is_bad,
    'the data begins on ' || cast(w.first_day as varchar) as words
  from slowest as w
  inner join reference.period as p
    on p.grain = w.grain and p.period_start < w.first_day and p.period_end >= w.first_day
  union all
  select
    kpi_id, definition_version, grain, period_start, slice, 3 as rank, 'sampled' as signal, false as is_bad,
    sampled || ' sampled its answers' as words
  from doubt
  union all
  select
    kpi_id, definition_version, grain, period_start, slice, 4 as rank, 'thresholded' as signal, false as is_bad,
    thresholded || ' left out small rows' as words
  from doubt
  union all
  select
    kpi_id, definition_version, grain, period_start, slice, 5 as rank, 'merged' as signal, false as is_bad,
    merged || ' merged rare rows into (other)' as words
  from doubt
  union all
  select
    kpi_id, definition_version, grain, period_start, slice, 6 as rank, 'truncated' as signal, false as is_bad,
    truncated || ' no longer has all of the period' as words
  from doubt
  union all
  -- whole percents are rounded away from the limit, so that none reads as if it were within it
  select
    d.kpi_id, d.definition_version, d.grain, d.period_start, d.slice, 7 as rank, 'proxy_opens' as signal,
    d.proxy_share > t.proxy_bad as is_bad,
    cast(cast(ceil(100 * d.proxy_share) as bigint) as varchar) || ' % of the opens were made by mail proxies' as words
  from doubt as d
  cross join reference.setting as t
  union all
  select
    kpi_id, definition_version, grain, period_start, slice, 8 as rank, 'source' as signal, false as is_bad, caution as words
  from doubt
  union all
  select
    d.kpi_id, d.definition_version, d.grain, d.period_start, d.slice, 9 as rank, 'unattributed' as signal,
    d.unattributed > t.unattributed_bad as is_bad,
    cast(cast(ceil(100 * d.unattributed) as bigint) as varchar) || ' % has no known channel' as words
  from divided as d
  inner join reference.setting as t on d.unattributed > t.unattributed_caution
  union all
  select
    g.kpi_id, g.definition_version, g.grain, c.period_start, g.slice, 10 as rank, 'consent' as signal,
    c.lead_events < t.consent_bad * c.web_leads as is_bad,
    'ga4 heard of ' || cast(cast(floor(ratio(100 * c.lead_events, c.web_leads)) as bigint) as varchar) || ' % of the '
      || cast(c.web_leads as varchar) || ' web leads' as words
  from on_ga4 as g
  cross join reference.setting as t
  inner join facts.consent_coverage as c
    on c.grain = g.grain and c.web_leads >= t.fewest_web_leads and c.lead_events < t.consent_caution * c.web_leads
)
select
  s.kpi_id,
  s.definition_version,
  s.grain,
  s.period_start,
  s.slice,
  s.signal,
  case when s.is_bad then 'bad' else 'caution' end as level,
  row_number() over (
    partition by s.kpi_id, s.definition_version, s.grain, s.period_start, s.slice
    order by case when s.is_bad then 0 else 1 end, s.rank
  ) as place,
  s.words
from said as s
inner join facts.kpi_rule as r
  on r.kpi_id = s.kpi_id and r.definition_version = s.definition_version and r.grain = s.grain and r.slice = s.slice
  and s.period_start >= r.valid_from and s.period_start < r.counted_until
where s.words is not null
